import type { FlowReport, LineSeries, ZonePoint, ZoneSeries } from '@/shared/api/types';

/** What the page says of a report. Pure. */

export const SPANS = {
  '': { label: 'Last hour', step: 'minute', hours: 1 },
  '6h': { label: 'Last 6 hours', step: 'minute', hours: 6 },
  '24h': { label: 'Last 24 hours', step: 'hour', hours: 24 },
  '7d': { label: 'Last 7 days', step: 'hour', hours: 168 },
  '31d': { label: 'Last 31 days', step: 'day', hours: 744 },
} as const;

export type SpanCode = keyof typeof SPANS;

export function isSpanCode(code: string): code is SpanCode {
  return code in SPANS;
}

const STEP_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

export interface Bar {
  readonly at: string;
  /** Null where nothing was watched. */
  readonly value: number | null;
}

/** A bar for each span of the report, so that times without figures show as gaps. */
export function barsOf<Point extends { readonly at: string }>(
  report: Pick<FlowReport, 'start' | 'end' | 'step'>,
  points: readonly Point[],
  read: (point: Point) => number | null,
): Bar[] {
  const stepMs = STEP_MS[report.step];
  const known = new Map(points.map((point) => [Math.floor(Date.parse(point.at) / stepMs), point]));
  const first = Math.floor(Date.parse(report.start) / stepMs);
  const count = Math.ceil(Date.parse(report.end) / stepMs) - first;
  return Array.from({ length: count }, (_, index) => {
    const point = known.get(first + index);
    return {
      at: new Date((first + index) * stepMs).toISOString(),
      value: point === undefined ? null : read(point),
    };
  });
}

export function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** `12 cars, 3 trucks`: the most first. */
export function countWords(counts: Readonly<Record<string, number>>): string {
  const words = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([, one], [, other]) => other - one)
    .map(([name, count]) => `${count} ${plural(name, count)}`);
  return words.length === 0 ? 'none' : words.join(', ');
}

const PLURALS: Readonly<Record<string, string>> = { person: 'persons', bus: 'buses' };

function plural(name: string, count: number): string {
  return count === 1 ? name : (PLURALS[name] ?? `${name}s`);
}

/** `42 km/h`, or body lengths where the camera has no calibration. */
export function speedWords(speed: number | null, unit: ZonePoint['unit']): string {
  if (speed === null) return '–';
  return unit === 'm' ? `${Math.round(speed * 3.6)} km/h` : `${speed.toFixed(1)} BL/s`;
}

export function shareWords(share: number): string {
  return `${Math.round(share * 100)} %`;
}

const LEVEL_WORDS = {
  A: 'free flow',
  B: 'reasonably free',
  C: 'stable',
  D: 'approaching unstable',
  E: 'at capacity',
  F: 'broken down',
} as const;

export function levelWords(level: NonNullable<ZonePoint['level_of_service']>): string {
  return LEVEL_WORDS[level];
}

export function vehiclesOf(series: ZoneSeries): number {
  return series.points.reduce((sum, point) => sum + point.entered, 0);
}

export function crossingsOf(line: LineSeries): number {
  return sumOf(line.forward) + sumOf(line.backward);
}

export interface Turn {
  readonly from: string;
  readonly to: string;
  readonly counts: Readonly<Record<string, number>>;
}

/** Turns with the names of their lines, the most frequent first. */
export function turnsOf(report: FlowReport): Turn[] {
  const names = new Map(report.lines.map((line) => [line.line_id, line.name]));
  return report.turns
    .map((turn) => ({
      from: names.get(turn.entered_by) ?? 'a line that is gone',
      to: names.get(turn.left_by) ?? 'a line that is gone',
      counts: turn.counts,
    }))
    .sort((one, other) => sumOf(other.counts) - sumOf(one.counts));
}
