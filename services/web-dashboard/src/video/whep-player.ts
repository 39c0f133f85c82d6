import { Backoff } from '@/realtime';
import { silence, tryPlay } from './autoplay';
import type { ConnectionHealth } from './connection-health';
import type { FrameMetadata } from './frame-clock';
import type { LiveAddress } from './live-address';
import { LiveEdge } from './live-edge';
import {
  noFigures,
  type Player,
  type PlayerContext,
  type PlayerFault,
  type TickFacts,
} from './player';
import { type PtsAt, RtpClock } from './rtp-clock';
import { WhepRefusal, WhepSession } from './whep-session';
import { WhepStats } from './whep-stats';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const STATS_EVERY_MS = 1_000;
const SILENT_MS = 5_000;
/** The browser takes no more. */
const LONGEST_JITTER_BUFFER_MS = 4_000;

/** Plays a camera over WebRTC: the least delay, and the network's losses are hidden. */
export class WhepPlayer implements Player {
  readonly kind = 'whep';
  readonly clock: RtpClock;
  readonly edge = new LiveEdge();
  readonly figures = noFigures();
  connection: ConnectionHealth = 'new';
  fault: PlayerFault | null = null;
  targetMs = 0;
  private readonly stats = new WhepStats(this.figures);
  private readonly backoff = new Backoff(FIRST_WAIT_MS, LONGEST_WAIT_MS);
  private session: WhepSession | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private isRunning = false;
  /** Grows with each attempt; what belongs to an older one is ignored. */
  private run = 0;
  private readAtMs = Number.NEGATIVE_INFINITY;
  private heardAtMs = 0;
  private bytesHeard = 0;
  private shownPts: number | null = null;

  constructor(
    private readonly context: PlayerContext,
    private readonly address: LiveAddress,
    ptsAt: PtsAt,
  ) {
    silence(context.video);
    this.clock = new RtpClock(ptsAt);
  }

  start(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    void this.connect();
  }

  stop(): void {
    this.isRunning = false;
    this.drop();
    this.connection = 'new';
  }

  dispose(): void {
    this.stop();
    this.context.video.srcObject = null;
  }

  lagMs(nowMs: number): number | null {
    if (this.shownPts === null || !this.edge.isKnown) return null;
    return Math.max(0, this.edge.at(nowMs) - this.shownPts / 90);
  }

  tick({ nowMs, targetMs, expectsBytes }: TickFacts): void {
    this.targetMs = targetMs;
    const { session } = this;
    if (session === null) return;
    holdBack(session.receiver, targetMs);
    if (this.context.video.paused && document.visibilityState === 'visible') this.play();
    if (nowMs - this.readAtMs >= STATS_EVERY_MS) void this.readStats(session, nowMs);
    const heard = this.figures.bytesReceived > this.bytesHeard;
    this.bytesHeard = this.figures.bytesReceived;
    if (heard || !expectsBytes || this.connection !== 'open') this.heardAtMs = nowMs;
    else if (nowMs - this.heardAtMs > SILENT_MS) this.lost('the server sends nothing');
  }

  frameShown({ receiveTime }: FrameMetadata, pts90k: number | null): void {
    this.shownPts = pts90k;
    if (pts90k === null) return;
    if (receiveTime !== undefined && !this.clock.isApproximate) {
      this.edge.note(pts90k / 90, receiveTime);
    }
    if (this.backoff.failures > 0) this.backoff.reset();
    this.fault = null;
  }

  private async connect(): Promise<void> {
    this.drop();
    const { run } = this;
    try {
      const { url, authorisation } = await this.address.forHeaders();
      if (run !== this.run) return;
      const session = this.prepare(url, authorisation);
      this.session = session;
      await session.open();
    } catch (error) {
      if (run === this.run) this.refused(error);
    }
  }

  private prepare(url: string, authorisation: string | null): WhepSession {
    const session = new WhepSession(url, authorisation);
    this.stats.restart();
    this.edge.reset();
    session.pc.addEventListener('connectionstatechange', () => this.stateChanged(session));
    session.pc.addEventListener('track', ({ track }) => {
      if (session === this.session && track.kind === 'video') this.show(track);
    });
    return session;
  }

  private show(track: MediaStreamTrack): void {
    const { video, restarting } = this.context;
    if (video.srcObject !== null) restarting();
    video.srcObject = new MediaStream([track]);
    this.play();
  }

  private play(): void {
    void tryPlay(this.context.video).then((fault) => {
      if (fault !== null || this.fault?.reason === 'autoplay_blocked') this.fault = fault;
    });
  }

  private stateChanged(session: WhepSession): void {
    if (session !== this.session) return;
    const { connectionState } = session.pc;
    if (connectionState === 'connected') {
      this.connection = 'open';
      this.heardAtMs = performance.now();
    } else if (connectionState === 'failed') {
      this.lost('no way through the network');
    }
  }

  private refused(error: unknown): void {
    if (!(error instanceof WhepRefusal)) {
      this.lost('the server does not answer');
      return;
    }
    this.fault = faultOf(error);
    if (error.status === 401) this.address.expire();
    this.wait();
  }

  private lost(cause: string): void {
    const detail = `The connection broke off (${cause}); starting anew.`;
    this.fault = { reason: 'broken', detail, cause };
    this.wait();
  }

  private wait(): void {
    this.drop();
    this.connection = 'lost';
    this.timer = setTimeout(() => void this.connect(), this.backoff.nextMs());
  }

  private drop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.run += 1;
    this.session?.close();
    this.session = null;
  }

  private async readStats(session: WhepSession, nowMs: number): Promise<void> {
    this.readAtMs = nowMs;
    const reports = await session.pc.getStats();
    if (session !== this.session) return;
    this.stats.read(reports.values());
    this.clock.delayMs = this.stats.oneWayMs ?? 0;
  }
}

function holdBack(receiver: RTCRtpReceiver, targetMs: number): void {
  if (!('jitterBufferTarget' in receiver)) return;
  const wanted = Math.min(LONGEST_JITTER_BUFFER_MS, Math.round(targetMs));
  if (receiver.jitterBufferTarget !== wanted) receiver.jitterBufferTarget = wanted;
}

function faultOf({ status }: WhepRefusal): PlayerFault {
  if (status === 404)
    return { reason: 'not_found', detail: 'The server has no WebRTC of this camera.' };
  if (status === 401 || status === 403) {
    return { reason: 'forbidden', detail: 'The server lets nobody in with this token.' };
  }
  if (status === 400 || status === 406 || status === 415 || status === 422) {
    return { reason: 'unsupported_codec', detail: 'This stream cannot go over WebRTC.' };
  }
  return { reason: 'broken', detail: `The server answered ${status} to WebRTC.` };
}
