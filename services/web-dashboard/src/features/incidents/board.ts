import { OPEN_HANDLINGS } from '@/shared/api/incidents';
import type { Incident, Priority } from '@/shared/api/types';

/** The order and the content of the list of incidents in Mission Control. No React here. */

export type BoardTab = 'new' | 'all';

const PRIORITY_ORDER: readonly Priority[] = ['high', 'medium', 'low'];

/** Waits for a person. */
export function isOpen(incident: Incident): boolean {
  return OPEN_HANDLINGS.includes(incident.handling);
}

function rankOf(incident: Incident): readonly number[] {
  return [
    isOpen(incident) ? 0 : 1,
    PRIORITY_ORDER.indexOf(incident.priority),
    -Date.parse(incident.alarm_at),
  ];
}

function compareIncidents(a: Incident, b: Incident): number {
  const left = rankOf(a);
  const right = rankOf(b);
  const differing = left.findIndex((value, index) => value !== right[index]);
  if (differing === -1) return a.id.localeCompare(b.id);
  return (left[differing] ?? 0) - (right[differing] ?? 0);
}

/** What waits first; of that the highest priority, of that the youngest. */
export function sortBoard(incidents: readonly Incident[]): Incident[] {
  return [...incidents].sort(compareIncidents);
}

export function selectTab(incidents: readonly Incident[], tab: BoardTab): Incident[] {
  return tab === 'all'
    ? [...incidents]
    : incidents.filter((incident) => incident.handling === 'new');
}

/** Puts one incident into the list, in place of its older self. */
export function replaceIncident(incidents: readonly Incident[], newer: Incident): Incident[] {
  const isKnown = incidents.some((incident) => incident.id === newer.id);
  return isKnown
    ? incidents.map((incident) => (incident.id === newer.id ? newer : incident))
    : [newer, ...incidents];
}

interface HeldBoard {
  readonly rows: Incident[];
  /** How many are kept back until the pointer leaves. */
  readonly waiting: number;
}

/**
 * Rows that do not move: those on the screen stay where they are and show their newest content,
 * those that would come are counted.
 *
 * @param shown ids in the order on the screen.
 * @param wanted what the screen would show if it might move.
 * @param known everything there is, for rows that have left `wanted` meanwhile.
 */
export function holdRows(
  shown: readonly string[],
  wanted: readonly Incident[],
  known: readonly Incident[],
): HeldBoard {
  const byId = new Map(known.map((incident) => [incident.id, incident]));
  const rows = shown.flatMap((id) => byId.get(id) ?? []);
  const waiting = wanted.filter((incident) => !shown.includes(incident.id)).length;
  return { rows, waiting };
}

/** The id `step` rows away from the selected one; the first row when none is selected. */
export function stepSelection(
  ids: readonly string[],
  selected: string | null,
  step: 1 | -1,
): string | null {
  const index = selected === null ? -1 : ids.indexOf(selected);
  if (index === -1) return ids[0] ?? null;
  return ids[Math.min(ids.length - 1, Math.max(0, index + step))] ?? null;
}
