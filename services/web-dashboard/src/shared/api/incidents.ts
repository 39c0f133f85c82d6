import { queryOptions } from '@tanstack/react-query';
import { api, unwrap } from './client';
import type { paths } from './generated/openapi';
import type { Handling, Incident, IncidentAction } from './types';

export const OPEN_HANDLINGS: readonly Handling[] = ['new', 'acknowledged', 'in_progress'];
const BOARD_LIMIT = 200;
const RECENT_LIMIT = 50;

/** Query of the list of incidents, as the API takes it. */
export type IncidentsQuery = NonNullable<paths['/api/incidents']['get']['parameters']['query']>;
/** Query of the list of events, as the API takes it. */
export type EventsQuery = NonNullable<paths['/api/events']['get']['parameters']['query']>;

export function fetchIncidents(query: IncidentsQuery, signal: AbortSignal) {
  return unwrap(api.GET('/api/incidents', { params: { query }, signal }));
}

export function fetchEvents(query: EventsQuery, signal: AbortSignal) {
  return unwrap(api.GET('/api/events', { params: { query }, signal }));
}

/** Everything that waits for a person, and the newest of what does not any more. */
async function fetchBoard(signal: AbortSignal): Promise<Incident[]> {
  const [open, recent] = await Promise.all([
    fetchIncidents({ handling: [...OPEN_HANDLINGS], limit: BOARD_LIMIT }, signal),
    fetchIncidents({ limit: RECENT_LIMIT }, signal),
  ]);
  const byId = new Map([...recent.items, ...open.items].map((item) => [item.id, item]));
  return [...byId.values()];
}

export const boardQuery = queryOptions({
  queryKey: ['incidents', 'board'],
  queryFn: ({ signal }) => fetchBoard(signal),
  staleTime: 60_000,
  refetchInterval: 120_000,
});

export function incidentQuery(id: string) {
  return queryOptions({
    queryKey: ['incidents', 'one', id],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/incidents/{incident_id}', { params: { path: { incident_id: id } }, signal }),
      ),
    staleTime: 30_000,
  });
}

/**
 * One step of handling. `expected` makes the server refuse when somebody else was faster.
 *
 * @throws {ApiError} with the newer incident as `current` on a clash.
 */
export function actOnIncident(
  id: string,
  action: IncidentAction,
  expected: Handling,
): Promise<Incident> {
  const init = { params: { path: { incident_id: id } }, body: { expected } };
  return unwrap(api.POST(`/api/incidents/{incident_id}/${action}`, init));
}
