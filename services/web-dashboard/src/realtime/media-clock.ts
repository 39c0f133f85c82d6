import type { SyncMessage } from '@/shared/api/generated/live-message';

const TICKS_PER_MS = 90;
const KEPT_ANCHORS = 4;

interface Anchor {
  readonly epoch: string;
  readonly pts90k: number;
  readonly utcMs: number;
}

/** One camera's media clock against the server's time, as its `sync` messages tell it. */
export class MediaClock {
  private anchors: readonly Anchor[] = [];

  note({ epoch, pts_90k: pts90k, utc }: SyncMessage): void {
    const utcMs = Date.parse(utc);
    if (!Number.isFinite(utcMs)) return;
    // A smaller time of a new epoch: the clock began again, and what is here means nothing now.
    const kept = this.anchors.filter((one) => one.epoch !== epoch && one.pts90k < pts90k);
    // A loop of a short clip makes an epoch every few seconds; playing lags two at most.
    this.anchors = [...kept, { epoch, pts90k, utcMs }].slice(-KEPT_ANCHORS);
  }

  /** When a frame was captured, server time; null before the clock is known. */
  utcOf(pts90k: number): number | null {
    const anchor = this.anchors.findLast((one) => one.pts90k <= pts90k);
    return anchor ? anchor.utcMs + (pts90k - anchor.pts90k) / TICKS_PER_MS : null;
  }

  /** Media time of a moment of the server's time; null before the clock is known. */
  ptsAt(utcMs: number): number | null {
    const anchor = this.anchors.findLast((one) => one.utcMs <= utcMs) ?? this.anchors[0];
    return anchor ? anchor.pts90k + (utcMs - anchor.utcMs) * TICKS_PER_MS : null;
  }
}
