/**
 * Colours of the six classes: cool and pale, because green, amber, orange and red are states.
 */
const CLASS_COLOURS: Readonly<Record<string, string>> = {
  car: '#7dd3fc',
  truck: '#c4b5fd',
  bus: '#818cf8',
  motorcycle: '#5eead4',
  bicycle: '#d9f99d',
  person: '#f9a8d4',
};

const OTHER_COLOUR = '#e6edf3';

/** An object or a zone that an active incident names. */
export const INCIDENT_COLOUR = '#fb923c';
export const ZONE_COLOUR = '#9fb3c8';
/** Around every line, so that it shows on bright and on dark pictures. */
export const HALO_COLOUR = 'rgba(5, 8, 12, 0.62)';
export const LABEL_BACKGROUND = 'rgba(5, 8, 12, 0.78)';
export const LABEL_ON_INCIDENT = '#1a0f05';

export function colourOfClass(name: string): string {
  return CLASS_COLOURS[name] ?? OTHER_COLOUR;
}
