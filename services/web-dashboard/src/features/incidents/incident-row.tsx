import clsx from 'clsx';
import { Check } from 'lucide-react';
import { memo } from 'react';
import { useMay } from '@/shared/api/roles';
import type { Incident } from '@/shared/api/types';
import { Age } from '@/shared/ui/moment';
import { PRIORITY_LOOK, PriorityMark } from '@/shared/ui/status';
import { handlingWord, incidentTypeWord } from '@/shared/words';
import { isOpen } from './board';
import { useHandling, useNotices } from './use-handling';

interface IncidentRowProps {
  readonly incident: Incident;
  readonly isSelected: boolean;
  readonly onSelect: (incident: Incident) => void;
}

/** Two lines, always of the same height. */
export const IncidentRow = memo(function IncidentRow(props: IncidentRowProps) {
  const { incident, isSelected, onSelect } = props;
  const isNew = incident.handling === 'new';
  const notice = useNotices((state) => state.notices[incident.id]);
  return (
    <li
      data-incident={incident.id}
      className={clsx(
        'group relative h-13 border-hairline border-b',
        isSelected ? 'bg-hover' : 'hover:bg-raised',
      )}
    >
      {isSelected && <span className="absolute inset-y-0 left-0 w-0.5 bg-accent" />}
      <button
        type="button"
        aria-current={isSelected}
        onClick={() => onSelect(incident)}
        className="-outline-offset-2 grid size-full grid-cols-[0.75rem_1fr_auto] items-center gap-x-2.5 px-3 text-left"
      >
        <span className="self-start pt-2.5">
          <PriorityMark priority={incident.priority} quiet={!isOpen(incident)} />
        </span>
        <span className="min-w-0">
          <span className={clsx('block truncate', isNew ? 'font-strong' : 'text-muted')}>
            {incidentTypeWord(incident.type)}
            <span className="sr-only">, {PRIORITY_LOOK[incident.priority].word} priority</span>
          </span>
          <span className="block truncate text-muted text-xs">
            {incident.camera_name}
            {incident.zone_name !== null && ` · ${incident.zone_name}`}
          </span>
        </span>
        <span className="text-right text-xs">
          <span className={clsx('block', isNew ? 'text-text' : 'text-muted')}>
            <Age at={incident.alarm_at} />
          </span>
          <RowState incident={incident} notice={notice} />
        </span>
      </button>
      {isNew && !isSelected && <QuickAcknowledge incident={incident} />}
    </li>
  );
});

function RowState({ incident, notice }: { incident: Incident; notice: string | undefined }) {
  if (notice !== undefined)
    return <span className="block max-w-36 truncate text-warn">{notice}</span>;
  if (incident.handling !== 'new') {
    return <span className="block text-faint">{handlingWord(incident.handling)}</span>;
  }
  if (incident.condition === 'ended') return <span className="block text-faint">over</span>;
  return <span className="block text-alert">ongoing</span>;
}

/** Over the age, when the pointer is there or the keyboard: nothing moves for it. */
function QuickAcknowledge({ incident }: { readonly incident: Incident }) {
  const act = useHandling(incident);
  if (!useMay('operator')) return null;
  return (
    <button
      type="button"
      aria-label={`Acknowledge ${incidentTypeWord(incident.type)}, ${incident.camera_name}`}
      title="Acknowledge (A)"
      onClick={() => act('ack')}
      className="absolute top-1/2 right-2 flex h-7 -translate-y-1/2 items-center gap-1.5 rounded-md border border-control bg-raised px-2 text-text text-xs opacity-0 hover:bg-page focus-visible:opacity-100 group-hover:opacity-100"
    >
      <Check className="size-3.5" />
      Acknowledge
    </button>
  );
}
