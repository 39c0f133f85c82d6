import { apiSocket, type ReconnectingSocket } from '@/realtime';
import { silence, tryPlay } from './autoplay';
import { type ConnectionHealth, healthAfter } from './connection-health';
import { mseFrameClock } from './frame-clock';
import { LiveEdge } from './live-edge';
import { LiveSteering } from './live-steering';
import { canPlay, MediaSink } from './media-sink';
import { isInitSegment, readFragmentTimes, readInitSegment } from './mp4';
import {
  noFigures,
  type Player,
  type PlayerContext,
  type PlayerFault,
  type TickFacts,
} from './player';
import { Repair } from './repair';
import { SmoothTarget } from './smooth-target';

const KEPT_S = 15;
const TRIMMED_FROM_S = 20;
const SILENT_MS = 10_000;
const CLOSED_FORBIDDEN = 4403;
const CLOSED_NOT_FOUND = 4404;

/** Plays a camera's fragmented MP4 over WebSocket. */
export class MsePlayer implements Player {
  readonly kind = 'mse';
  readonly clock = mseFrameClock;
  readonly edge = new LiveEdge();
  readonly figures = noFigures();
  fault: PlayerFault | null = null;
  connection: ConnectionHealth = 'new';
  private readonly steering: LiveSteering;
  private readonly video: HTMLVideoElement;
  private readonly socket: ReconnectingSocket;
  private readonly sink: MediaSink;
  private readonly repair: Repair;
  private timescale = 90_000;
  private isFed = false;
  private readonly smooth = new SmoothTarget();
  private heardAtMs = 0;

  /** @param path Of the WebSocket, e.g. `/api/cameras/toll/stream`. */
  constructor(
    private readonly context: PlayerContext,
    path: string,
  ) {
    const { video } = context;
    this.video = video;
    this.steering = new LiveSteering(video, (nowMs) => this.edge.at(nowMs));
    silence(video);
    video.addEventListener('waiting', this.ranDry);
    this.sink = new MediaSink(video, {
      appended: () => {
        if (video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA)
          this.steering.steer(performance.now());
      },
      broken: (reason) => this.broken(reason),
    });
    this.socket = apiSocket(path, {
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
    this.video.removeEventListener('waiting', this.ranDry);
    this.video.playbackRate = 1;
    this.sink.dispose();
  }

  get targetMs(): number {
    return this.steering.targetMs;
  }

  lagMs(nowMs: number): number {
    return this.steering.lagMs(nowMs);
  }

  /** Nothing to learn: what comes is timed as it comes. */
  frameShown(): void {}

  tick({ nowMs, targetMs, expectsBytes }: TickFacts): void {
    this.steering.targetMs = Math.max(targetMs, this.smooth.update(nowMs));
    if (this.connection !== 'open' || !expectsBytes) this.heardAtMs = nowMs;
    else if (nowMs - this.heardAtMs > SILENT_MS) {
      this.heardAtMs = nowMs;
      this.socket.reopen();
    }
    if (!this.sink.isOpen) return;
    if (this.video.paused && document.visibilityState === 'visible') this.play();
    this.steering.steer(nowMs);
    this.trim();
  }

  private receive(bytes: ArrayBuffer): void {
    const nowMs = performance.now();
    this.heardAtMs = nowMs;
    this.figures.bytesReceived += bytes.byteLength;
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
    const codec = init?.codec ?? null;
    this.figures.codec = codec;
    const mimeType = `video/mp4; codecs="${codec}"`;
    this.isFed = codec !== null && canPlay(mimeType);
    if (!init || !this.isFed) {
      const detail = `This browser does not play ${codec ?? 'the codec of this camera'}.`;
      this.fault = { reason: 'unsupported_codec', detail };
      return;
    }
    this.fault = null;
    this.timescale = init.timescale;
    this.edge.reset();
    this.steering.opened(performance.now());
    if (this.sink.isOpen) this.context.restarting();
    this.sink.open(mimeType);
    this.sink.append(bytes);
    this.play();
  }

  private trim(): void {
    const { buffered, currentTime } = this.video;
    if (buffered.length === 0 || currentTime - buffered.start(0) < TRIMMED_FROM_S) return;
    this.sink.removeBefore(currentTime - KEPT_S);
  }

  private readonly ranDry = (): void => {
    // The first frames of a stream, and what waits behind a seek, say nothing about the network.
    const nowMs = performance.now();
    if (this.video.seeking || this.steering.isSettling(nowMs)) return;
    this.smooth.noteStall(nowMs);
  };

  private play(): void {
    void tryPlay(this.video).then((fault) => {
      if (fault !== null || this.fault?.reason === 'autoplay_blocked') this.fault = fault;
    });
  }

  private broken(cause: string): void {
    this.isFed = false;
    const detail = `The video broke off (${cause}); starting anew.`;
    this.fault = { reason: 'broken', detail, cause };
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
