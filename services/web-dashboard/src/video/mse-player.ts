import { apiSocket, type ReconnectingSocket } from '@/realtime';
import { type ConnectionHealth, healthAfter } from './connection-health';
import { LiveEdge } from './live-edge';
import { canPlay, MediaSink } from './media-sink';
import { isInitSegment, readFragmentTimes, readInitSegment } from './mp4';
import { lagMs, nextStep, type PlaybackView, type Stretch } from './playback-control';
import { Repair } from './repair';

/** Why there is no picture although the server may well send one. */
export interface PlayerFault {
  readonly reason: 'unsupported_codec' | 'not_found' | 'forbidden' | 'autoplay_blocked' | 'broken';
  readonly detail: string;
}

const KEPT_S = 15;
const TRIMMED_FROM_S = 20;
const SILENT_MS = 10_000;
const SEEK_PATIENCE_MS = 1_000;
/** A new stream begins with a burst of older frames: so long its live end is not yet sure. */
const SETTLING_MS = 1_500;
const CLOSED_FORBIDDEN = 4403;
const CLOSED_NOT_FOUND = 4404;

/**
 * Plays a camera's fragmented MP4 over WebSocket in a video element, close to its live end.
 *
 * It comes back after every loss by itself. Call `tick` a few times a second.
 */
export class MsePlayer {
  readonly edge = new LiveEdge();
  fault: PlayerFault | null = null;
  codec: string | null = null;
  bytesReceived = 0;
  connection: ConnectionHealth = 'new';
  private readonly socket: ReconnectingSocket;
  private readonly sink: MediaSink;
  private readonly repair: Repair;
  private timescale = 90_000;
  private isFed = false;
  private targetMs = 0;
  private heardAtMs = 0;
  private openedAtMs = Number.NEGATIVE_INFINITY;
  private soughtAtMs = Number.NEGATIVE_INFINITY;
  private wentBackAtMs = Number.NEGATIVE_INFINITY;

  /** @param restarting Called before the element loses its picture for a new stream. */
  constructor(
    private readonly video: HTMLVideoElement,
    cameraKey: string,
    private readonly restarting: () => void,
  ) {
    video.muted = true;
    video.playsInline = true;
    this.sink = new MediaSink(video, {
      appended: () => {
        if (video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) this.steer(performance.now());
      },
      broken: (reason) => this.broken(reason),
    });
    this.socket = apiSocket(`/api/cameras/${encodeURIComponent(cameraKey)}/stream`, {
      phaseChanged: ({ kind }) => {
        this.connection = healthAfter(this.connection, kind);
      },
      received: (data) => {
        if (data instanceof ArrayBuffer) this.receive(data);
      },
      closed: (code) => this.closed(code),
    });
    this.repair = new Repair(() => this.socket.reopen());
  }

  start(): void {
    this.heardAtMs = performance.now();
    this.socket.start();
  }

  /** Ends the transfer; the last picture stays until `dispose` or the next stream. */
  stop(): void {
    this.repair.cancel();
    this.socket.stop();
  }

  dispose(): void {
    this.stop();
    this.sink.dispose();
  }

  /** How far the picture is behind the live end now. */
  lagMs(nowMs: number): number {
    return lagMs(this.view(nowMs));
  }

  /**
   * Keeps the video where it belongs.
   *
   * @param expectsBytes The camera is online, so silence means a dead connection.
   */
  tick(nowMs: number, targetMs: number, expectsBytes: boolean): void {
    this.targetMs = targetMs;
    if (this.connection !== 'open' || !expectsBytes) this.heardAtMs = nowMs;
    else if (nowMs - this.heardAtMs > SILENT_MS) {
      this.heardAtMs = nowMs;
      this.socket.reopen();
    }
    if (!this.sink.isOpen) return;
    if (this.video.paused && document.visibilityState === 'visible') this.play();
    this.steer(nowMs);
    this.trim();
  }

  private receive(bytes: ArrayBuffer): void {
    const nowMs = performance.now();
    this.heardAtMs = nowMs;
    this.bytesReceived += bytes.byteLength;
    if (isInitSegment(bytes)) {
      this.open(bytes);
      return;
    }
    if (!this.isFed) return;
    const times = readFragmentTimes(bytes);
    if (times) this.edge.note((times.pts * 1_000) / this.timescale, nowMs);
    this.sink.append(bytes);
  }

  private open(bytes: ArrayBuffer): void {
    const init = readInitSegment(bytes);
    this.codec = init?.codec ?? null;
    const mimeType = `video/mp4; codecs="${this.codec}"`;
    this.isFed = this.codec !== null && canPlay(mimeType);
    if (!init || !this.isFed) {
      const detail = `This browser does not play ${this.codec ?? 'the codec of this camera'}.`;
      this.fault = { reason: 'unsupported_codec', detail };
      return;
    }
    this.fault = null;
    this.timescale = init.timescale;
    this.edge.reset();
    this.openedAtMs = performance.now();
    if (this.sink.isOpen) this.restarting();
    this.sink.open(mimeType);
    this.sink.append(bytes);
    this.play();
  }

  private steer(nowMs: number): void {
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
    const { buffered, currentTime, readyState } = this.video;
    const stretches: Stretch[] = [];
    for (let i = 0; i < buffered.length; i += 1) {
      stretches.push({ start: buffered.start(i) * 1_000, end: buffered.end(i) * 1_000 });
    }
    return {
      nowMs,
      currentMs: currentTime * 1_000,
      edgeMs: this.edge.at(nowMs),
      targetMs: this.targetMs,
      buffered: stretches,
      isSettling: nowMs - this.openedAtMs < SETTLING_MS,
      isStarved: readyState < HTMLMediaElement.HAVE_FUTURE_DATA,
      wentBackAtMs: this.wentBackAtMs,
    };
  }

  private trim(): void {
    const { buffered, currentTime } = this.video;
    if (buffered.length === 0 || currentTime - buffered.start(0) < TRIMMED_FROM_S) return;
    this.sink.removeBefore(currentTime - KEPT_S);
  }

  private play(): void {
    this.video.play().then(
      () => {
        if (this.fault?.reason === 'autoplay_blocked') this.fault = null;
      },
      (error: unknown) => {
        // AbortError: a newer stream took the element over.
        if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') return;
        const detail = 'The browser plays nothing before a click.';
        this.fault = { reason: 'autoplay_blocked', detail };
      },
    );
  }

  private broken(reason: string): void {
    this.isFed = false;
    this.fault = { reason: 'broken', detail: `The video broke off (${reason}); starting anew.` };
    this.repair.schedule(performance.now());
  }

  private closed(code: number): void {
    if (code === CLOSED_NOT_FOUND) {
      this.fault = { reason: 'not_found', detail: 'The server does not read this camera.' };
    } else if (code === CLOSED_FORBIDDEN) {
      this.fault = { reason: 'forbidden', detail: 'You may not watch this camera.' };
    }
  }
}
