import { Backoff } from '@/realtime';
import type { PlayerChoice } from '@/shared/state/preferences';
import { incapacity } from './capabilities';
import type { ConnectionHealth } from './connection-health';
import { createPlayer } from './create-player';
import type { FrameClock, FrameMetadata } from './frame-clock';
import { LiveDirectory } from './live-directory';
import type { Player, PlayerContext, PlayerFault, PlayerKind, TickFacts } from './player';
import { PATIENCE_MS, PLAYER_NAMES, PlayerLadder } from './player-ladder';
import { PlayerTrial } from './player-trial';

export interface SwitchFacts extends TickFacts {
  readonly frameAtMs: number;
  /** The page is looked at and the server is there. */
  readonly isWatched: boolean;
}

/** What a switch is made of; tests put others in. */
export interface SwitchParts {
  readonly directory: LiveDirectory;
  readonly createPlayer: typeof createPlayer;
  readonly incapacity: typeof incapacity;
}

const NO_OFFER: PlayerFault = {
  reason: 'broken',
  detail: 'The server offers no video that this browser plays.',
};

/**
 * One of the players that a camera offers, on one element: falls back when it shows no picture, and
 * comes back to the better one when that works again.
 */
export class PlayerSwitch implements FrameClock {
  private readonly parts: SwitchParts;
  private readonly backoff = new Backoff(500, 15_000);
  private ladder: PlayerLadder | null = null;
  private current: Player | null = null;
  private trial: PlayerTrial | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private isRunning = false;
  private asked = 0;
  private failure: PlayerFault | null = null;
  private offered: readonly PlayerKind[] = [];
  private lacking: string | null = null;
  private switchedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly context: PlayerContext,
    private choice: PlayerChoice,
    parts: Partial<SwitchParts> = {},
  ) {
    const directory = new LiveDirectory(context.cameraKey);
    this.parts = { directory, createPlayer, incapacity, ...parts };
  }

  get player(): Player | null {
    return this.current;
  }

  /** What the server offers and this browser plays. */
  get kinds(): readonly PlayerKind[] {
    return this.offered;
  }

  /** Why another player than the wanted one plays. */
  get note(): string | null {
    return this.ladder?.note ?? this.lacking;
  }

  /** Of the present player, once there is no other to turn to. */
  get fault(): PlayerFault | null {
    const fault = this.current?.fault ?? null;
    if (this.ladder === null) return this.failure;
    return fault?.reason === 'autoplay_blocked' || this.ladder.isExhausted ? fault : null;
  }

  get connection(): ConnectionHealth {
    return this.current?.connection ?? 'new';
  }

  get isApproximate(): boolean {
    return this.current?.clock.isApproximate ?? false;
  }

  get toleranceTicks(): number {
    return this.current?.clock.toleranceTicks ?? 0;
  }

  ptsOf(metadata: FrameMetadata): number | null {
    return this.current?.clock.ptsOf(metadata) ?? null;
  }

  start(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    if (this.current === null) void this.ask();
    else this.current.start();
  }

  stop(): void {
    this.isRunning = false;
    this.asked += 1;
    if (this.timer !== null) clearTimeout(this.timer);
    this.endTrial();
    this.current?.stop();
  }

  dispose(): void {
    this.stop();
    this.current?.dispose();
    this.current = null;
  }

  /** The wanted player changes; it takes over at once. */
  choose(choice: PlayerChoice): void {
    if (choice === this.choice) return;
    this.choice = choice;
    if (this.isRunning) void this.ask();
  }

  tick(facts: SwitchFacts): void {
    this.current?.tick(facts);
    const { ladder } = this;
    if (ladder === null || this.current === null) return;
    const { nowMs, frameAtMs } = facts;
    const next = ladder.step({
      nowMs,
      // A frame of the former player says nothing about this one.
      frameAtMs: frameAtMs > this.switchedAtMs ? frameAtMs : Number.NaN,
      isPictureDue: facts.expectsBytes && facts.isWatched,
      fault: this.current.fault,
    });
    if (next !== null) this.use(next, nowMs);
    else if (facts.expectsBytes && facts.isWatched) this.tryBetter(ladder, facts);
  }

  frameShown(metadata: FrameMetadata, pts90k: number | null): void {
    this.current?.frameShown(metadata, pts90k);
  }

  private async ask(): Promise<void> {
    this.asked += 1;
    const { asked } = this;
    try {
      const offers = await this.parts.directory.list();
      if (asked !== this.asked) return;
      this.backoff.reset();
      this.begin(offers.map(({ kind }) => kind));
    } catch {
      // Whether the server is away is said by the page; here it only means another attempt.
      if (asked !== this.asked) return;
      this.timer = setTimeout(() => void this.ask(), this.backoff.nextMs());
    }
  }

  private begin(kinds: readonly PlayerKind[]): void {
    this.offered = kinds.filter((kind) => this.parts.incapacity(kind) === null);
    this.lacking = this.lackOf(kinds, this.offered[0]);
    const first = this.offered.filter((kind) => kind === this.choice);
    const order = [...new Set([...first, ...this.offered])];
    this.endTrial();
    if (order.length === 0) {
      this.ladder = null;
      this.failure = NO_OFFER;
      return;
    }
    this.ladder = new PlayerLadder(order);
    if (this.current?.kind !== this.ladder.kind) this.use(this.ladder.kind, performance.now());
  }

  private use(kind: PlayerKind, nowMs: number): void {
    if (this.current !== null) this.context.restarting();
    this.endTrial();
    this.current?.dispose();
    this.switchedAtMs = nowMs;
    this.current = this.make(kind, this.context);
    this.current.start();
  }

  private tryBetter(ladder: PlayerLadder, facts: SwitchFacts): void {
    if (this.trial === null) {
      const kind = ladder.dueTrial(facts.nowMs);
      if (kind === null) return;
      this.trial = new PlayerTrial(kind, this.context.cameraKey, this.make, facts.nowMs);
      return;
    }
    const { kind } = this.trial;
    const result = this.trial.tick(facts);
    if (result === 'running') return;
    this.endTrial();
    if (result === 'won') {
      ladder.trialWon(kind);
      this.use(kind, facts.nowMs);
    } else {
      ladder.trialFailed(kind, `no picture within ${PATIENCE_MS[kind] / 1_000} s`, facts.nowMs);
    }
  }

  private readonly make = (kind: PlayerKind, context: PlayerContext): Player =>
    this.parts.createPlayer(kind, context, this.parts.directory);

  /** Why the server's best way is not taken although nothing failed. */
  private lackOf(kinds: readonly PlayerKind[], used: PlayerKind | undefined): string | null {
    const [best] = kinds;
    if (best === undefined || used === undefined || best === used) return null;
    const reason = this.parts.incapacity(best);
    return `${PLAYER_NAMES[best]}: ${reason}, showing ${PLAYER_NAMES[used]}`;
  }

  private endTrial(): void {
    this.trial?.dispose();
    this.trial = null;
  }
}
