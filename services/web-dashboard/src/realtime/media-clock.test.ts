import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MediaClock } from './media-clock';

const NOON = Date.parse('2026-01-10T12:00:00.000Z');

function aClock(...anchors: [epoch: string, pts: number, sinceNoonMs: number][]): MediaClock {
  const clock = new MediaClock();
  for (const [epoch, pts_90k, ms] of anchors) {
    const utc = new Date(NOON + ms).toISOString();
    clock.note({ type: 'sync', seq: 0, camera_id: 'cam_01', epoch, pts_90k, utc });
  }
  return clock;
}

describe('MediaClock', () => {
  it('knows nothing before it was told', () => {
    expect(aClock().utcOf(0)).toBeNull();
    expect(aClock().ptsAt(NOON)).toBeNull();
  });

  it('goes by the anchor of the epoch that a time belongs to', () => {
    const clock = aClock(['e1', 0, 0], ['e2', 900_000, 30_000]);
    expect(clock.utcOf(899_910)).toBe(NOON + 9_999);
    expect(clock.utcOf(900_090)).toBe(NOON + 30_001);
    expect(clock.ptsAt(NOON + 9_999)).toBe(899_910);
    expect(clock.ptsAt(NOON + 30_001)).toBe(900_090);
  });

  it('gives each time of an epoch back, for any drift-free run of epochs', () => {
    const gap = fc.integer({ min: 1, max: 60_000 });
    const lengths = fc.array(fc.tuple(gap, gap), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(lengths, fc.double({ min: 0, max: 1, noNaN: true }), (epochs, share) => {
        let [pts, ms] = [0, 0];
        const anchors: [string, number, number][] = [];
        for (const [lengthMs, awayMs] of epochs) {
          anchors.push([`e${anchors.length}`, pts, ms]);
          pts += lengthMs * 90;
          // While the source is away its clock goes on with time.
          ms += lengthMs + awayMs;
          pts += awayMs * 90;
        }
        const clock = aClock(...anchors);
        const asked = Math.round(share * pts);
        const utcMs = clock.utcOf(asked) ?? Number.NaN;
        expect(Math.abs((clock.ptsAt(utcMs) ?? Number.NaN) - asked)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('forgets what was before a clock that began again', () => {
    const clock = aClock(['e1', 9_000_000, 0], ['e2', 0, 120_000]);
    expect(clock.utcOf(9_000_000)).toBe(NOON + 120_000 + 100_000);
    expect(clock.ptsAt(NOON + 120_000)).toBe(0);
  });

  it('takes a newer anchor of the same epoch, and none that it cannot read', () => {
    const clock = aClock(['e1', 0, 0], ['e1', 90_000, 1_010]);
    expect(clock.utcOf(90_000)).toBe(NOON + 1_010);
    clock.note({ type: 'sync', seq: 0, camera_id: 'c', epoch: 'e2', pts_90k: 1, utc: 'never' });
    expect(clock.utcOf(90_000)).toBe(NOON + 1_010);
  });
});
