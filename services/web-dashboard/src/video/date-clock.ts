import type { FrameClock, FrameMetadata } from './frame-clock';

/** A playlist writes times in whole milliseconds, and parts begin a little beside their frames. */
const TOLERANCE_TICKS = 10 * 90;

/** A stretch of a playlist of which the capture time is known. */
export interface DatedStretch {
  /** Where it begins in the time of the media element, seconds. */
  readonly startS: number;
  /** When its first frame was captured, Unix ms by the server. */
  readonly utcMs: number;
}

/** Media time of a moment of the server's time; null while the camera's clock is not known. */
export type PtsAtUtc = (utcMs: number) => number | null;

/**
 * The clock of HLS: the playlist says when a stretch was captured, the frame how far into it it is.
 */
export class DateClock implements FrameClock {
  readonly isApproximate = false;
  readonly toleranceTicks = TOLERANCE_TICKS;
  private stretches: readonly DatedStretch[] = [];

  constructor(private readonly ptsAtUtc: PtsAtUtc) {}

  /** Replaces what is known; oldest first. */
  setStretches(stretches: readonly DatedStretch[]): void {
    this.stretches = stretches;
  }

  /** When a time of the media element was captured, Unix ms; null while no stretch covers it. */
  utcOf(mediaTimeS: number): number | null {
    // A frame on the very border may lie a rounding error before it.
    const stretch =
      this.stretches.findLast(({ startS }) => startS <= mediaTimeS + 0.001) ?? this.stretches[0];
    return stretch ? stretch.utcMs + (mediaTimeS - stretch.startS) * 1_000 : null;
  }

  ptsOf({ mediaTime }: Pick<FrameMetadata, 'mediaTime'>): number | null {
    const utcMs = this.utcOf(mediaTime);
    const pts = utcMs === null ? null : this.ptsAtUtc(utcMs);
    return pts === null ? null : Math.round(pts);
  }
}
