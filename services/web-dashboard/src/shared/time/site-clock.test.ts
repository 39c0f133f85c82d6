import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { siteClock } from './site-clock';

describe('the site clock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    siteClock.adjust(0, 0);
  });
  afterEach(() => vi.useRealTimers());

  it('follows the server, not this computer', () => {
    siteClock.adjust(1_005_000, 1_000_000);
    expect(siteClock.now()).toBe(1_005_000);
    expect(siteClock.offsetMs).toBe(5000);
  });

  it('ignores a time that is none', () => {
    siteClock.adjust(Number.NaN, 1_000_000);
    expect(siteClock.now()).toBe(1_000_000);
  });

  it('ticks once a second while somebody listens, and then no more', () => {
    const ticks: number[] = [];
    const stop = siteClock.subscribe(() => ticks.push(siteClock.snapshot()));
    vi.advanceTimersByTime(3000);
    stop();
    vi.advanceTimersByTime(3000);
    expect(ticks).toEqual([1_001_000, 1_002_000, 1_003_000]);
  });
});
