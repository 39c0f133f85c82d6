import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { statsQuery } from '@/shared/api/stats';
import type { Stats } from '@/shared/api/types';
import { formatDuration } from '@/shared/time/format';
import { siteClock } from '@/shared/time/site-clock';
import { ErrorState, SkeletonRows } from '@/shared/ui/panel-state';

const numbers = new Intl.NumberFormat('en-GB');

function milliseconds(value: number | null): string {
  return value === null ? '–' : `${numbers.format(Math.round(value))} ms`;
}

function rowsOf(stats: Stats): readonly (readonly [string, ReactNode])[] {
  const { inference, events, live } = stats;
  return [
    ['Model', inference.model_version],
    [
      'Its SHA-256',
      <code key="sha" className="break-all text-muted text-xs">
        {inference.model_sha256 || 'not known here'}
      </code>,
    ],
    ['Engine', `${inference.engine}, ${inference.provider}, ${inference.precision}`],
    ['Inference', `${inference.frames_per_s.toFixed(1)} frames/s`],
    [
      'Capture to event',
      `p50 ${milliseconds(inference.latency_p50_ms)}, p95 ${milliseconds(inference.latency_p95_ms)}`,
    ],
    [
      'Stored',
      `${numbers.format(events.detections_stored)} frames, ${numbers.format(events.incidents_stored)} transitions`,
    ],
    ['Waiting to be stored', numbers.format(events.lag)],
    ['Put aside as broken', numbers.format(events.dlq)],
    ['Browsers', `${live.clients} live, ${live.video_viewers} watching video`],
    ['Up for', formatDuration(stats.uptime_s)],
    ['This computer’s clock', clockText()],
  ];
}

function clockText(): string {
  const seconds = siteClock.offsetMs / 1000;
  if (Math.abs(seconds) < 1) return 'agrees with the server';
  return `${Math.abs(seconds).toFixed(1)} s ${seconds > 0 ? 'behind' : 'ahead of'} the server`;
}

export function SystemFacts() {
  const query = useQuery(statsQuery);
  if (query.isPending) return <SkeletonRows rows={5} height={28} />;
  if (query.data === undefined) {
    return (
      <ErrorState what="The figures" error={query.error} onRetry={() => void query.refetch()} />
    );
  }
  return (
    <dl className="grid grid-cols-[10rem_minmax(0,1fr)] gap-x-4 gap-y-1.5">
      {rowsOf(query.data).map(([term, value]) => (
        <div key={term} className="contents">
          <dt className="text-muted">{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
