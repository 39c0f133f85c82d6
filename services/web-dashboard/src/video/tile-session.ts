import type { DetectionRing } from '@/overlay';
import { TICKS_PER_MS } from '@/overlay';
import { liveCameras } from '@/realtime';
import { mseFrameClock } from './frame-clock';
import { LatencyTarget } from './latency-target';
import { MsePlayer } from './mse-player';
import { OverlayLoop, type OverlaySettings } from './overlay-loop';
import { sampleIntervalMs } from './sample-interval';
import { deriveTileState, tileStates } from './tile-state';
import { StatsWindow, type TileStats } from './tile-stats';

const TICK_MS = 250;
const TICKS_PER_STATS = 4;
/** A page that nobody sees gives its streams back after this. */
const HIDDEN_STOP_MS = 30_000;
const SANE_AGE_MS = 30_000;

/** One camera on one video element with its canvas, from `start` to `stop`. No React. */
export class TileSession {
  private readonly ring: DetectionRing;
  private readonly player: MsePlayer;
  private readonly overlay: OverlayLoop;
  private readonly latency = new LatencyTarget();
  private readonly stats: StatsWindow;
  private timer: ReturnType<typeof setInterval> | null = null;
  private ticks = 0;
  private startedAtMs = 0;
  private shownSinceMs = 0;
  private hiddenSinceMs: number | null = null;
  private isSuspended = false;
  private readUntilMs = 0;
  private wantsDetections = true;

  constructor(
    private readonly video: HTMLVideoElement,
    canvas: HTMLCanvasElement,
    private readonly cameraKey: string,
    private readonly onStats: (stats: TileStats) => void,
  ) {
    this.ring = liveCameras.ringOf(cameraKey);
    this.overlay = new OverlayLoop(video, canvas, cameraKey, mseFrameClock, this.ring);
    this.player = new MsePlayer(video, cameraKey, () => this.overlay.holdPicture());
    this.stats = new StatsWindow(video, this.overlay, this.player);
  }

  start(): void {
    const nowMs = performance.now();
    this.startedAtMs = nowMs;
    this.shownSinceMs = nowMs;
    this.readUntilMs = nowMs;
    this.overlay.start();
    this.player.start();
    this.timer = setInterval(this.tick, TICK_MS);
    document.addEventListener('visibilitychange', this.visibilityChanged);
    this.publishState(nowMs);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    document.removeEventListener('visibilitychange', this.visibilityChanged);
    this.overlay.stop();
    this.player.dispose();
    tileStates.set(this.cameraKey, undefined);
  }

  configure(settings: OverlaySettings): void {
    this.wantsDetections = settings.options.boxes || settings.options.labels;
    this.overlay.configure(settings);
  }

  resize(width: number, height: number, pixelRatio: number): void {
    this.overlay.resize(width, height, pixelRatio);
  }

  private readonly tick = (): void => {
    const nowMs = performance.now();
    if (this.suspendWhenHidden(nowMs)) return;
    this.noteAges();
    const targetMs = this.latency.update(sampleIntervalMs(this.ring), nowMs);
    const isOnline = liveCameras.stateOf(this.cameraKey)?.state === 'online';
    this.player.tick(nowMs, targetMs, isOnline);
    this.ticks += 1;
    if (this.ticks % TICKS_PER_STATS === 0) {
      this.stats.close(nowMs);
      this.onStats(this.describe(nowMs, targetMs));
    }
    this.publishState(nowMs);
  };

  private describe(nowMs: number, targetMs: number): TileStats {
    const shownAtMs = Date.now() - (nowMs - this.overlay.lastFrameAtMs);
    const capturedAtMs = liveCameras.capturedAtMs(this.cameraKey, this.overlay.pts90k);
    return {
      ...this.stats.last,
      lagMs: this.player.lagMs(nowMs),
      targetMs,
      latencyMs: capturedAtMs === null || Number.isNaN(shownAtMs) ? null : shownAtMs - capturedAtMs,
      detectionAgeP95Ms: this.latency.ageP95Ms(),
      codec: this.player.codec,
      width: this.video.videoWidth,
      height: this.video.videoHeight,
    };
  }

  private publishState(nowMs: number): void {
    const { lastFrameAtMs } = this.overlay;
    const newestAtMs = this.ring.newest?.arrivedAtMs ?? Number.NEGATIVE_INFINITY;
    const silentSinceMs = Math.max(newestAtMs, this.startedAtMs, this.shownSinceMs);
    const facts = {
      nowMs: Date.now(),
      camera: liveCameras.stateOf(this.cameraKey),
      fault: this.player.fault,
      connection: this.player.connection,
      frameAgeMs: Number.isNaN(lastFrameAtMs)
        ? null
        : nowMs - Math.max(lastFrameAtMs, this.shownSinceMs),
      detectionsSilentMs: this.wantsDetections ? nowMs - silentSinceMs : null,
      lateShare: this.stats.lateShare,
      droppedShare: this.stats.last.droppedShare,
    };
    tileStates.set(this.cameraKey, deriveTileState(facts, tileStates.get(this.cameraKey)));
  }

  /** How long after its frame each new sample came. */
  private noteAges(): void {
    const { edge } = this.player;
    for (let i = this.ring.length - 1; i >= 0; i -= 1) {
      const sample = this.ring.at(i);
      if (!sample || sample.arrivedAtMs <= this.readUntilMs) break;
      const ageMs = edge.at(sample.arrivedAtMs) - sample.pts90k / TICKS_PER_MS;
      // Not a number before the first frame; far off while video and detections restart.
      if (Math.abs(ageMs) < SANE_AGE_MS) this.latency.noteAge(ageMs, sample.arrivedAtMs);
    }
    this.readUntilMs = this.ring.newest?.arrivedAtMs ?? this.readUntilMs;
  }

  private suspendWhenHidden(nowMs: number): boolean {
    if (this.hiddenSinceMs === null) return false;
    if (!this.isSuspended && nowMs - this.hiddenSinceMs > HIDDEN_STOP_MS) {
      this.isSuspended = true;
      this.player.stop();
    }
    return true;
  }

  private readonly visibilityChanged = (): void => {
    const nowMs = performance.now();
    if (document.visibilityState === 'hidden') {
      this.hiddenSinceMs = nowMs;
      return;
    }
    this.hiddenSinceMs = null;
    this.shownSinceMs = nowMs;
    if (this.isSuspended) this.player.start();
    this.isSuspended = false;
    this.tick();
  };
}
