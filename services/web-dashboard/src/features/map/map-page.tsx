import { useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import Link from 'next/link';
import { camerasQuery } from '@/shared/api/cameras';
import type { Camera } from '@/shared/api/types';
import { useSelection } from '@/shared/state/selection';
import { Age } from '@/shared/ui/moment';
import { ErrorState, PanelMessage, SkeletonRows } from '@/shared/ui/panel-state';
import { CameraPicture } from '@/shared/ui/picture';
import { STATUS_LOOK, StatusMark, statusOf } from '@/shared/ui/status';
import { reasonWord } from '@/shared/words';
import { MapPanel } from './map-panel';

/** The map at full size, and beside it every camera: the one way to the map without a pointer. */
export function MapPage() {
  const query = useQuery(camerasQuery);
  const { cameraKey } = useSelection();
  const selected = query.data?.find((camera) => camera.key === cameraKey);
  return (
    <div className="flex min-h-0 flex-1">
      <div className="min-w-0 flex-1">
        <MapPanel />
      </div>
      <aside
        aria-label="Cameras"
        className="flex w-80 shrink-0 flex-col border-hairline border-l bg-panel"
      >
        <div className="min-h-0 flex-1 overflow-y-auto">
          {query.isPending && <SkeletonRows rows={6} height={44} />}
          {query.isError && query.data === undefined && (
            <ErrorState
              what="The cameras"
              error={query.error}
              onRetry={() => void query.refetch()}
            />
          )}
          {query.data?.length === 0 && (
            <PanelMessage title="No cameras yet">
              <Link prefetch={false} href="/cameras/?add=1" className="text-accent hover:underline">
                Add the first one
              </Link>
            </PanelMessage>
          )}
          <ul>
            {query.data?.map((camera) => (
              <CameraItem key={camera.key} camera={camera} isSelected={camera.key === cameraKey} />
            ))}
          </ul>
        </div>
        {selected !== undefined && <CameraCard camera={selected} />}
      </aside>
    </div>
  );
}

function CameraItem({ camera, isSelected }: { camera: Camera; isSelected: boolean }) {
  const { selectCamera } = useSelection.getState();
  return (
    <li className={clsx('border-hairline border-b', isSelected ? 'bg-hover' : 'hover:bg-raised')}>
      <button
        type="button"
        aria-current={isSelected}
        onClick={() => selectCamera(camera.key)}
        className="-outline-offset-2 flex h-11 w-full items-center gap-2.5 px-3 text-left"
      >
        <StatusMark status={statusOf(camera)} />
        <span className="min-w-0 flex-1">
          <span className="block truncate">{camera.name}</span>
          <span className="block truncate text-muted text-xs">
            {STATUS_LOOK[statusOf(camera)].word}
            {camera.location === null && ' · not on the map'}
          </span>
        </span>
      </button>
    </li>
  );
}

function CameraCard({ camera }: { readonly camera: Camera }) {
  const status = statusOf(camera);
  return (
    <section
      aria-label={camera.name}
      className="flex flex-col gap-2 border-control/60 border-t bg-raised p-3"
    >
      <CameraPicture
        cameraKey={camera.key}
        alt={`Newest picture of ${camera.name}`}
        maxAgeMs={10_000}
        className="aspect-video w-full rounded-sm bg-black"
      />
      <p className="flex items-center gap-2">
        <StatusMark status={status} />
        <span className="truncate font-strong">{camera.name}</span>
      </p>
      <p className="text-muted text-xs">
        {STATUS_LOOK[status].word}
        {camera.since !== null && (
          <>
            {' '}
            for <Age at={camera.since} />
          </>
        )}
        {camera.reason !== null && ` · ${reasonWord(camera.reason)}`}
      </p>
      <div className="flex gap-4 text-sm">
        <Link
          prefetch={false}
          href={`/?max=${encodeURIComponent(camera.key)}`}
          className="text-accent hover:underline"
        >
          Live picture
        </Link>
        <Link
          prefetch={false}
          href={`/incidents/?camera=${encodeURIComponent(camera.key)}`}
          className="text-accent hover:underline"
        >
          Its incidents
        </Link>
      </div>
    </section>
  );
}
