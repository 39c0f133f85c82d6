import type { RuleParameter } from '@/shared/api/types';

const SHARES = [0.5, 0.75, 1, 1.5, 2] as const;

/** Values around the present one to be tried, within the bounds, ascending. */
export function sweepValues(parameter: RuleParameter, current: number): number[] {
  const { minimum, maximum } = parameter;
  const tried = SHARES.map((share) =>
    Number(
      Math.min(maximum ?? Infinity, Math.max(minimum ?? -Infinity, current * share)).toPrecision(4),
    ),
  );
  return [...new Set(tried)].toSorted((a, b) => a - b);
}
