import type { JoinKind } from '@/overlay';
import type { OverlayMode } from '@/shared/state/preferences';
import type { PlayerKind, TransferFigures } from './player';

/** How a tile does, once a second. */
export interface TileStats extends WindowStats {
  readonly player: PlayerKind | null;
  /** What the server offers and this browser plays. */
  readonly offered: readonly PlayerKind[];
  /** Why another player than the wanted one plays. */
  readonly note: string | null;
  readonly mode: OverlayMode;
  /** Which frame is shown is known only about. */
  readonly isApproximate: boolean;
  /** The picture is so far behind the live end that reached this browser. */
  readonly lagMs: number | null;
  /** Where `lagMs` is steered to. */
  readonly targetMs: number;
  /** From capture to screen, the median of the last frames; null while the clocks are not known. */
  readonly latencyMs: number | null;
  readonly latencyP95Ms: number | null;
  /** 95 % of the detections come at most so long after the frame they belong to. */
  readonly detectionAgeP95Ms: number | null;
  /** 95 % of the boxes are at most so far from what was seen of their objects. */
  readonly errorP95Ms: number | null;
  readonly codec: string | null;
  readonly width: number;
  readonly height: number;
  /** Share of the packets lost on the way, where the player knows it. */
  readonly lossShare: number | null;
  readonly jitterBufferMs: number | null;
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

type Transfer = Pick<TransferFigures, 'bytesReceived' | 'framesDropped'>;

const NO_KINDS = { exact: 0, interpolated: 0, extrapolated: 0, none: 0 };
const SMOOTHING = 0.3;

/** Turns growing counters into figures of the last second. */
export class StatsWindow {
  last: WindowStats = { fps: 0, bytesPerS: 0, droppedFrames: 0, droppedShare: 0, kinds: NO_KINDS };
  /** Smoothed share of frames that had no boxes in time. */
  lateShare = 0;
  private closedAtMs = Number.NaN;
  private frames = 0;
  private bytes = 0;
  private kinds: Record<JoinKind, number> = { ...NO_KINDS };

  constructor(
    private readonly video: Pick<HTMLVideoElement, 'getVideoPlaybackQuality'>,
    private readonly overlay: Counters,
  ) {}

  /**
   * Ends the present second.
   *
   * @param transfer Of the player that plays now; another one counts from zero.
   */
  close(nowMs: number, transfer: Transfer | undefined): void {
    const elapsedS = Number.isNaN(this.closedAtMs) ? 1 : (nowMs - this.closedAtMs) / 1_000;
    const frames = this.overlay.frames - this.frames;
    const bytes = transfer?.bytesReceived ?? 0;
    const { droppedVideoFrames } = this.video.getVideoPlaybackQuality();
    const droppedFrames = Math.max(droppedVideoFrames, transfer?.framesDropped ?? 0);
    // A new source starts the counters again.
    const dropped = Math.max(0, droppedFrames - this.last.droppedFrames);
    this.last = {
      fps: frames / elapsedS,
      bytesPerS: Math.max(0, bytes - this.bytes) / elapsedS,
      droppedFrames,
      droppedShare: this.smoothDropped(dropped, frames),
      kinds: this.shares(frames),
    };
    if (frames > 0) this.lateShare += SMOOTHING * (this.last.kinds.none - this.lateShare);
    this.closedAtMs = nowMs;
    this.frames = this.overlay.frames;
    this.bytes = bytes;
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
