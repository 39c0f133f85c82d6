import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import { boardQuery, incidentQuery } from '@/shared/api/incidents';
import type { Incident } from '@/shared/api/types';
import { replaceIncident } from './board';
import { keepHandling } from './handling';

export const LIST_KEY = ['incidents', 'list'] as const;

interface IncidentPage {
  readonly items: Incident[];
  readonly next: string | null;
}

/** The mutation that handles this incident: one at a time, and known to `receiveIncident`. */
export function handlingKey(id: string) {
  return ['handling', id] as const;
}

function replaceInPage(page: IncidentPage, newer: Incident): IncidentPage {
  const items = page.items.map((item) => (item.id === newer.id ? newer : item));
  return { ...page, items };
}

/** Writes the incident wherever it is shown. */
export function putIncident(client: QueryClient, incident: Incident): void {
  client.setQueryData(boardQuery.queryKey, (board) =>
    board === undefined ? undefined : replaceIncident(board, incident),
  );
  client.setQueryData(incidentQuery(incident.id).queryKey, incident);
  client.setQueriesData<InfiniteData<IncidentPage>>({ queryKey: LIST_KEY }, (list) =>
    list === undefined
      ? undefined
      : { ...list, pages: list.pages.map((page) => replaceInPage(page, incident)) },
  );
}

/**
 * Takes an incident from the live socket. While this person's own step is under way, their side
 * stays as they set it: the answer to that step is newer than the message.
 */
export function receiveIncident(client: QueryClient, incident: Incident): void {
  const isUnderWay = client.isMutating({ mutationKey: handlingKey(incident.id) }) > 0;
  const shown = client
    .getQueryData(boardQuery.queryKey)
    ?.find((candidate) => candidate.id === incident.id);
  putIncident(client, isUnderWay && shown ? keepHandling(incident, shown) : incident);
}
