import { describe, expect, it } from 'vitest';
import type { TileStats } from '@/video';
import { codecWord, figuresOf } from './tile-figures';

const STATS: TileStats = {
  player: 'whep',
  offered: ['whep', 'mse'],
  note: null,
  mode: 'live',
  isApproximate: false,
  lagMs: 41,
  targetMs: 0,
  latencyMs: 62,
  latencyP95Ms: 96,
  detectionAgeP95Ms: 212,
  errorP95Ms: 160,
  codec: 'avc1.64001f',
  width: 1280,
  height: 720,
  fps: 25,
  bytesPerS: 250_000,
  droppedFrames: 3,
  droppedShare: 0.004,
  kinds: { exact: 0.2, interpolated: 0, extrapolated: 0.8, none: 0 },
  lossShare: 0.012,
  jitterBufferMs: 22,
};

function told(changes: Partial<TileStats> = {}): Record<string, string> {
  const figures = figuresOf({ ...STATS, ...changes });
  return Object.fromEntries(figures.map(({ term, value }) => [term, value]));
}

describe('the figures of a tile', () => {
  it('are said in units, with the error of the boxes in frames too', () => {
    expect(told()).toMatchObject({
      Picture: '1280 × 720 · 25 fps',
      Codec: 'H.264',
      Bitrate: '2.0 Mbit/s',
      'Lost packets': '1.2 %',
      'Glass to picture': '60 ms · p95 100 ms',
      'Box error': 'p95 160 ms · 4 frames',
      Boxes: '20 % own · 0 % between',
    });
  });

  it('leave out what a path cannot know, and say what is not known yet', () => {
    const figures = told({ lossShare: null, jitterBufferMs: null, latencyMs: null, width: 0 });
    expect(figures).not.toHaveProperty('Lost packets');
    expect(figures['Glass to picture']).toContain('–');
    expect(figures['Picture']).toContain('–');
  });

  it('call a guess a guess', () => {
    expect(told({ isApproximate: true })['Glass to picture']).toContain('approximate');
  });
});

it('knows the codecs by their strings', () => {
  expect(['avc1.64001f', 'H264 42e01f', 'hvc1.1.6.L93', 'av01.0'].map(codecWord)).toEqual([
    'H.264',
    'H.264',
    'H.265',
    'av01.0',
  ]);
});
