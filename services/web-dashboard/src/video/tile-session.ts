import type { DetectionRing, JoinedFrame } from '@/overlay';
import { liveCameras } from '@/realtime';
import type { OverlayMode, PlayerChoice } from '@/shared/state/preferences';
import { DetectionAges } from './detection-ages';
import type { FrameMetadata } from './frame-clock';
import { OverlayLoop, type OverlaySettings } from './overlay-loop';
import { OverlayMeter } from './overlay-meter';
import { PageAttention } from './page-attention';
import { pageOptions } from './page-options';
import { PlayerSwitch } from './player-switch';
import { probeFrame } from './probe';
import { deriveTileState, tileStates } from './tile-state';
import { StatsWindow, type TileStats } from './tile-stats';

const TICK_MS = 250;
const TICKS_PER_STATS = 4;

/** How a tile shows its camera. */
export interface TileChoice {
  readonly player: PlayerChoice;
  readonly mode: OverlayMode;
}

/** One camera on one video element with its canvas, from `start` to `stop`. No React. */
export class TileSession {
  private readonly ring: DetectionRing;
  private readonly players: PlayerSwitch;
  private readonly overlay: OverlayLoop;
  private readonly meter = new OverlayMeter();
  private readonly ages: DetectionAges;
  private readonly stats: StatsWindow;
  private readonly attention: PageAttention;
  private readonly startedAtMs = performance.now();
  private timer: ReturnType<typeof setInterval> | null = null;
  private ticks = 0;
  private isSuspended = false;
  private wantsDetections = true;
  private mode: OverlayMode;
  private targetMs = 0;
  private playedKind: string | null = null;

  constructor(
    private readonly video: HTMLVideoElement,
    canvas: HTMLCanvasElement,
    private readonly cameraKey: string,
    choice: TileChoice,
    private readonly onStats: (stats: TileStats) => void,
  ) {
    const { player, mode } = withPageOptions(choice);
    this.mode = mode;
    this.ring = liveCameras.ringOf(cameraKey);
    const restarting = () => this.overlay.holdPicture();
    this.players = new PlayerSwitch({ video, cameraKey, restarting }, player);
    this.overlay = new OverlayLoop(video, canvas, this.players, this.ring, this.frameShown);
    this.overlay.allowGuesses(mode === 'live');
    this.stats = new StatsWindow(video, this.meter);
    this.ages = new DetectionAges(this.ring, this.startedAtMs);
    this.attention = new PageAttention(this.attentionChanged, this.startedAtMs);
  }

  start(): void {
    this.overlay.start();
    this.players.start();
    this.timer = setInterval(this.tick, TICK_MS);
    this.attention.start();
    this.publishState(performance.now());
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.attention.stop();
    this.overlay.stop();
    this.players.dispose();
    tileStates.set(this.cameraKey, undefined);
  }

  configure(settings: OverlaySettings): void {
    this.wantsDetections = settings.options.boxes || settings.options.labels;
    this.overlay.configure(settings);
  }

  choose(choice: TileChoice): void {
    const { player, mode } = withPageOptions(choice);
    this.players.choose(player);
    if (mode === this.mode) return;
    this.mode = mode;
    this.overlay.allowGuesses(mode === 'live');
    this.meter.restart();
  }

  resize(width: number, height: number, pixelRatio: number): void {
    this.overlay.resize(width, height, pixelRatio);
  }

  private readonly frameShown = (
    metadata: FrameMetadata,
    pts90k: number | null,
    drawn: JoinedFrame,
  ): void => {
    const atMs = metadata.presentationTime;
    const capturedAtMs =
      pts90k === null ? null : liveCameras.capturedAtMs(this.cameraKey, drawn.pts90k);
    const latencyMs = capturedAtMs === null ? null : atMs - capturedAtMs;
    this.meter.note(drawn, atMs, latencyMs);
    this.players.frameShown(metadata, pts90k);
    const player = this.players.player?.kind ?? null;
    probeFrame(this.cameraKey, drawn, { pts: pts90k, latencyMs, player, mode: this.mode, atMs });
  };

  private readonly tick = (): void => {
    const nowMs = performance.now();
    if (!this.attention.isSeen) {
      this.suspendWhenForgotten(nowMs);
      return;
    }
    const { player } = this.players;
    const exactMs = this.ages.update(player?.edge, nowMs);
    this.targetMs = this.mode === 'exact' ? exactMs : 0;
    const isOnline = liveCameras.stateOf(this.cameraKey)?.state === 'online';
    this.players.tick({
      nowMs,
      targetMs: this.targetMs,
      expectsBytes: isOnline,
      frameAtMs: this.meter.lastFrameAtMs,
      isWatched: nowMs - this.attention.shownSinceMs > TICK_MS,
    });
    this.noteSwitch();
    this.ticks += 1;
    if (this.ticks % TICKS_PER_STATS === 0) {
      this.stats.close(nowMs, this.players.player?.figures);
      this.onStats(this.describe(nowMs));
    }
    this.publishState(nowMs);
  };

  private noteSwitch(): void {
    const kind = this.players.player?.kind ?? null;
    if (kind === this.playedKind) return;
    this.playedKind = kind;
    this.meter.restart();
  }

  private describe(nowMs: number): TileStats {
    const { player } = this.players;
    const { figures } = player ?? {};
    return {
      ...this.stats.last,
      player: player?.kind ?? null,
      offered: this.players.kinds,
      note: this.players.note,
      mode: this.mode,
      isApproximate: this.players.isApproximate,
      lagMs: player?.lagMs(nowMs) ?? null,
      targetMs: player?.targetMs ?? this.targetMs,
      latencyMs: this.meter.latencyP50Ms(),
      latencyP95Ms: this.meter.latencyP95Ms(),
      detectionAgeP95Ms: this.ages.p95Ms,
      errorP95Ms: this.meter.errorP95Ms(),
      codec: figures?.codec ?? null,
      width: this.video.videoWidth,
      height: this.video.videoHeight,
      lossShare: figures?.lossShare ?? null,
      jitterBufferMs: figures?.jitterBufferMs ?? null,
    };
  }

  private publishState(nowMs: number): void {
    const { lastFrameAtMs } = this.meter;
    const { shownSinceMs } = this.attention;
    const newestAtMs = this.ring.newest?.arrivedAtMs ?? Number.NEGATIVE_INFINITY;
    const silentSinceMs = Math.max(newestAtMs, this.startedAtMs, shownSinceMs);
    const facts = {
      nowMs: Date.now(),
      camera: liveCameras.stateOf(this.cameraKey),
      fault: this.players.fault,
      connection: this.players.connection,
      frameAgeMs: Number.isNaN(lastFrameAtMs)
        ? null
        : nowMs - Math.max(lastFrameAtMs, shownSinceMs),
      detectionsSilentMs: this.wantsDetections ? nowMs - silentSinceMs : null,
      lateShare: this.stats.lateShare,
      droppedShare: this.stats.last.droppedShare,
    };
    tileStates.set(this.cameraKey, deriveTileState(facts, tileStates.get(this.cameraKey)));
  }

  private suspendWhenForgotten(nowMs: number): void {
    if (this.isSuspended || !this.attention.isForgotten(nowMs)) return;
    this.isSuspended = true;
    this.players.stop();
  }

  private readonly attentionChanged = (isSeen: boolean): void => {
    if (!isSeen) return;
    if (this.isSuspended) this.players.start();
    this.isSuspended = false;
    this.tick();
  };
}

function withPageOptions(choice: TileChoice): TileChoice {
  const { player, mode } = pageOptions();
  return { player: player ?? choice.player, mode: mode ?? choice.mode };
}
