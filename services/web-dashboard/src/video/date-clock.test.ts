import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DateClock } from './date-clock';
import { stretchesOf } from './hls-stretches';

const NOON = Date.parse('2026-01-10T12:00:00.000Z');
/** The camera's clock began at noon. */
const ptsAtUtc = (utcMs: number) => (utcMs - NOON) * 90;

function aClock(...stretches: [startS: number, sinceNoonMs: number][]): DateClock {
  const clock = new DateClock(ptsAtUtc);
  clock.setStretches(
    stretches.map(([startS, sinceNoonMs]) => ({ startS, utcMs: NOON + sinceNoonMs })),
  );
  return clock;
}

describe('DateClock', () => {
  it('counts from the stretch that holds the frame', () => {
    const clock = aClock([0, 0], [1, 1_000], [2, 5_000]);
    expect(clock.ptsOf({ mediaTime: 1.5 })).toBe(1_500 * 90);
    expect(clock.ptsOf({ mediaTime: 2.04 })).toBe(5_040 * 90);
  });

  it('takes a frame on the border, a rounding error early, for the later stretch', () => {
    expect(aClock([0, 0], [2, 5_000]).ptsOf({ mediaTime: 1.999_6 })).toBeGreaterThan(4_999 * 90);
  });

  it('reaches back a little before its first stretch', () => {
    expect(aClock([4, 4_000]).ptsOf({ mediaTime: 3.5 })).toBe(3_500 * 90);
  });

  it('says nothing without stretches or without the clock of the camera', () => {
    expect(aClock().ptsOf({ mediaTime: 1 })).toBeNull();
    const clock = new DateClock(() => null);
    clock.setStretches([{ startS: 0, utcMs: NOON }]);
    expect(clock.ptsOf({ mediaTime: 1 })).toBeNull();
  });

  it('is right to its tolerance, for any frame of any playlist of whole milliseconds', () => {
    const durations = fc.array(fc.integer({ min: 200, max: 4_000 }), {
      minLength: 1,
      maxLength: 8,
    });
    const place = fc.double({ min: 0, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(durations, place, (lengths, share) => {
        const starts = lengths.map((_, i) => lengths.slice(0, i).reduce((a, b) => a + b, 0));
        const clock = aClock(...starts.map((ms): [number, number] => [ms / 1_000, ms]));
        const total = lengths.reduce((a, b) => a + b, 0);
        const frame = Math.round((share * total) / 40) * 40;
        const pts = clock.ptsOf({ mediaTime: frame / 1_000 }) ?? Number.NaN;
        expect(Math.abs(pts - frame * 90)).toBeLessThanOrEqual(clock.toleranceTicks);
      }),
    );
  });
});

describe('stretchesOf', () => {
  it('knows the segment that is still being written, and leaves out what has no date', () => {
    const fragments = [
      { start: 0, programDateTime: null },
      { start: 1, programDateTime: NOON },
    ];
    const fragmentHint = { start: 2, programDateTime: NOON + 1_000 };
    expect(stretchesOf({ fragments, fragmentHint })).toEqual([
      { startS: 1, utcMs: NOON },
      { startS: 2, utcMs: NOON + 1_000 },
    ]);
    expect(stretchesOf({ fragments })).toHaveLength(1);
  });
});
