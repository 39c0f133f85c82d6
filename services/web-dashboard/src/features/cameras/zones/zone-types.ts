import type { ZoneType } from '@/shared/api/types';

/** What zones are called, and how they are drawn. */

export const TYPE_WORDS: Readonly<Record<ZoneType, string>> = {
  lane: 'Lane',
  junction: 'Junction',
  crossing: 'Crossing',
  no_stop: 'No stopping',
  parking: 'Parking',
  pavement: 'Pavement',
  ignore: 'Ignore',
  counting_line: 'Counting line',
};

export const ZONE_COLOURS: Readonly<Record<ZoneType, string>> = {
  lane: '#7dd3fc',
  junction: '#c4b5fd',
  crossing: '#f9a8d4',
  no_stop: '#fbbf24',
  parking: '#5eead4',
  pavement: '#d9f99d',
  ignore: '#94a3b8',
  counting_line: '#f87171',
};

export const SELECTED_COLOUR = '#22d3ee';

/** Lines are open; everything else is an area. */
export function isLine(type: ZoneType): boolean {
  return type === 'counting_line';
}

/** Types that an outline of this kind can have. */
export function typesFor(line: boolean): ZoneType[] {
  return (Object.keys(TYPE_WORDS) as ZoneType[]).filter((type) => isLine(type) === line);
}
