import type { JoinKind } from '@/overlay';

/** How a tile does, once a second. */
export interface TileStats extends WindowStats {
  /** The picture is so far behind the live end that reached this browser. */
  readonly lagMs: number;
  /** Where `lagMs` is steered to. */
  readonly targetMs: number;
  /** From capture to screen, as far as the server's clock is known. */
  readonly latencyMs: number | null;
  /** 95 % of the detections come at most so long after the frame they belong to. */
  readonly detectionAgeP95Ms: number | null;
  readonly codec: string | null;
  readonly width: number;
  readonly height: number;
}

/** What can only be said of a stretch of time. */
export interface WindowStats {
  /** Displayed frames per second. */
  readonly fps: number;
  readonly bytesPerS: number;
  /** Frames that the browser threw away, since the start. */
  readonly droppedFrames: number;
  /** The same as a share of the frames of about the last three seconds, 0..1. */
  readonly droppedShare: number;
  /** Shares of the last second's displayed frames by how their boxes were found. */
  readonly kinds: Readonly<Record<JoinKind, number>>;
}

export interface Counters {
  readonly frames: number;
  readonly kinds: Readonly<Record<JoinKind, number>>;
}

const NO_KINDS = { exact: 0, interpolated: 0, extrapolated: 0, none: 0 };
const SMOOTHING = 0.3;

/** Turns growing counters into figures of the last second. */
export class StatsWindow {
  last: WindowStats = { fps: 0, bytesPerS: 0, droppedFrames: 0, droppedShare: 0, kinds: NO_KINDS };
  /** Smoothed share of frames whose boxes came too late. */
  lateShare = 0;
  private closedAtMs = Number.NaN;
  private frames = 0;
  private bytes = 0;
  private kinds: Record<JoinKind, number> = { ...NO_KINDS };

  constructor(
    private readonly video: Pick<HTMLVideoElement, 'getVideoPlaybackQuality'>,
    private readonly overlay: Counters,
    private readonly player: { readonly bytesReceived: number },
  ) {}

  /** Ends the present second. */
  close(nowMs: number): void {
    const elapsedS = Number.isNaN(this.closedAtMs) ? 1 : (nowMs - this.closedAtMs) / 1_000;
    const frames = this.overlay.frames - this.frames;
    const bytes = this.player.bytesReceived - this.bytes;
    // A new source starts the element's own counter again.
    const { droppedVideoFrames } = this.video.getVideoPlaybackQuality();
    const dropped = Math.max(0, droppedVideoFrames - this.last.droppedFrames);
    this.last = {
      fps: frames / elapsedS,
      bytesPerS: bytes / elapsedS,
      droppedFrames: droppedVideoFrames,
      droppedShare: this.smoothDropped(dropped, frames),
      kinds: this.shares(frames),
    };
    const { extrapolated, none } = this.last.kinds;
    if (frames > 0) this.lateShare += SMOOTHING * (extrapolated + none - this.lateShare);
    this.closedAtMs = nowMs;
    this.frames = this.overlay.frames;
    this.bytes = this.player.bytesReceived;
    this.kinds = { ...this.overlay.kinds };
  }

  private smoothDropped(dropped: number, frames: number): number {
    const before = this.last.droppedShare;
    if (dropped + frames === 0) return before;
    return before + SMOOTHING * (dropped / (dropped + frames) - before);
  }

  private shares(frames: number): Record<JoinKind, number> {
    const share = (kind: JoinKind) =>
      frames === 0 ? 0 : (this.overlay.kinds[kind] - this.kinds[kind]) / frames;
    return {
      exact: share('exact'),
      interpolated: share('interpolated'),
      extrapolated: share('extrapolated'),
      none: share('none'),
    };
  }
}
