import { infiniteQueryOptions } from '@tanstack/react-query';
import { fetchIncidents, type IncidentsQuery, OPEN_HANDLINGS } from '@/shared/api/incidents';
import type { Handling } from '@/shared/api/types';
import { type HistoryFilter, timeWindow } from '@/shared/history/history-filter';
import { LIST_KEY } from './cache';

const PAGE_LENGTH = 50;

/** The filter in the words of the API. */
export function toIncidentsQuery(filter: HistoryFilter, now: number): IncidentsQuery {
  const { handling, type, camera, q } = filter;
  const handlings = handling === 'open' ? [...OPEN_HANDLINGS] : [handling as Handling];
  return {
    ...timeWindow(filter, now),
    ...(handling === '' ? {} : { handling: handlings }),
    ...(type === '' ? {} : { type: [type as 'congestion'] }),
    ...(camera === '' ? {} : { camera }),
    ...(q === '' ? {} : { q }),
    limit: PAGE_LENGTH,
  };
}

/** Page after page of what the filter lets through, newest first. */
export function incidentsQuery(filter: HistoryFilter) {
  return infiniteQueryOptions({
    queryKey: [...LIST_KEY, filter],
    queryFn: ({ pageParam, signal }) =>
      fetchIncidents(
        {
          ...toIncidentsQuery(filter, Date.now()),
          ...(pageParam === null ? {} : { cursor: pageParam }),
        },
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    staleTime: 10_000,
  });
}
