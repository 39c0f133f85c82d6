import type { FlowReport, Zone } from '@/shared/api/types';

type Named = { readonly id: string; readonly name: string };

/**
 * What each line and zone is called, by its id. Those with the same name are told apart by where
 * they lie in the picture, else by number.
 */
export function namesOf(
  report: Pick<FlowReport, 'lines' | 'zones'>,
  drawn: readonly Zone[],
): ReadonlyMap<string, string> {
  const lines = report.lines.map(({ line_id: id, name }) => ({ id, name }));
  const zones = report.zones.map(({ zone_id: id, name }) => ({ id, name }));
  return new Map([...distinct(lines, drawn), ...distinct(zones, drawn)]);
}

function distinct(all: readonly Named[], drawn: readonly Zone[]): [string, string][] {
  const places = new Map(drawn.map(({ id, polygon }) => [id ?? '', placeOf(polygon)]));
  return all.map(({ id, name }) => {
    const same = all.filter((other) => other.name === name);
    if (same.length === 1) return [id, name];
    const where = same.map((other) => places.get(other.id));
    const isTold = new Set(where).size === same.length && !where.includes(undefined);
    const number = same.findIndex((other) => other.id === id) + 1;
    return [id, isTold ? `${name} (${places.get(id)})` : `${name} (${number} of ${same.length})`];
  });
}

const SIDES = ['left', 'middle', 'right'] as const;
const HEIGHTS = ['far', 'half way', 'near'] as const;

/** `left, far`: in which ninth of the picture something lies. */
function placeOf(polygon: Zone['polygon']): string {
  const mean = (axis: 0 | 1) =>
    polygon.reduce((sum, point) => sum + point[axis], 0) / Math.max(1, polygon.length);
  const third = (value: number) => Math.min(2, Math.max(0, Math.floor(value * 3)));
  return `${SIDES[third(mean(0))]}, ${HEIGHTS[third(mean(1))]}`;
}
