/** A number with its unit as it is said. Pure. */

/** What a number without a unit is, or what one with a unit is said as. */
export type Quantity = 'percent' | 'angle' | 'times';

const MINUTE_S = 60;
const KM_H = 3.6;
const HUNDRED = 100;
const MOST_LEVEL = 255;

/** Three figures are as many as anybody reads. */
export function numberWords(value: number): string {
  const size = Math.abs(value);
  let digits = 2;
  if (size >= 100) digits = 0;
  else if (size >= 10) digits = 1;
  return value.toLocaleString('en-GB', { maximumFractionDigits: digits });
}

const AS: Readonly<Record<Quantity, (value: number) => string>> = {
  percent: percentWords,
  // Of a cosine; rounding must not leave the domain.
  angle: (value) => `${Math.round((Math.acos(Math.min(1, Math.max(-1, value))) * 180) / Math.PI)}°`,
  times: (value) => (value === 1 ? 'once' : `${numberWords(value)} times`),
};

const UNITS: Readonly<Record<string, (value: number) => string>> = {
  s: secondsWords,
  m: (value) => `${numberWords(value)} m`,
  'm/s': (value) => `${numberWords(value * KM_H)} km/h`,
  BL: (value) => counted(value, 'body length'),
  'BL/s': (value) => `${counted(value, 'body length')} a second`,
  'veh/km/lane': (value) => `${counted(value, 'vehicle')} per kilometre of lane`,
  'persons/m²': (value) => `${counted(value, 'person')} per m²`,
  vehicles: (value) => counted(value, 'vehicle'),
  persons: (value) => counted(value, 'person'),
  heights: (value) => counted(value, 'body height'),
  samples: AS.times,
  levels: (value) => `${numberWords(value)} of ${MOST_LEVEL}`,
  '°': (value) => `${numberWords(value)}°`,
  'of picture': (value) => `${percentWords(value)} of the picture`,
  'of usual': (value) => `${percentWords(value)} of what is usual`,
};

export function quantityWords(value: number, unit: string, as?: Quantity): string {
  if (as !== undefined) return AS[as](value);
  return UNITS[unit]?.(value) ?? `${numberWords(value)} ${unit}`.trim();
}

function percentWords(value: number): string {
  return `${numberWords(value * HUNDRED)} %`;
}

function secondsWords(value: number): string {
  if (value < 2 * MINUTE_S) return `${numberWords(value)} s`;
  const [minutes, seconds] = [Math.floor(value / MINUTE_S), Math.floor(value % MINUTE_S)];
  return seconds === 0 ? `${minutes} min` : `${minutes} min ${seconds} s`;
}

function counted(value: number, word: string): string {
  return `${numberWords(value)} ${word}${value === 1 ? '' : 's'}`;
}
