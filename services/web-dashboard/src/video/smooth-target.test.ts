import { expect, it } from 'vitest';
import { SmoothTarget } from './smooth-target';

it('grows with each stall, not with each event of one, and shrinks while all is well', () => {
  const target = new SmoothTarget();
  const least = target.update(0);
  target.noteStall(1_000);
  target.noteStall(1_100);
  const grown = target.update(1_100);
  expect(grown).toBeGreaterThan(least);
  target.noteStall(2_000);
  expect(target.ms).toBeGreaterThan(grown);
  expect(target.update(3_000)).toBeLessThan(target.update(2_000));
  expect(target.update(600_000)).toBe(least);
});

it('does not grow for ever', () => {
  const target = new SmoothTarget();
  for (let ms = 0; ms < 100_000; ms += 1_000) target.noteStall(ms);
  expect(target.ms).toBeLessThanOrEqual(500);
});
