import { expect, it } from 'vitest';
import { includesRole } from './roles';

it('lets each role do what the ones before it may', () => {
  expect(includesRole('admin', 'operator')).toBe(true);
  expect(includesRole('operator', 'operator')).toBe(true);
  expect(includesRole('viewer', 'operator')).toBe(false);
});
