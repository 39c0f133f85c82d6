/** A greeting takes its way, and waits while the page is busy with its start. */
const GREETING_UNCERTAINTY_MS = 100;
/** Quartz clocks part by less than this. */
const DRIFT_MS_PER_S = 0.1;

/**
 * The server's time on this page.
 *
 * It counts from `performance.now()`, which nobody sets: a computer whose wall clock jumps does not
 * move what was measured. Of all measurements the surest counts: a question and its answer place
 * the server's clock to half of the time between them.
 */
export class ServerClock {
  private offsetMs = Number.NaN;
  private uncertaintyMs = Number.POSITIVE_INFINITY;
  private notedAtMs = 0;

  get isKnown(): boolean {
    return !Number.isNaN(this.offsetMs);
  }

  /** The server said unasked that it is `serverMs`; that came at `pageMs`. */
  noteGreeting(serverMs: number, pageMs: number): void {
    this.note(serverMs - pageMs, GREETING_UNCERTAINTY_MS, pageMs);
  }

  /** The server answered that it is `serverMs`. */
  noteAnswer(serverMs: number, askedAtMs: number, answeredAtMs: number): void {
    const wayMs = (answeredAtMs - askedAtMs) / 2;
    this.note(serverMs - (askedAtMs + wayMs), wayMs, answeredAtMs);
  }

  /** Server time, Unix ms, at a moment of `performance.now()`; NaN before anything was said. */
  at(pageMs: number): number {
    return pageMs + this.offsetMs;
  }

  /** The moment of `performance.now()` at which the server's clock showed `serverMs`. */
  pageTimeOf(serverMs: number): number {
    return serverMs - this.offsetMs;
  }

  private note(offsetMs: number, uncertaintyMs: number, nowMs: number): void {
    if (!Number.isFinite(offsetMs)) return;
    const agedMs = this.uncertaintyMs + ((nowMs - this.notedAtMs) / 1_000) * DRIFT_MS_PER_S;
    const isSurer = !this.isKnown || uncertaintyMs <= agedMs;
    // Both cannot be right: the server's clock was set, or this computer slept.
    const contradicts = Math.abs(offsetMs - this.offsetMs) > uncertaintyMs + agedMs;
    if (!isSurer && !contradicts) return;
    this.offsetMs = offsetMs;
    this.uncertaintyMs = uncertaintyMs;
    this.notedAtMs = nowMs;
  }
}

/** The one of this page. */
export const serverClock = new ServerClock();
