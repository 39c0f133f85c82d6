import { describe, expect, it } from 'vitest';
import { DetectionRing } from '@/overlay';
import { anEvent } from '@/overlay/testing';
import { sampleIntervalMs } from './sample-interval';
import { StatsWindow } from './tile-stats';

function aWindow() {
  const overlay = { frames: 0, kinds: { exact: 0, interpolated: 0, extrapolated: 0, none: 0 } };
  const player = { bytesReceived: 0, framesDropped: null };
  const quality = { droppedVideoFrames: 0 };
  const video = { getVideoPlaybackQuality: () => quality as VideoPlaybackQuality };
  const stats = new StatsWindow(video, overlay);
  const close = (nowMs: number) => stats.close(nowMs, player);
  return { overlay, player, quality, stats, close };
}

describe('StatsWindow', () => {
  it('tells what happened in the last second only', () => {
    const { overlay, player, quality, stats, close } = aWindow();
    close(0);
    overlay.frames = 20;
    overlay.kinds.exact = 5;
    overlay.kinds.interpolated = 15;
    player.bytesReceived = 50_000;
    quality.droppedVideoFrames = 5;
    close(2_000);
    expect(stats.last).toEqual({
      fps: 10,
      bytesPerS: 25_000,
      droppedFrames: 5,
      droppedShare: expect.closeTo(0.06, 6),
      kinds: { exact: 0.25, interpolated: 0.75, extrapolated: 0, none: 0 },
    });
    close(3_000);
    expect(stats.last).toMatchObject({ fps: 0, bytesPerS: 0, droppedFrames: 5 });
    expect(stats.last.kinds.exact).toBe(0);
  });

  it('is not confused when a new source counts dropped frames from zero', () => {
    const { quality, stats, close } = aWindow();
    quality.droppedVideoFrames = 40;
    close(1_000);
    const before = stats.last.droppedShare;
    quality.droppedVideoFrames = 0;
    close(2_000);
    expect(stats.last.droppedShare).toBe(before);
  });

  it('smooths the share of late boxes, and keeps it while the picture stands', () => {
    const { overlay, stats, close } = aWindow();
    for (let second = 1; second <= 10; second += 1) {
      overlay.frames += 10;
      overlay.kinds.none += 10;
      close(second * 1_000);
    }
    expect(stats.lateShare).toBeGreaterThan(0.9);
    const before = stats.lateShare;
    close(11_000);
    expect(stats.lateShare).toBe(before);
  });
});

describe('sampleIntervalMs', () => {
  const ringOf = (...times: number[]) => {
    const ring = new DetectionRing();
    for (const ms of times) ring.add(anEvent(ms * 90), 0);
    return ring;
  };

  it('is the median, so that one hole does not count', () => {
    expect(sampleIntervalMs(ringOf(0, 100, 200, 3_000, 3_100, 3_200))).toBe(100);
  });

  it('has a default, and does not look into another epoch', () => {
    expect(sampleIntervalMs(ringOf())).toBe(200);
    const ring = ringOf(0, 50, 100);
    ring.add(anEvent(45_000, [], { stream_epoch: 'epoch-2' }), 0);
    expect(sampleIntervalMs(ring)).toBe(200);
  });
});
