/** The filters that the lists of incidents and of events share; all of them live in the address. */

export const HISTORY_NAMES = ['handling', 'type', 'camera', 'range', 'start', 'end', 'q'] as const;

export type HistoryFilter = Readonly<Record<(typeof HISTORY_NAMES)[number], string>>;

export const RANGES = {
  '': 'Any time',
  '1h': 'Last hour',
  '24h': 'Last 24 hours',
  '7d': 'Last 7 days',
  custom: 'From … to …',
} as const;

const RANGE_MS: Readonly<Record<string, number>> = {
  '1h': 3_600_000,
  '24h': 86_400_000,
  '7d': 604_800_000,
};

export const CLEAR_FILTER: HistoryFilter = {
  handling: '',
  type: '',
  camera: '',
  range: '',
  start: '',
  end: '',
  q: '',
};

export function isNarrowed(filter: HistoryFilter): boolean {
  return HISTORY_NAMES.some((name) => filter[name] !== '');
}

function toIso(local: string): string | undefined {
  const at = new Date(local);
  return local === '' || Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

interface TimeWindow {
  readonly start?: string;
  readonly end?: string;
}

/** The part of time that the filter names. `now` in ms. */
export function timeWindow(filter: HistoryFilter, now: number): TimeWindow {
  if (filter.range === 'custom') {
    const start = toIso(filter.start);
    const end = toIso(filter.end);
    return { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
  }
  const length = RANGE_MS[filter.range];
  return length === undefined ? {} : { start: new Date(now - length).toISOString() };
}
