import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import type { SuggestedZone } from '@/shared/api/types';
import { suggestionsQuery } from '@/shared/api/zone-drafts';
import { Button } from '@/shared/ui/button';
import { ErrorState, SkeletonRows } from '@/shared/ui/panel-state';

interface SuggestionListProps {
  readonly cameraKey: string;
  readonly accepted: ReadonlySet<string>;
  readonly onAccept: (suggested: SuggestedZone) => void;
  readonly onClose: () => void;
}

/** Lanes that the ways of the vehicles of the last hour suggest; a person takes those that fit. */
export function SuggestionList({ cameraKey, accepted, onAccept, onClose }: SuggestionListProps) {
  const query = useQuery(suggestionsQuery(cameraKey));
  const offered = (query.data?.suggestions ?? []).filter(
    ({ zone }) => !accepted.has(zone.id ?? ''),
  );
  return (
    <section aria-label="Suggested lanes" className="border-hairline border-b bg-raised">
      <header className="flex h-9 items-center justify-between px-3">
        <h4 className="text-muted text-xs">
          Suggested lanes{query.data === undefined ? '' : `, from ${query.data.tracks} vehicles`}
        </h4>
        <Button variant="ghost" onClick={onClose}>
          Close
        </Button>
      </header>
      {query.isPending && <SkeletonRows rows={2} height={36} />}
      {query.isError && (
        <ErrorState
          what="The suggestions"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.data?.message !== null && query.data !== undefined && (
        <p className="px-3 pb-3 text-muted text-xs">{query.data.message}</p>
      )}
      <ul>
        {offered.map((suggested) => (
          <li key={suggested.zone.id} className="flex items-center gap-2 px-3 pb-2 text-sm">
            <span className="flex-1 truncate">{suggested.zone.name}</span>
            <span className="text-faint text-xs">
              {suggested.tracks} vehicles, {Math.round(suggested.confidence * 100)} % sure
            </span>
            <Button onClick={() => onAccept(suggested)}>
              <Plus className="size-3.5" aria-hidden="true" /> Take
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
