import { expect, it } from 'vitest';
import type { RuleParameter } from '@/shared/api/types';
import { sweepValues } from './sweep-values';

const COSINE: RuleParameter = {
  name: 'cosine',
  unit: '',
  default: -0.5,
  type_defaults: {},
  minimum: -1,
  maximum: -0.1,
  description: 'Enter.',
};

it('tries values around the present one, inside the bounds, each once', () => {
  expect(sweepValues({ ...COSINE, minimum: 4, maximum: 600 }, 10)).toEqual([5, 7.5, 10, 15, 20]);
  expect(sweepValues({ ...COSINE, minimum: 8, maximum: 12 }, 10)).toEqual([8, 10, 12]);
  expect(sweepValues(COSINE, -0.5)).toEqual([-1, -0.75, -0.5, -0.375, -0.25]);
});

it('tries whole numbers of what is counted', () => {
  const vehicles = { ...COSINE, unit: 'vehicles', minimum: 1, maximum: 100 };
  expect(sweepValues(vehicles, 3)).toEqual([2, 3, 5, 6]);
});
