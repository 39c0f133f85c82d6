import { silence, tryPlay } from './autoplay';
import type { ConnectionHealth } from './connection-health';
import { DateClock, type PtsAtUtc } from './date-clock';
import type { LiveAddress } from './live-address';
import { LiveEdge } from './live-edge';
import {
  noFigures,
  type Player,
  type PlayerContext,
  type PlayerFault,
  type TickFacts,
} from './player';
import { Repair } from './repair';

/** Safari's way to tell the PROGRAM-DATE-TIME at time zero of the element. */
type DatedVideo = HTMLVideoElement & { getStartDate?(): Date };

/** HLS by the browser itself, where there is no MediaSource to feed: an older iPhone. */
export class NativeHlsPlayer implements Player {
  readonly kind = 'll_hls';
  readonly clock: DateClock;
  readonly edge = new LiveEdge();
  readonly figures = noFigures();
  readonly targetMs = 0;
  connection: ConnectionHealth = 'new';
  fault: PlayerFault | null = null;
  private readonly repair = new Repair(() => void this.open());
  private run = 0;

  constructor(
    private readonly context: PlayerContext,
    private readonly address: LiveAddress,
    ptsAtUtc: PtsAtUtc,
  ) {
    silence(context.video);
    this.clock = new DateClock(ptsAtUtc);
    context.video.addEventListener('error', this.failed);
  }

  start(): void {
    void this.open();
  }

  stop(): void {
    this.run += 1;
    this.repair.cancel();
    this.context.video.pause();
  }

  dispose(): void {
    this.stop();
    const { video } = this.context;
    video.removeEventListener('error', this.failed);
    video.removeAttribute('src');
    video.load();
  }

  /** The browser does not tell where the playlist ends. */
  lagMs(): number | null {
    return null;
  }

  frameShown(): void {
    this.connection = 'open';
    this.fault = null;
  }

  tick({ nowMs }: TickFacts): void {
    const { video } = this.context;
    if (video.paused && document.visibilityState === 'visible') void this.play();
    const startMs = (video as DatedVideo).getStartDate?.().getTime() ?? Number.NaN;
    if (Number.isNaN(startMs)) return;
    this.clock.setStretches([{ startS: 0, utcMs: startMs }]);
    if (video.buffered.length === 0) return;
    const pts = this.clock.ptsOf({ mediaTime: video.buffered.end(video.buffered.length - 1) });
    if (pts !== null) this.edge.note(pts / 90, nowMs);
  }

  private async open(): Promise<void> {
    this.run += 1;
    const { run } = this;
    const url = await this.address.forUrl().catch(() => null);
    if (run !== this.run) return;
    if (url === null) {
      this.repair.schedule(performance.now());
      return;
    }
    this.edge.reset();
    this.context.restarting();
    this.context.video.src = url;
    void this.play();
  }

  private async play(): Promise<void> {
    const fault = await tryPlay(this.context.video);
    if (fault !== null || this.fault?.reason === 'autoplay_blocked') this.fault = fault;
  }

  private readonly failed = (): void => {
    const detail = this.context.video.error?.message || 'the browser cannot play it';
    this.fault = { reason: 'broken', detail: `HLS broke off (${detail}); starting anew.` };
    this.repair.schedule(performance.now());
  };
}
