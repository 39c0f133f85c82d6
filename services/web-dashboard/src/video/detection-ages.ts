import { type DetectionRing, TICKS_PER_MS } from '@/overlay';
import { LatencyTarget } from './latency-target';
import type { LiveEdge } from './live-edge';
import { sampleIntervalMs } from './sample-interval';

const SANE_AGE_MS = 30_000;

/** Measures how long after its frame each detection comes, and what delay follows from that. */
export class DetectionAges {
  private readonly target = new LatencyTarget();
  private readUntilMs: number;

  constructor(
    private readonly ring: DetectionRing,
    startedAtMs: number,
  ) {
    this.readUntilMs = startedAtMs;
  }

  /** 95th percentile of the ages; null while there are too few. */
  get p95Ms(): number | null {
    return this.target.ageP95Ms();
  }

  /** Takes in what came since; returns how far behind its live end the video is to be. */
  update(edge: LiveEdge | undefined, nowMs: number): number {
    if (edge) this.noteAges(edge);
    return this.target.update(sampleIntervalMs(this.ring), nowMs);
  }

  private noteAges(edge: LiveEdge): void {
    for (let i = this.ring.length - 1; i >= 0; i -= 1) {
      const sample = this.ring.at(i);
      if (!sample || sample.arrivedAtMs <= this.readUntilMs) break;
      const ageMs = edge.at(sample.arrivedAtMs) - sample.pts90k / TICKS_PER_MS;
      // Not a number before the first frame; far off while video and detections restart.
      if (Math.abs(ageMs) < SANE_AGE_MS) this.target.noteAge(ageMs, sample.arrivedAtMs);
    }
    this.readUntilMs = this.ring.newest?.arrivedAtMs ?? this.readUntilMs;
  }
}
