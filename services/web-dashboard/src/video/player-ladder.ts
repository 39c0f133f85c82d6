import type { PlayerFault, PlayerKind } from './player';

export const PLAYER_NAMES: Readonly<Record<PlayerKind, string>> = {
  whep: 'WebRTC',
  ll_hls: 'LL-HLS',
  mse: 'MSE',
};

/** What one step needs to know. */
export interface LadderFacts {
  readonly nowMs: number;
  /** A picture may be expected: the camera is online, the server is there, somebody looks. */
  readonly isPictureDue: boolean;
  /** When the present player showed its last frame; NaN before the first. */
  readonly frameAtMs: number;
  readonly fault: PlayerFault | null;
}

/** For the first picture. HLS begins at a key frame of the past: that may have to be waited for. */
export const PATIENCE_MS: Readonly<Record<PlayerKind, number>> = {
  whep: 5_000,
  ll_hls: 10_000,
  mse: 5_000,
};
const PATIENCE_ONCE_PLAYED_MS = 8_000;
const LONGEST_PATIENCE_MS = 60_000;
const FRESH_MS = 1_000;
const RETRY_AFTER_MS = 30_000;
const LONGEST_RETRY_MS = 600_000;
/** These do not heal while one waits. */
const HOPELESS: readonly PlayerFault['reason'][] = ['unsupported_codec', 'forbidden'];

interface Failure {
  readonly reason: string;
  readonly retryAtMs: number;
  readonly times: number;
}

/**
 * Decides which player plays: the best that shows a picture, and later a better one again. Pure;
 * whoever holds the players does what it says.
 */
export class PlayerLadder {
  private at = 0;
  private round = 0;
  private waitedMs = 0;
  private steppedAtMs = Number.NaN;
  private hasPlayed = false;
  private readonly failures = new Map<PlayerKind, Failure>();
  private readonly failedThisRound = new Set<PlayerKind>();

  /** @param kinds At least one, the best first. */
  constructor(private readonly kinds: readonly PlayerKind[]) {}

  get kind(): PlayerKind {
    return this.kinds[this.at] as PlayerKind;
  }

  /** Whether no other player is left to try instead of the present one. */
  get isExhausted(): boolean {
    return this.kinds.every((kind) => kind === this.kind || this.failedThisRound.has(kind));
  }

  /** Why not the best one plays, in plain words; null while it does. */
  get note(): string | null {
    const best = this.kinds[0] as PlayerKind;
    const failure = this.failures.get(best);
    if (best === this.kind || !failure) return null;
    return `${PLAYER_NAMES[best]}: ${failure.reason}, showing ${PLAYER_NAMES[this.kind]}`;
  }

  /** Looks at the present player; says which one is to take its place, if any. */
  step(facts: LadderFacts): PlayerKind | null {
    this.wait(facts);
    const reason = this.failureOf(facts);
    if (reason === null || this.kinds.length === 1) return null;
    return this.giveUp(reason, facts.nowMs);
  }

  /** A better player whose time has come to be tried again, beside the present one. */
  dueTrial(nowMs: number): PlayerKind | null {
    const better = this.kinds.slice(0, this.at);
    return better.find((kind) => (this.failures.get(kind)?.retryAtMs ?? 0) <= nowMs) ?? null;
  }

  trialFailed(kind: PlayerKind, reason: string, nowMs: number): void {
    this.noteFailure(kind, reason, nowMs);
  }

  /** The trial showed a picture: that player takes over. */
  trialWon(kind: PlayerKind): void {
    this.failures.delete(kind);
    this.moveTo(this.kinds.indexOf(kind));
  }

  private wait({ nowMs, isPictureDue, frameAtMs }: LadderFacts): void {
    const elapsedMs = Number.isNaN(this.steppedAtMs) ? 0 : nowMs - this.steppedAtMs;
    this.steppedAtMs = nowMs;
    if (nowMs - frameAtMs < FRESH_MS) {
      this.waitedMs = 0;
      this.hasPlayed = true;
      this.round = 0;
      this.failedThisRound.clear();
    } else if (isPictureDue) {
      this.waitedMs += elapsedMs;
    }
  }

  private failureOf({ fault }: LadderFacts): string | null {
    if (fault?.reason === 'autoplay_blocked') return null;
    if (fault !== null && HOPELESS.includes(fault.reason) && !this.isExhausted) {
      return inWords(fault);
    }
    const base = this.hasPlayed ? PATIENCE_ONCE_PLAYED_MS : PATIENCE_MS[this.kind];
    const patienceMs = Math.min(LONGEST_PATIENCE_MS, base * 2 ** this.round);
    if (this.waitedMs < patienceMs) return null;
    if (fault !== null) return inWords(fault);
    return this.hasPlayed
      ? `the picture stood for ${base / 1_000} s`
      : `no picture within ${base / 1_000} s`;
  }

  private giveUp(reason: string, nowMs: number): PlayerKind {
    this.noteFailure(this.kind, reason, nowMs);
    this.failedThisRound.add(this.kind);
    let next = this.kinds.findIndex((kind) => !this.failedThisRound.has(kind));
    if (next < 0) {
      this.failedThisRound.clear();
      this.round += 1;
      next = 0;
    }
    this.moveTo(next);
    return this.kind;
  }

  private noteFailure(kind: PlayerKind, reason: string, nowMs: number): void {
    const times = (this.failures.get(kind)?.times ?? 0) + 1;
    const pauseMs = Math.min(LONGEST_RETRY_MS, RETRY_AFTER_MS * 2 ** (times - 1));
    this.failures.set(kind, { reason, times, retryAtMs: nowMs + pauseMs });
  }

  private moveTo(index: number): void {
    this.at = index;
    this.waitedMs = 0;
    this.hasPlayed = false;
  }
}

/** The sentence of a fault as a part of another one. */
function inWords({ detail, cause }: PlayerFault): string {
  if (cause !== undefined) return cause;
  const text = detail.replace(/\.$/, '');
  return text.charAt(0).toLowerCase() + text.slice(1);
}
