import { useMutation, useQueryClient } from '@tanstack/react-query';
import { create } from 'zustand';
import { actOnIncident } from '@/shared/api/incidents';
import { problemOf } from '@/shared/api/problem';
import { useMay } from '@/shared/api/roles';
import { useSession } from '@/shared/api/session';
import type { Incident, IncidentAction } from '@/shared/api/types';
import { siteClock } from '@/shared/time/site-clock';
import { useAnnouncer } from '@/shared/ui/announcer';
import { handlingWord, incidentTypeWord } from '@/shared/words';
import { handlingKey, putIncident } from './cache';
import { describeHandling, incidentIn, predictOutcome } from './handling';

/** Why the last step on an incident was taken back, by incident. */
export const useNotices = create<{
  readonly notices: Readonly<Record<string, string>>;
  tell(id: string, notice: string | null): void;
}>((set) => ({
  notices: {},
  tell: (id, notice) =>
    set(({ notices }) => {
      const { [id]: _, ...rest } = notices;
      return { notices: notice === null ? rest : { ...rest, [id]: notice } };
    }),
}));

/** What a refused step says, and what the incident is after it. */
function settleRefusal(
  error: unknown,
  before: Incident,
  now: number,
): { readonly incident: Incident; readonly notice: string } {
  const problem = problemOf(error);
  const current = problem.status === 409 ? incidentIn(problem.current) : null;
  if (current === null) return { incident: before, notice: `Not saved. ${problem.detail}` };
  return { incident: current, notice: describeHandling(current, now) };
}

/**
 * One key, one step: shown at once, confirmed by the server, taken back when it refuses.
 *
 * @returns what does a step on the incident; it ignores steps that make no sense now.
 */
export function useHandling(incident: Incident | null) {
  const client = useQueryClient();
  const actor = useSession((session) => session.user?.name ?? 'you');
  const isAllowed = useMay('operator');
  const { tell } = useNotices.getState();
  const { announce } = useAnnouncer.getState();
  const { mutate } = useMutation({
    mutationKey: handlingKey(incident?.id ?? ''),
    mutationFn: (step: { before: Incident; action: IncidentAction }) =>
      actOnIncident(step.before.id, step.action, step.before.handling),
    onMutate: ({ before, action }) => {
      tell(before.id, null);
      const at = new Date(siteClock.now()).toISOString();
      putIncident(client, predictOutcome(before, action, actor, at));
    },
    onSuccess: (after) => {
      putIncident(client, after);
      announce(`${incidentTypeWord(after.type)}: ${handlingWord(after.handling)}`);
    },
    onError: (error, { before }) => {
      const settled = settleRefusal(error, before, siteClock.now());
      putIncident(client, settled.incident);
      tell(before.id, settled.notice);
      announce(settled.notice);
    },
  });
  return (action: IncidentAction) => {
    if (incident === null || !isAllowed || !incident.allowed_actions.includes(action)) return;
    mutate({ before: incident, action });
  };
}
