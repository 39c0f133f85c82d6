import { useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import Link from 'next/link';
import { camerasQuery } from '@/shared/api/cameras';
import type { IncidentEvent } from '@/shared/api/types';
import { Moment } from '@/shared/ui/moment';
import { PriorityMark, type Shape, ShapeMark } from '@/shared/ui/status';
import { endReasonWord, incidentTypeWord } from '@/shared/words';

const TRANSITIONS: Readonly<
  Record<IncidentEvent['transition'], { word: string; shape: Shape; className: string }>
> = {
  opened: { word: 'Opened', shape: 'triangle', className: 'text-alert' },
  updated: { word: 'Updated', shape: 'diamond', className: 'text-info' },
  ended: { word: 'Ended', shape: 'dot', className: 'text-ok' },
  evidence_complete: { word: 'Evidence complete', shape: 'ring', className: 'text-muted' },
};

const HEADINGS = [
  { word: 'Time', className: 'w-56' },
  { word: 'Transition', className: 'w-44' },
  { word: 'Incident', className: '' },
  { word: 'Camera', className: '' },
  { word: 'Frame', className: 'w-36' },
  { word: 'Severity', className: 'w-24 text-right' },
  { word: 'Model', className: 'w-20' },
] as const;

export function EventTable({ events }: { readonly events: readonly IncidentEvent[] }) {
  const cameras = useQuery(camerasQuery).data ?? [];
  const names = new Map(cameras.map((camera) => [camera.key, camera.name]));
  return (
    <table className="w-full table-fixed border-collapse text-sm">
      <thead className="sticky top-0 z-10 bg-page">
        <tr className="h-8 text-left text-muted text-xs">
          {HEADINGS.map(({ word, className }) => (
            <th key={word} className={clsx('border-hairline border-b px-3 font-normal', className)}>
              {word}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {events.map((event) => (
          <EventRow
            key={event.event_id}
            event={event}
            cameraName={names.get(event.camera_id) ?? event.camera_id}
          />
        ))}
      </tbody>
    </table>
  );
}

function EventRow({ event, cameraName }: { event: IncidentEvent; cameraName: string }) {
  const { word, shape, className } = TRANSITIONS[event.transition];
  const reason = event.transition === 'ended' && event.reason !== null ? event.reason : null;
  return (
    <tr className="relative h-11 border-hairline border-b hover:bg-panel">
      <td className="px-3">
        <Moment at={event.timestamp} withAge />
      </td>
      <td className="px-3">
        <span className="flex items-center gap-2">
          <ShapeMark shape={shape} className={className} />
          {word}
        </span>
        {reason !== null && (
          <span className="block truncate pl-5 text-muted text-xs">{endReasonWord(reason)}</span>
        )}
      </td>
      <td className="px-3">
        <Link
          prefetch={false}
          href={`/incidents/detail/?id=${event.incident_id}`}
          className="flex items-center gap-2 after:absolute after:inset-0"
        >
          <PriorityMark priority={event.priority} quiet={event.transition === 'ended'} />
          <span className="truncate">{incidentTypeWord(event.type)}</span>
        </Link>
        <span className="block truncate pl-5 text-muted text-xs">{event.zone_name}</span>
      </td>
      <td className="truncate px-3">{cameraName}</td>
      <td className="truncate px-3 text-muted">{event.frame_id.replace('frame_', '#')}</td>
      <td className="px-3 text-right">{event.severity.toFixed(1)}</td>
      <td className="px-3 text-muted">{event.model_version}</td>
    </tr>
  );
}
