import type Hls from 'hls.js';
import type { ErrorData, LevelDetails } from 'hls.js';
import { silence, tryPlay } from './autoplay';
import type { ConnectionHealth } from './connection-health';
import { DateClock, type PtsAtUtc } from './date-clock';
import { stretchesOf } from './hls-stretches';
import type { LiveAddress } from './live-address';
import { LiveEdge } from './live-edge';
import { LiveSteering } from './live-steering';
import {
  noFigures,
  type Player,
  type PlayerContext,
  type PlayerFault,
  type TickFacts,
} from './player';
import { Repair } from './repair';

/** Of a live stream nobody looks back further than the trails. */
const BACK_BUFFER_S = 10;
const BUFFER_S = 10;
const UNREACHABLE = 0;

/** Plays a camera over low-latency HLS: behind the others, but through any proxy. */
export class HlsPlayer implements Player {
  readonly kind = 'll_hls';
  readonly clock: DateClock;
  readonly edge = new LiveEdge();
  readonly figures = noFigures();
  connection: ConnectionHealth = 'new';
  fault: PlayerFault | null = null;
  /** The same in the time of the video element, by which it is steered. */
  private readonly elementEdge = new LiveEdge();
  private readonly steering: LiveSteering;
  private readonly repair = new Repair(() => void this.open());
  private hls: Hls | null = null;
  private run = 0;
  private details: LevelDetails | null = null;

  constructor(
    private readonly context: PlayerContext,
    private readonly address: LiveAddress,
    ptsAtUtc: PtsAtUtc,
  ) {
    silence(context.video);
    this.clock = new DateClock(ptsAtUtc);
    this.steering = new LiveSteering(
      context.video,
      (nowMs) => this.elementEdge.at(nowMs),
      () => (this.details?.partTarget ?? 0) * 1_000,
    );
  }

  start(): void {
    if (this.hls === null) void this.open();
    else this.hls.startLoad(-1);
  }

  stop(): void {
    this.repair.cancel();
    this.run += 1;
    this.hls?.stopLoad();
  }

  dispose(): void {
    this.stop();
    this.close();
  }

  get targetMs(): number {
    return this.steering.targetMs;
  }

  lagMs(nowMs: number): number | null {
    return this.elementEdge.isKnown ? this.steering.lagMs(nowMs) : null;
  }

  frameShown(): void {
    this.fault = null;
  }

  tick({ nowMs, targetMs }: TickFacts): void {
    const { details } = this;
    if (this.context.video.paused && document.visibilityState === 'visible') this.play();
    if (details === null) return;
    // Closer than the server's hold-back there is nothing to play yet.
    this.steering.targetMs = Math.max((details.partHoldBack || details.holdBack) * 1_000, targetMs);
    this.steering.steer(nowMs);
  }

  private async open(): Promise<void> {
    this.run += 1;
    const { run } = this;
    try {
      const [{ default: Library }, { url }] = await Promise.all([
        import('hls.js/light'),
        this.address.forHeaders(),
      ]);
      if (run === this.run) this.load(Library, url);
    } catch {
      if (run === this.run) this.broke(UNREACHABLE, 'the server does not answer');
    }
  }

  private load(Library: typeof Hls, url: string): void {
    if (this.hls !== null) this.context.restarting();
    this.close();
    const hls = new Library({
      lowLatencyMode: true,
      enableWorker: false,
      backBufferLength: BACK_BUFFER_S,
      maxBufferLength: BUFFER_S,
      // Two hands at one wheel: the speed is steered here.
      maxLiveSyncPlaybackRate: 1,
      xhrSetup: (xhr, target) => this.authorise(xhr, target),
    });
    this.hls = hls;
    this.steering.opened(performance.now());
    this.listen(hls, Library);
    hls.loadSource(url);
    hls.attachMedia(this.context.video);
    this.play();
  }

  private listen(hls: Hls, { Events }: typeof Hls): void {
    hls.on(Events.LEVEL_UPDATED, (_, { details }) => this.dated(details));
    hls.on(Events.LEVEL_PTS_UPDATED, (_, { details }) => this.dated(details));
    hls.on(Events.BUFFER_CODECS, (_, { video }) => {
      if (video) this.figures.codec = video.codec ?? null;
    });
    hls.on(Events.FRAG_BUFFERED, (_, { stats }) => {
      this.connection = 'open';
      this.figures.bytesReceived += stats.loaded;
      this.noteEdge(performance.now());
    });
    hls.on(Events.ERROR, (_, data) => this.failed(data));
  }

  private dated(details: LevelDetails): void {
    this.details = details;
    this.clock.setStretches(stretchesOf(details));
  }

  private noteEdge(nowMs: number): void {
    const { buffered } = this.context.video;
    if (buffered.length === 0) return;
    const endS = buffered.end(buffered.length - 1);
    this.elementEdge.note(endS * 1_000, nowMs);
    const pts = this.clock.ptsOf({ mediaTime: endS });
    if (pts !== null) this.edge.note(pts / 90, nowMs);
  }

  private failed({ fatal, details, response }: ErrorData): void {
    // Nobody watched before: the server has no whole segment yet, and the library gives up at once.
    if (details === 'levelEmptyError') this.repair.schedule(performance.now());
    else if (fatal) this.broke(response?.code ?? UNREACHABLE, details);
  }

  private broke(code: number, details: string): void {
    if (code === 401) this.address.expire();
    if (code === UNREACHABLE) this.connection = 'lost';
    this.fault = faultOf(code, details);
    this.repair.schedule(performance.now());
  }

  private async authorise(xhr: XMLHttpRequest, target: string): Promise<void> {
    const { url, authorisation } = await this.address.forHeaders();
    xhr.open('GET', target, true);
    const isOwn = new URL(target, url).origin === new URL(url).origin;
    if (authorisation !== null && isOwn) xhr.setRequestHeader('authorization', authorisation);
  }

  private play(): void {
    void tryPlay(this.context.video).then((fault) => {
      if (fault !== null || this.fault?.reason === 'autoplay_blocked') this.fault = fault;
    });
  }

  private close(): void {
    this.hls?.destroy();
    this.hls = null;
    this.details = null;
    this.edge.reset();
    this.elementEdge.reset();
    this.context.video.playbackRate = 1;
    this.clock.setStretches([]);
  }
}

function faultOf(code: number, details: string): PlayerFault {
  if (code === 404) return { reason: 'not_found', detail: 'The server has no HLS of this camera.' };
  if (code === 401 || code === 403) {
    return { reason: 'forbidden', detail: 'The server lets nobody in with this token.' };
  }
  if (details === 'bufferAddCodecError' || details === 'manifestIncompatibleCodecsError') {
    return { reason: 'unsupported_codec', detail: 'This browser does not play this codec.' };
  }
  return {
    reason: 'broken',
    detail: `HLS broke off (${details}); starting anew.`,
    cause: `the transfer broke off (${details})`,
  };
}
