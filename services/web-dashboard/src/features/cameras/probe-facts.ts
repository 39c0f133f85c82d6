import type { ProbeResult } from '@/shared/api/types';
import { formatDuration } from '@/shared/time/format';

const KILO = 1_000;
/** A clock within this of ours is called right. */
const CLOCK_TOLERANCE = 0.01;

type Fact = readonly [term: string, value: string];

/** All that was seen of a source, in words. */
export function probeFacts(result: ProbeResult): readonly Fact[] {
  const { codec, profile, width, height, keyframe_interval_s: interval } = result;
  const isLive = result.duration_s === null;
  return [
    ['Codec', [codec.toUpperCase(), profile].filter(Boolean).join(' ')],
    ['Picture', `${width} × ${height}`],
    ['Rate', rate(result)],
    ['Key frame', interval === null ? 'not seen twice' : `every ${interval.toFixed(1)} s`],
    ['B-frames', result.has_b_frames ? 'yes' : 'none'],
    ['Bit rate', bitRate(result.bitrate_kbps)],
    ...(isLive ? [['Clock', clock(result)] as const] : []),
    ['Length', result.duration_s === null ? 'live' : formatDuration(result.duration_s)],
    ['Answered in', `${result.took_s.toFixed(1)} s`],
  ];
}

function rate({ fps, measured_fps: measured }: ProbeResult): string {
  if (fps === null) return measured === null ? 'not told' : `${measured.toFixed(1)} fps measured`;
  const announced = `${fps.toFixed(1)} fps`;
  return measured === null ? announced : `${announced}, ${measured.toFixed(1)} measured`;
}

function bitRate(kbps: number | null): string {
  if (kbps === null) return 'not seen long enough';
  return kbps < KILO ? `${kbps} kbit/s` : `${(kbps / KILO).toFixed(1)} Mbit/s`;
}

function clock({ clock_rate: speed, clock_jumps: jumps }: ProbeResult): string {
  const leaps = jumps === 0 ? '' : `, ${jumps} ${jumps === 1 ? 'jump' : 'jumps'}`;
  if (speed === null) return `not seen long enough${leaps}`;
  const off = speed - 1;
  if (Math.abs(off) <= CLOCK_TOLERANCE) return `right${leaps}`;
  return `${Math.abs(off * 100).toFixed(0)} % ${off > 0 ? 'fast' : 'slow'}${leaps}`;
}
