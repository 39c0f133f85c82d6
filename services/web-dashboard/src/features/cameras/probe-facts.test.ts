import { expect, it } from 'vitest';
import type { ProbeResult } from '@/shared/api/types';
import { probeFacts } from './probe-facts';

const SEEN: ProbeResult = {
  codec: 'h264',
  profile: 'High',
  width: 1920,
  height: 1080,
  fps: 25,
  has_b_frames: false,
  keyframe_interval_s: 2,
  duration_s: null,
  took_s: 4.12,
  measured_fps: 24.6,
  bitrate_kbps: 4_100,
  clock_rate: 1.001,
  clock_jumps: 0,
  advice: [],
  snapshot: '',
};

const told = (changes: Partial<ProbeResult>) =>
  Object.fromEntries(probeFacts({ ...SEEN, ...changes }));

it('says all that was seen', () => {
  expect(told({})).toEqual({
    Codec: 'H264 High',
    Picture: '1920 × 1080',
    Rate: '25.0 fps, 24.6 measured',
    'Key frame': 'every 2.0 s',
    'B-frames': 'none',
    'Bit rate': '4.1 Mbit/s',
    Clock: 'right',
    Length: 'live',
    'Answered in': '4.1 s',
  });
});

it('says what is wrong with a clock, and what was not seen', () => {
  expect(told({ clock_rate: 0.9, clock_jumps: 2 })['Clock']).toBe('10 % slow, 2 jumps');
  expect(told({ clock_rate: null })['Clock']).toContain('not seen');
  expect(told({ fps: null, measured_fps: null })['Rate']).toBe('not told');
  expect(told({ bitrate_kbps: null })['Bit rate']).toContain('not seen');
  expect(told({ bitrate_kbps: 640 })['Bit rate']).toBe('640 kbit/s');
});

it('does not judge the clock of a file', () => {
  expect(told({ duration_s: 75 })).not.toHaveProperty('Clock');
  expect(told({ duration_s: 75 })['Length']).toBe('01:15');
});
