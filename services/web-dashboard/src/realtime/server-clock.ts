/**
 * The server's time on this page.
 *
 * It counts from `performance.now()`, which nobody sets: a computer whose wall clock jumps does not
 * move what was measured. A new greeting measures anew, so that a sleep of the computer is mended.
 */
export class ServerClock {
  private offsetMs = Number.NaN;

  get isKnown(): boolean {
    return !Number.isNaN(this.offsetMs);
  }

  /** The server said that it is `serverMs`, at `pageMs` of `performance.now()`. */
  note(serverMs: number, pageMs: number): void {
    if (Number.isFinite(serverMs)) this.offsetMs = serverMs - pageMs;
  }

  /** Server time, Unix ms, at a moment of `performance.now()`; NaN before the first greeting. */
  at(pageMs: number): number {
    return pageMs + this.offsetMs;
  }

  /** The moment of `performance.now()` at which the server's clock showed `serverMs`. */
  pageTimeOf(serverMs: number): number {
    return serverMs - this.offsetMs;
  }
}
