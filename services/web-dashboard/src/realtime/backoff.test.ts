import { describe, expect, it } from 'vitest';
import { Backoff } from './backoff';

describe('Backoff', () => {
  it('doubles up to its cap', () => {
    const backoff = new Backoff(500, 4_000, () => 1);
    expect([1, 2, 3, 4, 5, 6].map(() => backoff.nextMs())).toEqual([
      500, 1_000, 2_000, 4_000, 4_000, 4_000,
    ]);
  });

  it('spreads between half and the whole', () => {
    expect(new Backoff(500, 4_000, () => 0).nextMs()).toBe(250);
  });

  it('begins again after a success', () => {
    const backoff = new Backoff(500, 4_000, () => 1);
    backoff.nextMs();
    backoff.nextMs();
    expect(backoff.failures).toBe(2);
    backoff.reset();
    expect(backoff.failures).toBe(0);
    expect(backoff.nextMs()).toBe(500);
  });
});
