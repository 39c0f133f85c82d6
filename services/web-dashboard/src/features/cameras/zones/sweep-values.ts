import type { RuleParameter } from '@/shared/api/types';

const SHARES = [0.5, 0.75, 1, 1.5, 2] as const;

/** There is no half of them. */
const COUNTED = new Set(['vehicles', 'persons', 'samples']);

/** Values around the present one to be tried, within the bounds, ascending. */
export function sweepValues(parameter: RuleParameter, current: number): number[] {
  const { minimum, maximum, unit } = parameter;
  const tried = SHARES.map((share) => {
    const value = share !== 1 && COUNTED.has(unit) ? Math.round(current * share) : current * share;
    return Number(
      Math.min(maximum ?? Infinity, Math.max(minimum ?? -Infinity, value)).toPrecision(4),
    );
  });
  return [...new Set(tried)].toSorted((a, b) => a - b);
}
