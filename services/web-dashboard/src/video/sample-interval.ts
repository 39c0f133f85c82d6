import { type DetectionRing, TICKS_PER_MS } from '@/overlay';

const DEFAULT_MS = 200;
const LOOKED_AT = 8;

/** Mean media time between the newest samples of one epoch, milliseconds. */
export function sampleIntervalMs(ring: DetectionRing): number {
  const newest = ring.newest;
  if (!newest) return DEFAULT_MS;
  let oldest = newest;
  let steps = 0;
  for (let i = ring.length - 2; i >= 0 && steps < LOOKED_AT; i -= 1) {
    const sample = ring.at(i);
    if (sample?.epoch !== newest.epoch) break;
    oldest = sample;
    steps += 1;
  }
  return steps === 0 ? DEFAULT_MS : (newest.pts90k - oldest.pts90k) / TICKS_PER_MS / steps;
}
