import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Repair } from './repair';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('starts again once, however often the break is told', () => {
  const restart = vi.fn();
  const repair = new Repair(restart);
  repair.schedule(0);
  repair.schedule(1);
  vi.advanceTimersByTime(60_000);
  expect(restart).toHaveBeenCalledOnce();
});

it('slows down while it breaks again and again, and forgets that after a good while', () => {
  const restart = vi.fn();
  const repair = new Repair(restart);
  for (let at = 0; at < 8_000; at += 1_000) {
    repair.schedule(at);
    vi.advanceTimersByTime(60_000);
  }
  repair.schedule(8_000);
  vi.advanceTimersByTime(5_000);
  expect(restart).toHaveBeenCalledTimes(8);
  vi.advanceTimersByTime(60_000);
  repair.schedule(100_000);
  vi.advanceTimersByTime(300);
  expect(restart).toHaveBeenCalledTimes(10);
});

it('does not start what was given up', () => {
  const restart = vi.fn();
  const repair = new Repair(restart);
  repair.schedule(0);
  repair.cancel();
  vi.advanceTimersByTime(60_000);
  expect(restart).not.toHaveBeenCalled();
});
