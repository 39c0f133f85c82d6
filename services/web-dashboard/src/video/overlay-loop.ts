import {
  type DetectionRing,
  drawOverlay,
  fitContain,
  type IncidentTracks,
  JoinedFrame,
  type JoinKind,
  joinFrame,
  joinNothing,
  LabelCache,
  type OverlayOptions,
  type OverlayScene,
  type Rectangle,
  type ZoneOutline,
} from '@/overlay';
import type { FrameClock, FrameMetadata } from './frame-clock';

/** What a tile may change about its drawing at any time. */
export interface OverlaySettings {
  readonly options: OverlayOptions;
  readonly zones: readonly ZoneOutline[];
  readonly incidentZoneIds: ReadonlySet<string>;
  readonly incidentTracks: IncidentTracks;
}

/** Told of each displayed frame, once its overlay is drawn. */
export type FrameListener = (
  metadata: FrameMetadata,
  pts90k: number | null,
  drawn: JoinedFrame,
) => void;

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
  private hasShown = false;
  private pts90k: number | null = null;
  private readonly rules = { mayGuess: true, toleranceTicks: 0 };
  private readonly picture = { width: 0, height: 0 };
  private readonly scene: Scene;
  private readonly ctx: CanvasRenderingContext2D | null;
  private frameRequest = 0;
  private redrawRequest = 0;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly canvas: HTMLCanvasElement,
    private readonly clock: FrameClock,
    ring: DetectionRing,
    private readonly onFrame: FrameListener,
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

  start(): void {
    this.frameRequest = this.video.requestVideoFrameCallback(this.frameShown);
  }

  stop(): void {
    this.video.cancelVideoFrameCallback(this.frameRequest);
    cancelAnimationFrame(this.redrawRequest);
    this.redrawRequest = 0;
  }

  /** Whether boxes may be moved on where newer ones are missing. */
  allowGuesses(mayGuess: boolean): void {
    this.rules.mayGuess = mayGuess;
    this.redraw();
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
    if (this.ctx === null || !this.hasShown || picture === NOWHERE) return;
    this.ctx.globalAlpha = 1;
    this.ctx.drawImage(this.video, picture.x, picture.y, picture.width, picture.height);
  }

  private readonly frameShown: VideoFrameRequestCallback = (_nowMs, metadata) => {
    this.frameRequest = this.video.requestVideoFrameCallback(this.frameShown);
    this.hasShown = true;
    if (metadata.width !== this.picture.width || metadata.height !== this.picture.height) {
      this.picture.width = metadata.width;
      this.picture.height = metadata.height;
      this.place();
    }
    this.pts90k = this.clock.ptsOf(metadata);
    this.join();
    this.draw();
    this.onFrame(metadata, this.pts90k, this.scene.frame);
  };

  private join(): JoinKind {
    const { frame, ring } = this.scene;
    if (this.pts90k === null) return joinNothing(frame);
    this.rules.toleranceTicks = this.clock.toleranceTicks;
    return joinFrame(ring, this.pts90k, frame, this.rules);
  }

  private draw(): void {
    if (this.ctx !== null && this.scene.picture !== NOWHERE) drawOverlay(this.ctx, this.scene);
  }

  private place(): void {
    this.scene.picture = fitContain(this.picture, this.canvas) ?? NOWHERE;
  }

  /** A running video draws soon enough by itself, but a resized canvas is empty at once. */
  private redraw(): void {
    if (!this.hasShown || this.redrawRequest !== 0) return;
    this.redrawRequest = requestAnimationFrame(() => {
      this.redrawRequest = 0;
      this.join();
      this.draw();
    });
  }
}
