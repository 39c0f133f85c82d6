import { describe, expect, it } from 'vitest';
import { ServerClock } from './server-clock';

const NOON = Date.parse('2026-01-10T12:00:00.000Z');

describe('ServerClock', () => {
  it('knows nothing before anything was said', () => {
    const clock = new ServerClock();
    clock.noteGreeting(Number.NaN, 0);
    expect(clock.isKnown).toBe(false);
  });

  it('believes an answer more than a greeting, and a quick one most', () => {
    const clock = new ServerClock();
    clock.noteGreeting(NOON, 1_060);
    expect(clock.at(1_060)).toBe(NOON);
    clock.noteAnswer(NOON + 1_000, 1_990, 2_010);
    expect(clock.at(2_000)).toBe(NOON + 1_000);
    clock.noteAnswer(NOON + 2_000, 2_990, 3_090);
    expect(clock.at(3_000)).toBe(NOON + 2_000);
    clock.noteAnswer(NOON + 3_000, 3_996, 4_000);
    expect(clock.at(4_000)).toBe(NOON + 3_002);
    expect(clock.pageTimeOf(NOON + 3_002)).toBe(4_000);
  });

  it('lets an old measurement go in the end, as clocks drift', () => {
    const clock = new ServerClock();
    clock.noteAnswer(NOON, 0, 2);
    clock.noteAnswer(NOON + 400_010, 399_980, 400_030);
    expect(clock.at(400_005)).toBe(NOON + 400_010);
  });

  it('takes what contradicts: a clock was set, or the computer slept', () => {
    const clock = new ServerClock();
    clock.noteAnswer(NOON, 0, 2);
    clock.noteGreeting(NOON + 3_600_000, 5_000);
    expect(clock.at(5_000)).toBe(NOON + 3_600_000);
  });
});
