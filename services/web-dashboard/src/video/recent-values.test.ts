import { expect, it } from 'vitest';
import { RecentValues } from './recent-values';

it('knows percentiles of the last values only', () => {
  const values = new RecentValues(4);
  expect(values.percentile(0.5)).toBeNull();
  for (const value of [100, 1, 2, 3, 4]) values.add(value);
  expect(values.count).toBe(4);
  expect(values.percentile(0)).toBe(1);
  expect(values.percentile(0.5)).toBe(2);
  expect(values.percentile(0.95)).toBe(4);
  values.clear();
  expect(values.percentile(0.5)).toBeNull();
});
