import { lagMs, nextStep, type PlaybackView, type Stretch } from './playback-control';

const SEEK_PATIENCE_MS = 1_000;
/** A new stream begins with a burst of older frames: so long its live end is not yet sure. */
const SETTLING_MS = 1_500;

/** Keeps a buffered live video at a distance from its live end, by its speed and by jumps. */
export class LiveSteering {
  targetMs = 0;
  private openedAtMs = Number.NEGATIVE_INFINITY;
  private soughtAtMs = Number.NEGATIVE_INFINITY;
  private wentBackAtMs = Number.NEGATIVE_INFINITY;

  /**
   * @param edgeAt Live end at a moment, milliseconds of the element's time; NaN while unknown.
   * @param pieceMs Media comes in pieces so long: until the next one the buffer ends before the edge.
   */
  constructor(
    private readonly video: HTMLVideoElement,
    private readonly edgeAt: (nowMs: number) => number,
    private readonly pieceMs: () => number = () => 0,
  ) {}

  /** A new stream begins. */
  opened(nowMs: number): void {
    this.openedAtMs = nowMs;
  }

  isSettling(nowMs: number): boolean {
    return nowMs - this.openedAtMs < SETTLING_MS;
  }

  /** How far the picture is behind the live end now. */
  lagMs(nowMs: number): number {
    return lagMs(this.view(nowMs));
  }

  steer(nowMs: number): void {
    const { video } = this;
    if (video.seeking && nowMs - this.soughtAtMs < SEEK_PATIENCE_MS) return;
    const view = this.view(nowMs);
    const { rate, seekToMs } = nextStep(view);
    if (video.playbackRate !== rate) video.playbackRate = rate;
    if (seekToMs === null) return;
    this.soughtAtMs = nowMs;
    if (seekToMs < view.currentMs) this.wentBackAtMs = nowMs;
    video.currentTime = seekToMs / 1_000;
  }

  private view(nowMs: number): PlaybackView {
    const { currentTime, readyState } = this.video;
    return {
      nowMs,
      currentMs: currentTime * 1_000,
      edgeMs: this.edgeAt(nowMs),
      targetMs: this.targetMs,
      buffered: this.stretches(),
      isSettling: this.isSettling(nowMs),
      isStarved: readyState < HTMLMediaElement.HAVE_FUTURE_DATA,
      wentBackAtMs: this.wentBackAtMs,
    };
  }

  private stretches(): Stretch[] {
    const { buffered } = this.video;
    return Array.from({ length: buffered.length }, (_, i) => ({
      start: buffered.start(i) * 1_000,
      end: buffered.end(i) * 1_000 + (i === buffered.length - 1 ? this.pieceMs() : 0),
    }));
  }
}
