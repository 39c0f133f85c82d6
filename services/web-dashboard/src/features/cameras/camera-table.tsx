import { useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { KeyRound, MapPin, MapPinOff } from 'lucide-react';
import { statsQuery } from '@/shared/api/stats';
import type { Camera } from '@/shared/api/types';
import { useSelection } from '@/shared/state/selection';
import { HealthMark } from '@/shared/ui/health';
import { Age } from '@/shared/ui/moment';
import { STATUS_LOOK, StatusMark, statusOf } from '@/shared/ui/status';
import { cameraFaultWord, reasonWord } from '@/shared/words';
import { type CameraAccount, describeAccount, droppedFrames, dropShare } from './frame-accounts';
import { RowActions } from './row-actions';

const HEADINGS = [
  { word: 'State', className: 'w-[14.375rem]' },
  { word: 'Camera', className: '' },
  { word: 'Source', className: 'max-lg:hidden' },
  { word: 'Video', className: 'w-27 text-right' },
  { word: 'Inferred', className: 'w-24 text-right' },
  { word: 'Dropped', className: 'w-24 text-right' },
  { word: '', className: 'w-[20rem]' },
] as const;

interface CameraTableProps {
  readonly cameras: readonly Camera[];
  readonly onEdit: (camera: Camera) => void;
  readonly onZones: (camera: Camera) => void;
  readonly onRecordings: (camera: Camera) => void;
}

export function CameraTable(props: CameraTableProps) {
  const { cameras, onEdit, onZones, onRecordings } = props;
  const accounts = useQuery(statsQuery).data?.cameras ?? [];
  const selectedKey = useSelection((selection) => selection.cameraKey);
  return (
    <table className="w-full table-fixed border-collapse text-sm">
      <thead className="sticky top-0 z-10 bg-page">
        <tr className="h-8 text-left text-muted text-xs">
          {HEADINGS.map(({ word, className }) => (
            <th key={word} className={clsx('border-hairline border-b px-3 font-normal', className)}>
              {word || <span className="sr-only">Actions</span>}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {cameras.map((camera) => (
          <tr
            key={camera.id}
            className={clsx(
              'h-13 border-hairline border-b hover:bg-panel',
              camera.key === selectedKey && 'bg-panel',
            )}
          >
            <StateCell camera={camera} />
            <NameCell camera={camera} />
            <SourceCell camera={camera} />
            <FrameCells
              camera={camera}
              account={accounts.find((account) => account.camera_id === camera.key)}
            />
            <td className="px-3">
              <RowActions
                camera={camera}
                onEdit={() => onEdit(camera)}
                onZones={() => onZones(camera)}
                onRecordings={() => onRecordings(camera)}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function StateCell({ camera }: { readonly camera: Camera }) {
  const status = statusOf(camera);
  const reason = noteOf(camera);
  return (
    <td className="px-3">
      <span className="flex items-center gap-2">
        <StatusMark status={status} />
        {STATUS_LOOK[status].word}
        {camera.health !== null && <HealthMark health={camera.health} withWord />}
        {camera.since !== null && (
          <span className="text-faint text-xs">
            <Age at={camera.since} />
          </span>
        )}
      </span>
      {reason !== null && (
        <span className="block truncate pl-5 text-muted text-xs" title={camera.detail ?? reason}>
          {reason}
        </span>
      )}
    </td>
  );
}

/** Why it is not online, or else why it does not do well. */
function noteOf({ reason, health, rules_suspended: suspended }: Camera): string | null {
  if (reason !== null) return reasonWord(reason);
  if (suspended !== null) return `Rules suspended: ${cameraFaultWord(suspended.reason)}`;
  return health === null || health.grade === 'good' ? null : (health.reasons[0] ?? null);
}

function NameCell({ camera }: { readonly camera: Camera }) {
  const PlaceIcon = camera.location === null ? MapPinOff : MapPin;
  return (
    <td className="px-3">
      <span className="block truncate font-strong">{camera.name}</span>
      <span className="flex items-center gap-2 text-muted text-xs">
        <PlaceIcon
          className={clsx('size-3 shrink-0', camera.location === null && 'text-warn')}
          role="img"
          aria-label={camera.location === null ? 'Not on the map yet' : 'On the map'}
        />
        <span className="truncate">{camera.key}</span>
        {camera.is_demo && <span className="rounded-sm bg-raised px-1 text-muted">demo</span>}
      </span>
    </td>
  );
}

function SourceCell({ camera }: { readonly camera: Camera }) {
  return (
    <td className="px-3 max-lg:hidden">
      <span className="flex items-center gap-1.5 text-muted" title={camera.source_url}>
        {camera.has_credentials && (
          <KeyRound
            className="size-3 shrink-0"
            role="img"
            aria-label="With a stored user name and password"
          />
        )}
        <span className="truncate">{camera.source_url}</span>
      </span>
    </td>
  );
}

interface FrameCellsProps {
  readonly camera: Camera;
  readonly account: CameraAccount | undefined;
}

const counts = new Intl.NumberFormat('en-GB');

function FrameCells({ camera, account }: FrameCellsProps) {
  const title = account === undefined ? undefined : describeAccount(account);
  const hasDrops = account !== undefined && droppedFrames(account) > 0;
  return (
    <>
      <td className="whitespace-nowrap px-3 text-right">
        {camera.fps === null ? (
          <span className="text-faint">–</span>
        ) : (
          `${camera.fps.toFixed(camera.fps < 10 ? 1 : 0)} fps`
        )}
        <span
          className="block text-faint text-xs"
          title="Frames per second that are inferred now, of those that are wanted"
        >
          {camera.sampled_fps === null ? '' : `${camera.sampled_fps.toFixed(1)} of `}
          {camera.sample_fps} used
        </span>
      </td>
      <td className="px-3 text-right" title={title}>
        {account === undefined ? '–' : counts.format(account.inferred)}
      </td>
      <td className="px-3 text-right" title={title}>
        <span className={hasDrops ? 'text-text' : 'text-faint'}>
          {account === undefined ? '–' : dropShare(account)}
        </span>
        {hasDrops && (
          <span className="block text-faint text-xs">{counts.format(droppedFrames(account))}</span>
        )}
      </td>
    </>
  );
}
