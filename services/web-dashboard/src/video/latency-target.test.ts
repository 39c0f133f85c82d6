import { describe, expect, it } from 'vitest';
import { LatencyTarget, MAX_TARGET_MS, MIN_TARGET_MS } from './latency-target';

function aged(...ages: number[]): LatencyTarget {
  const target = new LatencyTarget();
  for (const age of ages) target.noteAge(age, 0);
  return target;
}

const steady = (age: number) => new Array(20).fill(age);

describe('LatencyTarget', () => {
  it('waits for enough ages before it moves', () => {
    const target = aged(100, 100);
    expect(target.ageP95Ms()).toBeNull();
    expect(target.update(200, 0)).toBe(new LatencyTarget().ms);
  });

  it('is the 95th percentile of the ages plus one interval', () => {
    const target = aged(...Array.from({ length: 20 }, (_, i) => 10 * (i + 1)));
    expect(target.ageP95Ms()).toBe(190);
    expect(target.update(200, 0)).toBe(390);
  });

  it('stays between its bounds', () => {
    expect(aged(...steady(0)).update(20, 0)).toBe(MIN_TARGET_MS);
    expect(aged(...steady(9_000)).update(200, 0)).toBe(MAX_TARGET_MS);
  });

  it('goes to its first value at once, then rises faster than it falls', () => {
    const target = aged(...steady(100));
    expect(target.update(200, 0)).toBe(300);
    for (const age of new Array(64).fill(800)) target.noteAge(age, 0);
    expect(target.update(200, 1_000)).toBe(550);
    expect(target.update(200, 3_000)).toBe(1_000);
    for (const age of new Array(64).fill(100)) target.noteAge(age, 3_000);
    expect(target.update(200, 4_000)).toBe(960);
  });

  it('goes back to the least lag when no detections come any more', () => {
    const target = aged(...steady(500));
    target.update(200, 0);
    for (let ms = 0; ms <= 60_000; ms += 250) target.update(200, ms);
    expect(target.ms).toBe(MIN_TARGET_MS);
    expect(target.ageP95Ms()).toBeNull();
  });
});
