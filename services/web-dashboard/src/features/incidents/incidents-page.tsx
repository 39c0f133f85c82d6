import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { ListChecks, RefreshCw } from 'lucide-react';
import { FilterBar } from '@/shared/history/filter-bar';
import { CLEAR_FILTER, HISTORY_NAMES, isNarrowed } from '@/shared/history/history-filter';
import { Button, IconButton } from '@/shared/ui/button';
import { ErrorState, PanelMessage, SkeletonRows, StaleNote } from '@/shared/ui/panel-state';
import { useUrlState } from '@/shared/url/use-url-state';
import { IncidentTable } from './incident-table';
import { incidentsQuery } from './incidents-query';

/** Every incident there was, narrowed by filters that live in the address. */
export function IncidentsPage() {
  const [filter, setFilter] = useUrlState(HISTORY_NAMES);
  const query = useInfiniteQuery({ ...incidentsQuery(filter), placeholderData: keepPreviousData });
  const incidents = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <FilterBar filter={filter} onChange={setFilter}>
        {query.data !== undefined && (
          <span className="text-muted text-xs" role="status">
            {incidents.length}
            {query.hasNextPage ? '+' : ''} incidents
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
          <ErrorState
            what="The incidents"
            error={query.error}
            onRetry={() => void query.refetch()}
          />
        )}
        {query.data !== undefined && incidents.length === 0 && (
          <Nothing isFiltered={isNarrowed(filter)} onClear={() => setFilter(CLEAR_FILTER)} />
        )}
        {incidents.length > 0 && <IncidentTable incidents={incidents} />}
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

function Nothing({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  return (
    <PanelMessage
      className="pt-28"
      icon={<ListChecks aria-hidden="true" />}
      title={isFiltered ? 'Nothing fits these filters' : 'No incidents yet'}
      action={isFiltered && <Button onClick={onClear}>Clear the filters</Button>}
    >
      {isFiltered
        ? 'Widen the time or drop a filter.'
        : 'When a rule fires, the incident is kept here with its picture and its reasons.'}
    </PanelMessage>
  );
}
