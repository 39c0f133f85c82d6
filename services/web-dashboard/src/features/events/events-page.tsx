import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { History, RefreshCw, X } from 'lucide-react';
import { FilterBar } from '@/shared/history/filter-bar';
import { CLEAR_FILTER, HISTORY_NAMES, isNarrowed } from '@/shared/history/history-filter';
import { Button, IconButton } from '@/shared/ui/button';
import { ErrorState, PanelMessage, SkeletonRows, StaleNote } from '@/shared/ui/panel-state';
import { useUrlState } from '@/shared/url/use-url-state';
import { EventTable } from './event-table';
import { eventsQuery } from './events-query';

const URL_NAMES = [...HISTORY_NAMES, 'incident'] as const;

/** Every transition of every incident, with the frame that made it. */
export function EventsPage() {
  const [filter, setFilter] = useUrlState(URL_NAMES);
  const query = useInfiniteQuery({ ...eventsQuery(filter), placeholderData: keepPreviousData });
  const events = query.data?.pages.flatMap((page) => page.items) ?? [];
  const isFiltered = isNarrowed(filter) || filter.incident !== '';
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <FilterBar filter={filter} onChange={setFilter} isOfEvents>
        {filter.incident !== '' && (
          <Button onClick={() => setFilter({ incident: '' })}>
            One incident <X className="size-3.5" aria-label="show all" />
          </Button>
        )}
        {query.data !== undefined && (
          <span className="text-muted text-xs" role="status">
            {events.length}
            {query.hasNextPage ? '+' : ''} events
          </span>
        )}
        <IconButton
          label="Load again"
          disabled={query.isFetching}
          onClick={() => void query.refetch()}
        >
          <RefreshCw />
        </IconButton>
      </FilterBar>
      {query.isError && query.data !== undefined && <StaleNote error={query.error} />}
      <div className="min-h-0 flex-1 overflow-auto">
        {query.isPending && <SkeletonRows rows={12} height={44} />}
        {query.isError && query.data === undefined && (
          <ErrorState what="The events" error={query.error} onRetry={() => void query.refetch()} />
        )}
        {query.data !== undefined && events.length === 0 && (
          <PanelMessage
            className="pt-28"
            icon={<History aria-hidden="true" />}
            title={isFiltered ? 'Nothing fits these filters' : 'No events yet'}
            action={
              isFiltered && (
                <Button onClick={() => setFilter({ ...CLEAR_FILTER, incident: '' })}>
                  Clear the filters
                </Button>
              )
            }
          >
            {isFiltered
              ? 'Widen the time or drop a filter.'
              : 'Each opening, change and end of an incident is written down here.'}
          </PanelMessage>
        )}
        {events.length > 0 && <EventTable events={events} />}
        {query.hasNextPage && (
          <div className="flex justify-center p-4">
            <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {query.isFetchingNextPage ? 'Loading…' : 'Load older ones'}
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}
