import type { FlowReport, LinePoint, ZonePoint, ZoneSeries } from '@/shared/api/types';

/** What the page says of a report. Pure. */

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

/** Two figures are enough: `12`, `3.4`, `0.25`. */
export function figureWords(value: number): string {
  if (value >= 10) return String(Math.round(value));
  return String(Number(value.toFixed(value >= 1 ? 1 : 2)));
}

export function shareWords(share: number): string {
  return share > 0 && share < 0.005 ? 'less than 1 %' : `${Math.round(share * 100)} %`;
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

export interface Turn {
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly counts: Readonly<Record<string, number>>;
}

const GONE = 'a line that is gone';

/** Turns with the names of their lines, the most frequent first. */
export function turnsOf(turns: FlowReport['turns'], names: ReadonlyMap<string, string>): Turn[] {
  return turns
    .map(({ entered_by: first, left_by: last, counts }) => ({
      key: `${first} ${last}`,
      from: names.get(first) ?? GONE,
      to: names.get(last) ?? GONE,
      counts,
    }))
    .sort((one, other) => sumOf(other.counts) - sumOf(one.counts));
}

/** Vehicles that came into a zone in a bar; null where nothing was watched. */
export function enteredIn(points: readonly ZonePoint[]): number | null {
  return totalOf(points, (point) => point.entered);
}

/** Their mean speed in the unit of the zone, each time weighted by how many were there. */
export function speedIn(points: readonly ZonePoint[]): number | null {
  let [sum, weight] = [0, 0];
  for (const point of points) {
    if (point.speed_mean === null) continue;
    const present = Math.max(point.entered, point.vehicles_mean, 1e-3);
    sum += point.speed_mean * present;
    weight += present;
  }
  return weight === 0 ? null : sum / weight;
}

/** What crossed a line one way in a bar; null where nothing was watched. */
export function crossedIn(
  points: readonly LinePoint[],
  way: 'forward' | 'backward',
): number | null {
  return totalOf(points, (point) => sumOf(point[way]));
}

function totalOf<Point>(points: readonly Point[], read: (point: Point) => number): number | null {
  return points.length === 0 ? null : points.reduce((sum, point) => sum + read(point), 0);
}

/** The newest figures of a zone; null where they are not of the last two steps. */
export function latestOf(report: Pick<FlowReport, 'end' | 'step'>, zone: ZoneSeries) {
  const point = zone.points.at(-1);
  const stepMs = report.step === 'minute' ? 60_000 : 3_600_000;
  const isNew = point !== undefined && Date.parse(report.end) - Date.parse(point.at) <= 3 * stepMs;
  return isNew ? point : null;
}
