import { usePreferences } from '../state/preferences';
import { formatDuration, formatMoment, secondsBetween } from '../time/format';
import { useNow } from '../time/use-now';

/** `12 s`: how long ago, or how long until `until`. Ticks. */
export function Age({ at, until = null }: { at: string; until?: string | null }) {
  const now = useNow();
  return <>{formatDuration(secondsBetween(at, until ?? now))}</>;
}

interface MomentProps {
  readonly at: string;
  readonly withAge?: boolean;
}

/** `14:03:22 · 12 s ago`, in the zone that was chosen; the tooltip tells UTC. */
export function Moment({ at, withAge = false }: MomentProps) {
  const zone = usePreferences((state) => state.timeZone);
  const now = useNow();
  return (
    <time dateTime={at} title={new Date(at).toISOString()} className="whitespace-nowrap">
      {formatMoment(at, zone, now)}
      {withAge && (
        <span className="text-faint"> · {formatDuration(secondsBetween(at, now))} ago</span>
      )}
    </time>
  );
}
