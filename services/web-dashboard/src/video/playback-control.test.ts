import { describe, expect, it } from 'vitest';
import { lagMs, nextStep, type PlaybackView } from './playback-control';

/** Ten seconds buffered, live end at 10 s, target 300 ms, well placed. */
function aView(changes: Partial<PlaybackView> = {}): PlaybackView {
  return {
    nowMs: 100_000,
    currentMs: 9_700,
    edgeMs: 10_000,
    targetMs: 300,
    buffered: [{ start: 0, end: 10_040 }],
    isSettling: false,
    isStarved: false,
    wentBackAtMs: Number.NEGATIVE_INFINITY,
    ...changes,
  };
}

describe('lagMs', () => {
  it('is measured to the live end, but not beyond what is buffered', () => {
    expect(lagMs(aView())).toBe(300);
    expect(lagMs(aView({ edgeMs: 12_000 }))).toBe(340);
    expect(lagMs(aView({ edgeMs: Number.NaN }))).toBe(0);
    expect(lagMs(aView({ buffered: [] }))).toBe(0);
  });
});

describe('nextStep', () => {
  it('does nothing near the target or without anything to play', () => {
    const nothing = { rate: 1, seekToMs: null };
    expect(nextStep(aView())).toEqual(nothing);
    expect(nextStep(aView({ currentMs: 9_680 }))).toEqual(nothing);
    expect(nextStep(aView({ buffered: [] }))).toEqual(nothing);
    expect(nextStep(aView({ edgeMs: Number.NaN }))).toEqual(nothing);
  });

  it.each([
    [9_500, 1.05],
    [9_300, 1.1],
    [8_750, 1.1],
    [9_760, 0.99],
    [9_900, 0.97],
  ])('plays at %i ms with a rate of %f', (currentMs, rate) => {
    expect(nextStep(aView({ currentMs }))).toEqual({ rate, seekToMs: null });
  });

  it('jumps when it is more than a second late', () => {
    expect(nextStep(aView({ currentMs: 8_600 })).seekToMs).toBe(9_700);
  });

  it('jumps sooner while the stream settles', () => {
    const currentMs = 9_400;
    expect(nextStep(aView({ currentMs })).seekToMs).toBeNull();
    expect(nextStep(aView({ currentMs, isSettling: true })).seekToMs).toBe(9_700);
  });

  it('goes back where the target is far away, but not again and again', () => {
    const view = aView({ currentMs: 9_950, targetMs: 900 });
    expect(nextStep(view).seekToMs).toBe(9_100);
    const again = nextStep({ ...view, wentBackAtMs: view.nowMs - 5_000 });
    expect(again).toEqual({ rate: 0.97, seekToMs: null });
  });

  it('does not go back to before what is buffered', () => {
    const buffered = [{ start: 9_500, end: 10_040 }];
    expect(nextStep(aView({ currentMs: 9_950, targetMs: 900, buffered })).seekToMs).toBeNull();
  });

  it('leaves a hole as soon as what follows is as long as the target', () => {
    const buffered = (start: number) => [
      { start: 0, end: 4_000 },
      { start, end: 10_040 },
    ];
    const view = aView({ currentMs: 3_990 });
    expect(nextStep({ ...view, buffered: buffered(9_900) }).seekToMs).toBeNull();
    expect(nextStep({ ...view, buffered: buffered(9_700) }).seekToMs).toBe(9_700);
    expect(nextStep({ ...view, buffered: buffered(8_000) }).seekToMs).toBe(9_700);
  });

  it('finds the way in when it stands outside of everything', () => {
    expect(nextStep(aView({ currentMs: 0, buffered: [{ start: 9_000, end: 10_040 }] }))).toEqual({
      rate: 1,
      seekToMs: 9_700,
    });
  });

  it('plays a stretch before a hole to its end, unless the player has run dry', () => {
    const buffered = [
      { start: 9_000, end: 9_800 },
      { start: 9_850, end: 10_400 },
    ];
    const view = aView({ currentMs: 9_700, targetMs: 150, buffered });
    expect(nextStep(view).seekToMs).toBeNull();
    expect(nextStep({ ...view, isStarved: true }).seekToMs).toBe(9_850);
    expect(nextStep({ ...view, currentMs: 9_795 }).seekToMs).toBe(9_850);
  });

  it('waits at the end of the only stretch', () => {
    const view = aView({ currentMs: 10_040, edgeMs: 10_600, isStarved: true });
    expect(nextStep(view).seekToMs).toBeNull();
  });
});
