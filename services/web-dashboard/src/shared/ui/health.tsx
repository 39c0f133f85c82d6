import clsx from 'clsx';
import type { Camera } from '../api/types';
import { ShapeMark } from './status';

type Health = NonNullable<Camera['health']>;

const LOOKS = {
  good: { shape: 'dot', className: 'text-ok', word: 'Good' },
  fair: { shape: 'diamond', className: 'text-warn', word: 'Fair' },
  poor: { shape: 'octagon', className: 'text-critical', word: 'Poor' },
} as const satisfies Record<Health['grade'], object>;

/** A grade with its own shape; why it is not better, and the figures, on hover. */
export function HealthMark({ health, withWord }: { health: Health; withWord: boolean }) {
  const { shape, className, word } = LOOKS[health.grade];
  return (
    <span
      title={healthText(health)}
      className={clsx('inline-flex items-center gap-1 text-xs', className)}
    >
      <ShapeMark shape={shape} className="size-2.5!" />
      {withWord ? word : <span className="sr-only">{`Health: ${word}`}</span>}
    </span>
  );
}

/** The grade with its reasons first, then the figures behind it, a line each. */
export function healthText(health: Health): string {
  const { grade, reasons, fps_share: share, latency_p95_ms: latency } = health;
  return [
    `Health over the last hour: ${LOOKS[grade].word.toLowerCase()}`,
    ...reasons,
    ...(share === null
      ? []
      : [`Pictures that came: ${Math.round(share * 100)} % of the announced`]),
    `Stalls: ${rounded(health.stalls_per_h)} an hour, reconnects: ${rounded(health.reconnects_per_h)} an hour`,
    `Damaged pictures: ${(health.corrupt_share * 100).toFixed(1)} %`,
    ...(latency === null ? [] : [`Arrival to inferred, p95: ${Math.round(latency)} ms`]),
  ].join('\n');
}

function rounded(count: number): string {
  return count < 10 ? count.toFixed(1).replace('.0', '') : count.toFixed(0);
}
