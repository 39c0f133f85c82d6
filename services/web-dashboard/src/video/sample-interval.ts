import { type DetectionRing, TICKS_PER_MS } from '@/overlay';

const DEFAULT_MS = 200;
const LOOKED_AT = 9;

/** Median media time between the newest samples of one epoch, milliseconds. */
export function sampleIntervalMs(ring: DetectionRing): number {
  const steps: number[] = [];
  for (let i = ring.length - 1; i > 0 && steps.length < LOOKED_AT; i -= 1) {
    const [later, earlier] = [ring.at(i), ring.at(i - 1)];
    if (!later || later.epoch !== earlier?.epoch) break;
    steps.push(later.pts90k - earlier.pts90k);
  }
  steps.sort((a, b) => a - b);
  const median = steps[steps.length >> 1];
  return median === undefined ? DEFAULT_MS : median / TICKS_PER_MS;
}
