import { infiniteQueryOptions } from '@tanstack/react-query';
import { type EventsQuery, fetchEvents } from '@/shared/api/incidents';
import { type HistoryFilter, timeWindow } from '@/shared/history/history-filter';

const PAGE_LENGTH = 100;

export type EventFilter = HistoryFilter & { readonly incident: string };

/** The filter in the words of the API. */
export function toEventsQuery(filter: EventFilter, now: number): EventsQuery {
  const { type, camera, incident } = filter;
  return {
    ...timeWindow(filter, now),
    ...(type === '' ? {} : { type: [type as 'congestion'] }),
    ...(camera === '' ? {} : { camera }),
    ...(incident === '' ? {} : { incident }),
    limit: PAGE_LENGTH,
  };
}

export function eventsQuery(filter: EventFilter) {
  return infiniteQueryOptions({
    queryKey: ['events', filter],
    queryFn: ({ pageParam, signal }) =>
      fetchEvents(
        {
          ...toEventsQuery(filter, Date.now()),
          ...(pageParam === null ? {} : { cursor: pageParam }),
        },
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    staleTime: 10_000,
  });
}
