import type { Incident } from '@/shared/api/types';
import { formatDuration, secondsBetween } from '@/shared/time/format';
import { Moment } from '@/shared/ui/moment';
import { type Shape, ShapeMark } from '@/shared/ui/status';
import { endReasonWord, handlingWord } from '@/shared/words';

interface Step {
  readonly word: string;
  readonly at: string | null;
  readonly note: string | null;
  readonly shape: Shape;
  readonly className: string;
}

/** What happened, in its order; what has not happened yet comes last, without a time. */
export function timelineOf(incident: Incident): Step[] {
  const delay = secondsBetween(incident.started_at, incident.alarm_at);
  const steps: Step[] = [
    {
      word: 'Began',
      at: incident.started_at,
      note: 'The condition held from here on',
      shape: 'ring',
      className: 'text-info',
    },
    {
      word: 'Alarm',
      at: incident.alarm_at,
      note: `${formatDuration(delay)} after it began`,
      shape: 'triangle',
      className: 'text-alert',
    },
  ];
  if (incident.handling !== 'new' && incident.handled_at !== null) {
    steps.push({
      word: handlingWord(incident.handling),
      at: incident.handled_at,
      note: incident.handled_by === null ? null : `by ${incident.handled_by}`,
      shape: 'diamond',
      className: 'text-accent',
    });
  }
  steps.push({
    word: incident.ended_at === null ? 'Goes on' : 'Ended',
    at: incident.ended_at,
    note: incident.reason === null ? null : endReasonWord(incident.reason),
    shape: incident.ended_at === null ? 'ring' : 'dot',
    className: incident.ended_at === null ? 'text-alert' : 'text-ok',
  });
  return steps.sort((a, b) => timeOf(a) - timeOf(b));
}

function timeOf(step: Step): number {
  return step.at === null ? Number.POSITIVE_INFINITY : Date.parse(step.at);
}

export function IncidentTimeline({ incident }: { readonly incident: Incident }) {
  return (
    <ol className="flex">
      {timelineOf(incident).map((step) => (
        <li
          key={step.word}
          className="relative min-w-0 flex-1 pt-5 pr-4 before:absolute before:top-[0.3125rem] before:right-0 before:left-0 before:h-px before:bg-hairline last:before:right-auto last:before:w-3"
        >
          <ShapeMark shape={step.shape} className={`absolute top-0 left-0 ${step.className}`} />
          <p className="font-strong">{step.word}</p>
          <p className="text-sm">{step.at === null ? 'now' : <Moment at={step.at} withAge />}</p>
          <p className="truncate text-muted text-xs">{step.note}</p>
        </li>
      ))}
    </ol>
  );
}
