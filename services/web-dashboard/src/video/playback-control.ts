/** A stretch of buffered media, milliseconds of media time. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** All that the next step of a live player depends on. Media times in milliseconds. */
export interface PlaybackView {
  readonly nowMs: number;
  readonly currentMs: number;
  /** Live end by the promptest frames; NaN before the first. */
  readonly edgeMs: number;
  readonly targetMs: number;
  readonly buffered: readonly Stretch[];
  /** The stream has just begun. */
  readonly isSettling: boolean;
  /** The player has no frame after the one it shows. */
  readonly isStarved: boolean;
  /** When it last went back to build up the target, on the clock of `nowMs`. */
  readonly wentBackAtMs: number;
}

export interface PlaybackStep {
  readonly rate: number;
  readonly seekToMs: number | null;
}

const SLOWEST = 0.97;
const FASTEST = 1.1;
/** Within this distance of the target nothing is done. */
const CALM_MS = 30;
/** At this distance the rate is at its end; 0.25 ms per ms and second. */
const FULL_RATE_MS = 400;
const SEEK_OVER_MS = 1_000;
const SEEK_OVER_SETTLING_MS = 200;
const GO_BACK_UNDER_MS = 400;
const GO_BACK_EVERY_MS = 10_000;
const END_MARGIN_MS = 20;

/** How far the picture is behind the live end. */
export function lagMs(view: Pick<PlaybackView, 'edgeMs' | 'currentMs' | 'buffered'>): number {
  const newest = view.buffered.at(-1);
  if (!newest || Number.isNaN(view.edgeMs)) return 0;
  return Math.max(0, Math.min(view.edgeMs, newest.end) - view.currentMs);
}

/**
 * Keeps a live video at its target: by its speed while the error is small, by a jump where it is
 * large or where the video stands before a hole of the buffer.
 */
export function nextStep(view: PlaybackView): PlaybackStep {
  const newest = view.buffered.at(-1);
  if (!newest || Number.isNaN(view.edgeMs)) return { rate: 1, seekToMs: null };
  const wanted = clamp(view.edgeMs - view.targetMs, newest.start, newest.end - 1);
  const reachesTarget = view.edgeMs - view.targetMs >= newest.start;
  if (standsAtHole(view)) {
    // Better a moment later than without boxes: a new stretch plays once it is long enough.
    return { rate: 1, seekToMs: reachesTarget ? wanted : null };
  }
  const error = lagMs(view) - view.targetMs;
  const seekOverMs = view.isSettling ? SEEK_OVER_SETTLING_MS : SEEK_OVER_MS;
  if (error > seekOverMs) return { rate: 1, seekToMs: wanted };
  const mayGoBack =
    view.nowMs - view.wentBackAtMs > GO_BACK_EVERY_MS &&
    view.edgeMs - view.targetMs >= newest.start;
  if (error < -GO_BACK_UNDER_MS && mayGoBack && wanted < view.currentMs) {
    return { rate: 1, seekToMs: wanted };
  }
  return { rate: rateFor(error), seekToMs: null };
}

function rateFor(error: number): number {
  if (Math.abs(error) <= CALM_MS) return 1;
  const rate = 1 + (error / FULL_RATE_MS) * (FASTEST - 1);
  // Whole percents: each new rate costs the browser a round trip.
  return Math.round(clamp(rate, SLOWEST, FASTEST) * 100) / 100;
}

function standsAtHole({ buffered, currentMs, isStarved }: PlaybackView): boolean {
  const at = buffered.findIndex(({ start, end }) => currentMs >= start - 1 && currentMs <= end);
  if (at < 0) return true;
  if (at === buffered.length - 1) return false;
  const left = (buffered[at] as Stretch).end - currentMs;
  return left < END_MARGIN_MS || isStarved;
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
