import type { Handling, Incident, IncidentAction } from '@/shared/api/types';
import { formatDuration, secondsBetween } from '@/shared/time/format';
import { handlingWord } from '@/shared/words';

/** What a step of handling leads to: shown at once, before the server has agreed. */

const OUTCOMES: Readonly<Record<IncidentAction, Handling>> = {
  ack: 'acknowledged',
  take: 'in_progress',
  resolve: 'resolved',
  'false-alarm': 'false_alarm',
  reopen: 'new',
};

const NEXT_ACTIONS: Readonly<Record<Handling, readonly IncidentAction[]>> = {
  new: ['ack', 'take', 'resolve', 'false-alarm'],
  acknowledged: ['take', 'resolve', 'false-alarm'],
  in_progress: ['resolve', 'false-alarm'],
  resolved: ['reopen'],
  false_alarm: ['reopen'],
};

/** @param at ISO 8601. */
export function predictOutcome(
  incident: Incident,
  action: IncidentAction,
  actor: string,
  at: string,
): Incident {
  const handling = OUTCOMES[action];
  return {
    ...incident,
    handling,
    handled_by: actor,
    handled_at: at,
    allowed_actions: [...NEXT_ACTIONS[handling]],
  };
}

/** The newer incident that a refusal carries, if it carries one. */
export function incidentIn(current: unknown): Incident | null {
  const isIncident =
    typeof current === 'object' && current !== null && 'id' in current && 'handling' in current;
  return isIncident ? (current as Incident) : null;
}

/** `Acknowledged by ana 2 s ago`. */
export function describeHandling(incident: Incident, now: number): string {
  const by = incident.handled_by === null ? '' : ` by ${incident.handled_by}`;
  const ago =
    incident.handled_at === null
      ? ''
      : ` ${formatDuration(secondsBetween(incident.handled_at, now))} ago`;
  return `${handlingWord(incident.handling)}${by}${ago}`;
}

/** The rule's side of the newer one, the people's side of the older one. */
export function keepHandling(newer: Incident, older: Incident): Incident {
  const { handling, handled_by, handled_at, allowed_actions } = older;
  return { ...newer, handling, handled_by, handled_at, allowed_actions };
}
