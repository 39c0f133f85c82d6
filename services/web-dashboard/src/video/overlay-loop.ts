import {
  type DetectionRing,
  drawOverlay,
  fitContain,
  type IncidentTracks,
  JoinedFrame,
  type JoinKind,
  joinFrame,
  LabelCache,
  type OverlayOptions,
  type OverlayScene,
  type Rectangle,
  type ZoneOutline,
} from '@/overlay';
import type { FrameClock } from './frame-clock';
import { probeFrame } from './probe';

/** What a tile may change about its drawing at any time. */
export interface OverlaySettings {
  readonly options: OverlayOptions;
  readonly zones: readonly ZoneOutline[];
  readonly incidentZoneIds: ReadonlySet<string>;
  readonly incidentTracks: IncidentTracks;
}

const NOWHERE: Rectangle = { x: 0, y: 0, width: 0, height: 0 };
const NOTHING: OverlaySettings = {
  options: { boxes: true, labels: true, tracks: false, zones: false },
  zones: [],
  incidentZoneIds: new Set(),
  incidentTracks: new Map(),
};

type Scene = { -readonly [K in keyof OverlayScene]: OverlayScene[K] };

/**
 * Draws the overlay once for each frame that the video displays, from
 * `requestVideoFrameCallback`; only while no frame comes does a change draw on its own.
 */
export class OverlayLoop {
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
  private readonly picture = { width: 0, height: 0 };
  private readonly scene: Scene;
  private readonly ctx: CanvasRenderingContext2D | null;
  private frameRequest = 0;
  private redrawRequest = 0;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly canvas: HTMLCanvasElement,
    private readonly cameraKey: string,
    private readonly clock: FrameClock,
    ring: DetectionRing,
  ) {
    this.ctx = canvas.getContext('2d');
    this.scene = {
      frame: new JoinedFrame(),
      ring,
      picture: NOWHERE,
      pixelRatio: 1,
      labels: new LabelCache(),
      ...NOTHING,
    };
  }

  /** The frame that was displayed last. */
  get pts90k(): number {
    return this.scene.frame.pts90k;
  }

  start(): void {
    this.frameRequest = this.video.requestVideoFrameCallback(this.frameShown);
  }

  stop(): void {
    this.video.cancelVideoFrameCallback(this.frameRequest);
    cancelAnimationFrame(this.redrawRequest);
    this.redrawRequest = 0;
  }

  configure(settings: OverlaySettings): void {
    Object.assign(this.scene, settings);
    this.redraw();
  }

  /** The canvas covers so many device pixels now. */
  resize(width: number, height: number, pixelRatio: number): void {
    this.canvas.width = width;
    this.canvas.height = height;
    this.scene.pixelRatio = pixelRatio;
    this.place();
    this.redraw();
  }

  /** Keeps the last picture on the canvas while the video element changes its source. */
  holdPicture(): void {
    const { picture } = this.scene;
    if (this.ctx === null || this.frames === 0 || picture === NOWHERE) return;
    this.ctx.globalAlpha = 1;
    this.ctx.drawImage(this.video, picture.x, picture.y, picture.width, picture.height);
  }

  private readonly frameShown: VideoFrameRequestCallback = (nowMs, metadata) => {
    this.frameRequest = this.video.requestVideoFrameCallback(this.frameShown);
    this.lastFrameAtMs = nowMs;
    this.frames += 1;
    if (metadata.width !== this.picture.width || metadata.height !== this.picture.height) {
      this.picture.width = metadata.width;
      this.picture.height = metadata.height;
      this.place();
    }
    const { frame, ring } = this.scene;
    this.kinds[joinFrame(ring, this.clock.ptsOf(metadata), frame)] += 1;
    this.draw();
    probeFrame(this.cameraKey, frame, nowMs);
  };

  private draw(): void {
    if (this.ctx !== null && this.scene.picture !== NOWHERE) drawOverlay(this.ctx, this.scene);
  }

  private place(): void {
    this.scene.picture = fitContain(this.picture, this.canvas) ?? NOWHERE;
  }

  /** A running video draws soon enough by itself, but a resized canvas is empty at once. */
  private redraw(): void {
    if (this.frames === 0 || this.redrawRequest !== 0) return;
    this.redrawRequest = requestAnimationFrame(() => {
      this.redrawRequest = 0;
      const { frame, ring } = this.scene;
      joinFrame(ring, frame.pts90k, frame);
      this.draw();
    });
  }
}
