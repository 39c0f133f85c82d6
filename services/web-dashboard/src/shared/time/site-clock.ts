/**
 * The server's time, shown by everything that says "ago": a control room's computer may be wrong.
 * Ticks once a second while somebody looks.
 */
class SiteClock {
  #offsetMs = 0;
  #listeners = new Set<() => void>();
  #timer: ReturnType<typeof setInterval> | null = null;
  #shown = 0;

  /** @param serverMs what the server said; @param localMs when it said so, by this computer. */
  adjust(serverMs: number, localMs: number): void {
    if (Number.isFinite(serverMs)) this.#offsetMs = serverMs - localMs;
  }

  /** How far this computer's clock is behind the server's, ms. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  now(): number {
    return Date.now() + this.#offsetMs;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    this.#timer ??= setInterval(this.#tick, 1000);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0 && this.#timer !== null) {
        clearInterval(this.#timer);
        this.#timer = null;
      }
    };
  };

  /** The time of the last tick, so that all that is drawn together agrees. */
  readonly snapshot = (): number => {
    if (this.#timer === null || this.#shown === 0) this.#shown = this.now();
    return this.#shown;
  };

  readonly #tick = (): void => {
    this.#shown = this.now();
    for (const listener of this.#listeners) listener();
  };
}

export const siteClock = new SiteClock();
