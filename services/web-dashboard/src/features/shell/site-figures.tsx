import { useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import Link from 'next/link';
import { useConnection } from '@/realtime';
import { camerasQuery } from '@/shared/api/cameras';
import { statsQuery } from '@/shared/api/stats';
import type { Camera } from '@/shared/api/types';
import { usePreferences } from '@/shared/state/preferences';
import { formatTime, zoneLabel } from '@/shared/time/format';
import { useNow } from '@/shared/time/use-now';
import { STATUS_LOOK, StatusMark, statusOf } from '@/shared/ui/status';

type Counts = Readonly<Record<'online' | 'alert' | 'offline', number>>;

/** How many cameras are how. One that connects is not online yet. */
export function countStates(cameras: readonly Camera[]): Counts {
  const statuses = cameras.filter((camera) => camera.enabled).map(statusOf);
  const count = (...wanted: string[]) =>
    statuses.filter((status) => wanted.includes(status)).length;
  return {
    online: count('online'),
    alert: count('alert'),
    offline: count('offline', 'connecting'),
  };
}

/** Right end of the bar: cameras by state, lag, time. Grey when they are not of now. */
export function SiteFigures() {
  const phase = useConnection().phase;
  const isLive = phase === 'live' || phase === 'idle' || phase === 'connecting';
  return (
    <div className={clsx('flex items-center gap-4 text-xs', !isLive && 'opacity-50 grayscale')}>
      <CameraCounts />
      <Lag />
      <Clock />
    </div>
  );
}

function CameraCounts() {
  const counts = countStates(useQuery(camerasQuery).data ?? []);
  return (
    <Link
      prefetch={false}
      href="/cameras/"
      className="flex items-center gap-3 rounded-md px-1 py-0.5 hover:bg-hover"
    >
      {(['online', 'alert', 'offline'] as const).map((status) => (
        <span
          key={status}
          title={STATUS_LOOK[status].word}
          className={clsx(
            'flex items-center gap-1',
            counts[status] === 0 && 'text-faint grayscale',
          )}
        >
          <StatusMark status={status} className="size-2.5!" />
          {counts[status]}
          <span className="sr-only">{STATUS_LOOK[status].word}</span>
        </span>
      ))}
    </Link>
  );
}

function Lag() {
  const stats = useQuery(statsQuery).data;
  const p50 = stats?.inference.latency_p50_ms ?? null;
  const p95 = stats?.inference.latency_p95_ms ?? null;
  const title = [
    'From the capture of a frame to its event, over the last minute',
    `p50 ${p50 === null ? '–' : `${Math.round(p50)} ms`}, p95 ${p95 === null ? '–' : `${Math.round(p95)} ms`}`,
    `Waiting to be stored: ${stats?.events.lag ?? '–'}`,
  ].join('\n');
  return (
    <span title={title} className="text-muted">
      lag{' '}
      <span className="inline-block min-w-12 text-right text-text">
        {p50 === null ? '–' : `${Math.round(p50)} ms`}
      </span>
    </span>
  );
}

function Clock() {
  const now = useNow();
  const { timeZone, setTimeZone } = usePreferences();
  const other = timeZone === 'utc' ? 'local' : 'utc';
  return (
    <button
      type="button"
      title={`${new Date(now).toISOString()}\nClick for ${other === 'utc' ? 'UTC' : 'local time'}`}
      onClick={() => setTimeZone(other)}
      className="flex items-baseline gap-1.5 rounded-md px-1 py-0.5 hover:bg-hover"
    >
      <span className="font-strong text-sm">{formatTime(now, timeZone)}</span>
      <span className="text-muted">{zoneLabel(now, timeZone)}</span>
    </button>
  );
}
