import type { JoinedFrame, JoinKind } from '@/overlay';
import { RecentValues } from './recent-values';

const WINDOW_FRAMES = 150;

/** Counts and measures what was drawn on the frames that were shown. */
export class OverlayMeter {
  /** Displayed frames since the start. */
  frames = 0;
  /** Displayed frames by how their boxes were found, since the start. */
  readonly kinds: Record<JoinKind, number> = {
    exact: 0,
    interpolated: 0,
    extrapolated: 0,
    none: 0,
  };
  /** `performance.now()` of the last displayed frame; NaN before the first. */
  lastFrameAtMs = Number.NaN;
  private readonly errors = new RecentValues(WINDOW_FRAMES);
  private readonly latencies = new RecentValues(WINDOW_FRAMES);

  note(frame: JoinedFrame, shownAtMs: number, latencyMs: number | null): void {
    this.frames += 1;
    this.lastFrameAtMs = shownAtMs;
    this.kinds[frame.kind] += 1;
    const { errorMs } = frame;
    if (errorMs !== null) this.errors.add(errorMs);
    if (latencyMs !== null) this.latencies.add(latencyMs);
  }

  /** Another player or mode: what was measured before says nothing about it. */
  restart(): void {
    this.errors.clear();
    this.latencies.clear();
  }

  /** Of the last frames with boxes: how far the boxes are from what was seen. */
  errorP95Ms(): number | null {
    return this.errors.percentile(0.95);
  }

  latencyP50Ms(): number | null {
    return this.latencies.percentile(0.5);
  }

  latencyP95Ms(): number | null {
    return this.latencies.percentile(0.95);
  }
}
