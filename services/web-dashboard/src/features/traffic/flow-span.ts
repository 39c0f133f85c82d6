import type { FlowReport, FlowStep } from '@/shared/api/types';
import { offsetMs, type ZoneChoice } from '@/shared/time/format';

/** Of which time figures are shown, and in how long bars. Pure. */

const MINUTE_MS = 60_000;
const STEP_MINUTES: Readonly<Record<FlowStep, number>> = { minute: 1, hour: 60, day: 1440 };

interface Span {
  readonly label: string;
  /** In which the server adds up. */
  readonly step: FlowStep;
  readonly minutes: number;
  /** Length of a bar: some tens of them make a readable chart. */
  readonly barMinutes: number;
}

export const SPANS = {
  '15m': { label: 'Last 15 minutes', step: 'minute', minutes: 15, barMinutes: 1 },
  '': { label: 'Last hour', step: 'minute', minutes: 60, barMinutes: 1 },
  '6h': { label: 'Last 6 hours', step: 'minute', minutes: 360, barMinutes: 10 },
  '24h': { label: 'Last 24 hours', step: 'hour', minutes: 1440, barMinutes: 60 },
  '7d': { label: 'Last 7 days', step: 'hour', minutes: 10_080, barMinutes: 180 },
} as const satisfies Readonly<Record<string, Span>>;

export type SpanCode = keyof typeof SPANS;

export function isSpanCode(code: string): code is SpanCode {
  return Object.hasOwn(SPANS, code);
}

export interface TimeRange {
  readonly startMs: number;
  readonly endMs: number;
}

/** The time that is asked for: to the minute that runs, and whole bars back to before the span. */
export function rangeOf(span: Span, nowMs: number, zone: ZoneChoice): TimeRange {
  const endMs = Math.ceil(nowMs / MINUTE_MS) * MINUTE_MS;
  return { startMs: barOf(endMs - span.minutes * MINUTE_MS, span.barMinutes, zone), endMs };
}

/**
 * When the bar began that a moment is in, ms. Bars of more than an hour begin by the clock on the
 * wall: a day is the day of who looks. Shorter ones begin as the server's steps do.
 */
export function barOf(atMs: number, barMinutes: number, zone: ZoneChoice): number {
  const lengthMs = barMinutes * MINUTE_MS;
  const shiftMs = barMinutes > STEP_MINUTES.hour ? offsetMs(atMs, zone) : 0;
  return Math.floor((atMs + shiftMs) / lengthMs) * lengthMs - shiftMs;
}

/** The length of the bars of a report: by its own time, whatever was chosen since. */
export function barMinutesOf({ start, end, step }: Pick<FlowReport, 'start' | 'end' | 'step'>) {
  const minutes = (Date.parse(end) - Date.parse(start)) / MINUTE_MS;
  const fitting = Object.values<Span>(SPANS)
    .filter((span) => span.step === step && span.minutes <= minutes)
    .at(-1);
  return fitting?.barMinutes ?? STEP_MINUTES[step];
}

export interface Bar<Point> {
  readonly startMs: number;
  readonly endMs: number;
  /** What was measured in it; nothing where nothing was watched. */
  readonly points: readonly Point[];
}

/** A bar for each part of the report, so that times without figures show as gaps. */
export function barsOf<Point extends { readonly at: string }>(
  report: Pick<FlowReport, 'start' | 'end' | 'step'>,
  points: readonly Point[],
  zone: ZoneChoice,
): Bar<Point>[] {
  const stepMs = STEP_MINUTES[report.step] * MINUTE_MS;
  const barMinutes = barMinutesOf(report);
  const known = new Map(points.map((point) => [Math.floor(Date.parse(point.at) / stepMs), point]));
  const endMs = Date.parse(report.end);
  const last = Math.ceil(endMs / stepMs);
  const bars = new Map<number, { startMs: number; endMs: number; points: Point[] }>();
  for (let step = Math.floor(Date.parse(report.start) / stepMs); step < last; step += 1) {
    const key = barOf(step * stepMs, barMinutes, zone);
    const bar = bars.get(key) ?? { startMs: step * stepMs, endMs: 0, points: [] };
    const point = known.get(step);
    if (point !== undefined) bar.points.push(point);
    bar.endMs = Math.min((step + 1) * stepMs, endMs);
    bars.set(key, bar);
  }
  return [...bars.values()];
}

/** `10 minutes`, `hour`. */
export function lengthWords(minutes: number): string {
  if (minutes === 1) return 'minute';
  if (minutes < 60) return `${minutes} minutes`;
  return minutes === 60 ? 'hour' : `${minutes / 60} hours`;
}
