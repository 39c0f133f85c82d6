import clsx from 'clsx';
import Link from 'next/link';
import type { Incident } from '@/shared/api/types';
import { Age, Moment } from '@/shared/ui/moment';
import { PRIORITY_LOOK, PriorityMark } from '@/shared/ui/status';
import { handlingWord, incidentTypeWord } from '@/shared/words';
import { isOpen } from './board';

const HEADINGS = [
  { word: 'Priority', className: 'w-28' },
  { word: 'Incident', className: '' },
  { word: 'Camera', className: '' },
  { word: 'Alarm', className: 'w-56' },
  { word: 'Lasted', className: 'w-28 text-right' },
  { word: 'Severity', className: 'w-24 text-right' },
  { word: 'Handling', className: 'w-44' },
] as const;

export function IncidentTable({ incidents }: { readonly incidents: readonly Incident[] }) {
  return (
    <table className="w-full table-fixed border-collapse text-sm">
      <thead className="sticky top-0 z-10 bg-page">
        <tr className="h-8 text-left text-muted text-xs">
          {HEADINGS.map(({ word, className }) => (
            <th
              scope="col"
              key={word}
              className={clsx('border-hairline border-b px-3 font-normal', className)}
            >
              {word}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {incidents.map((incident) => (
          <Row key={incident.id} incident={incident} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ incident }: { readonly incident: Incident }) {
  const isQuiet = !isOpen(incident);
  return (
    <tr className="relative h-11 border-hairline border-b hover:bg-panel">
      <td className="px-3">
        <span className={clsx('flex items-center gap-2', isQuiet && 'text-muted')}>
          <PriorityMark priority={incident.priority} quiet={isQuiet} />
          {PRIORITY_LOOK[incident.priority].word}
        </span>
      </td>
      <td className="px-3">
        <Link
          prefetch={false}
          href={`/incidents/detail/?id=${incident.id}`}
          className={clsx('block truncate after:absolute after:inset-0', !isQuiet && 'font-strong')}
        >
          {incidentTypeWord(incident.type)}
        </Link>
        <span className="block truncate text-muted text-xs">{incident.zone_name}</span>
      </td>
      <td className="truncate px-3" title={incident.camera_name}>
        {incident.camera_name}
      </td>
      <td className="px-3">
        <Moment at={incident.alarm_at} withAge />
      </td>
      <td className="whitespace-nowrap px-3 text-right">
        <span className={incident.condition === 'active' ? 'text-alert' : 'text-muted'}>
          <Age at={incident.started_at} until={incident.ended_at} />
        </span>
      </td>
      <td className="px-3 text-right">{incident.severity.toFixed(1)}</td>
      <td className="px-3">
        <span className={incident.handling === 'new' ? 'text-alert' : 'text-text'}>
          {handlingWord(incident.handling)}
        </span>
        {incident.handled_by !== null && (
          <span className="text-muted text-xs"> · {incident.handled_by}</span>
        )}
      </td>
    </tr>
  );
}
