import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RtpClock, unwrapRtp } from './rtp-clock';

const CYCLE = 2 ** 32;
const YEAR = 90_000 * 86_400 * 365;

describe('unwrapRtp', () => {
  it('gives every time back from its low 32 bits, however far the wrap is, for any near guess', () => {
    const pts = fc.integer({ min: 0, max: 10 * YEAR });
    const off = fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(pts, off, (time, error) => {
        expect(unwrapRtp(time % CYCLE, time + error)).toBe(time);
      }),
    );
  });

  it('goes on over the border of a cycle', () => {
    expect(unwrapRtp(CYCLE - 3_600, CYCLE + 90)).toBe(CYCLE - 3_600);
    expect(unwrapRtp(0, CYCLE - 90)).toBe(CYCLE);
    expect(unwrapRtp(3_600, 2 * CYCLE - 90)).toBe(2 * CYCLE + 3_600);
  });

  it('takes a guess between two ticks', () => {
    expect(unwrapRtp(1_000, CYCLE + 999.7)).toBe(CYCLE + 1_000);
  });
});

describe('RtpClock', () => {
  /** The camera began when this page did, and counts on. */
  const ptsAt = (pageMs: number) => CYCLE + pageMs * 90;

  it('is exact by the timestamp of the packet', () => {
    const clock = new RtpClock(ptsAt);
    const shown = { mediaTime: 1, presentationTime: 10_000, receiveTime: 9_990 };
    expect(clock.ptsOf({ ...shown, rtpTimestamp: 893_999 })).toBe(CYCLE + 893_999);
    expect(clock).toMatchObject({ isApproximate: false, toleranceTicks: 0 });
  });

  it('says so where it can only tell by the arrival', () => {
    const clock = new RtpClock(ptsAt);
    clock.delayMs = 15;
    expect(clock.ptsOf({ mediaTime: 1, presentationTime: 10_000, receiveTime: 9_975 })).toBe(
      CYCLE + 9_960 * 90,
    );
    expect(clock.ptsOf({ mediaTime: 1, presentationTime: 10_000 })).toBe(CYCLE + 9_985 * 90);
    expect(clock.isApproximate).toBe(true);
    expect(clock.toleranceTicks).toBeGreaterThan(0);
  });

  it('says nothing before the clock of the camera is known', () => {
    const clock = new RtpClock(() => null);
    expect(clock.ptsOf({ mediaTime: 1, presentationTime: 1, rtpTimestamp: 5 })).toBeNull();
  });
});
