// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { DetectionRing } from '@/overlay';
import { anEvent, anObject } from '@/overlay/testing';
import { mseFrameClock } from './frame-clock';
import { OverlayLoop } from './overlay-loop';

const OPTIONS = { boxes: true, labels: false, tracks: false, zones: false };

const NOTHING_ELSE = { zones: [], incidentZoneIds: new Set<string>(), incidentTracks: new Map() };

/** A video and a canvas of which the loop needs only this; the test shows the frames. */
function aStage() {
  const waiting = new Map<number, VideoFrameRequestCallback>();
  let requests = 0;
  const video = {
    requestVideoFrameCallback: (callback: VideoFrameRequestCallback) => {
      requests += 1;
      waiting.set(requests, callback);
      return requests;
    },
    cancelVideoFrameCallback: (request: number) => waiting.delete(request),
  };
  const ctx = {
    canvas: { width: 0, height: 0 },
    clearRect: vi.fn(),
    strokeRect: vi.fn(),
    drawImage: vi.fn(),
  };
  const canvas = Object.assign(ctx.canvas, { getContext: () => ctx });
  const ring = new DetectionRing();
  const drawn: object[] = [];
  const loop = new OverlayLoop(
    video as unknown as HTMLVideoElement,
    canvas as unknown as HTMLCanvasElement,
    mseFrameClock,
    ring,
    (_metadata, pts90k, { kind, boxesPts90k, count }) => {
      drawn.push({ pts90k, kind, boxesPts90k, count });
    },
  );
  const show = (pts90k: number, width = 640, height = 360) => {
    const callbacks = [...waiting.values()];
    waiting.clear();
    const metadata = { mediaTime: pts90k / 90_000, width, height };
    for (const callback of callbacks) callback(pts90k / 90, metadata as VideoFrameCallbackMetadata);
  };
  return { loop, ring, ctx, show, waiting, drawn };
}

describe('OverlayLoop', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['requestAnimationFrame', 'cancelAnimationFrame'] });
    return () => {
      vi.useRealTimers();
    };
  });

  it('draws once for each frame shown, and tells what was drawn on it', () => {
    const { loop, ring, ctx, show, drawn } = aStage();
    loop.resize(640, 360, 1);
    loop.configure({
      options: OPTIONS,
      zones: [],
      incidentZoneIds: new Set(),
      incidentTracks: new Map(),
    });
    loop.start();
    ring.add(anEvent(18_000, [anObject(1)]), 0);
    ring.add(anEvent(36_000, [anObject(1)]), 0);
    for (const pts of [18_000, 21_600, 36_000]) show(pts);
    expect(ctx.clearRect).toHaveBeenCalledTimes(3);
    expect(drawn).toEqual([
      { pts90k: 18_000, boxesPts90k: 18_000, kind: 'exact', count: 1 },
      { pts90k: 21_600, boxesPts90k: 18_000, kind: 'interpolated', count: 1 },
      { pts90k: 36_000, boxesPts90k: 36_000, kind: 'exact', count: 1 },
    ]);
  });

  it('guesses only where it may', () => {
    const { loop, ring, show, drawn } = aStage();
    loop.start();
    ring.add(anEvent(0, [anObject(1)]), 0);
    show(3_600);
    loop.allowGuesses(false);
    show(7_200);
    expect(drawn).toMatchObject([
      { kind: 'extrapolated', count: 1 },
      { kind: 'none', count: 0, boxesPts90k: null },
    ]);
  });

  it('draws nothing by itself but once after changes, however many', () => {
    const { loop, ctx, show } = aStage();
    loop.start();
    loop.resize(640, 360, 1);
    vi.advanceTimersByTime(100);
    expect(ctx.clearRect).not.toHaveBeenCalled();
    show(0);
    vi.advanceTimersByTime(1_000);
    expect(ctx.clearRect).toHaveBeenCalledTimes(1);
    loop.resize(320, 180, 1);
    loop.resize(330, 180, 1);
    vi.advanceTimersByTime(100);
    expect(ctx.clearRect).toHaveBeenCalledTimes(2);
  });

  it('keeps the picture on the canvas while the element changes its source', () => {
    const { loop, ctx, show } = aStage();
    loop.resize(640, 640, 1);
    loop.start();
    loop.holdPicture();
    expect(ctx.drawImage).not.toHaveBeenCalled();
    show(0);
    loop.holdPicture();
    expect(ctx.drawImage.mock.calls[0]?.slice(1)).toEqual([0, 140, 640, 360]);
  });

  it('lays boxes where the picture lies, also after its size has changed', () => {
    const { loop, ring, ctx, show } = aStage();
    loop.resize(640, 360, 1);
    loop.start();
    ring.add(anEvent(0, [anObject(1, 0.5, 0.5)]), 0);
    ring.add(anEvent(3_600, [anObject(1, 0.5, 0.5)], { stream_epoch: 'epoch-2' }), 0);
    loop.configure({ ...NOTHING_ELSE, options: OPTIONS });
    show(0);
    expect(ctx.strokeRect.mock.lastCall).toEqual([
      320,
      180,
      expect.closeTo(64),
      expect.closeTo(72),
    ]);
    show(3_600, 480, 360);
    expect(ctx.strokeRect.mock.lastCall?.[0]).toBe(80 + 240);
    expect(ctx.strokeRect.mock.lastCall?.[2]).toBeCloseTo(48);
  });

  it('asks for no more frames once stopped', () => {
    const { loop, waiting, show } = aStage();
    loop.start();
    show(0);
    loop.stop();
    expect(waiting.size).toBe(0);
  });
});
