/** Waiting times between attempts: doubling from `firstMs` to `cappedMs`, each jittered. */
export class Backoff {
  private attempts = 0;

  constructor(
    private readonly firstMs: number,
    private readonly cappedMs: number,
    private readonly random: () => number = Math.random,
  ) {}

  /** Failed attempts since the last `reset`. */
  get failures(): number {
    return this.attempts;
  }

  /** The next wait: between half and the whole of the doubled time, so that clients spread. */
  nextMs(): number {
    const ceiling = Math.min(this.cappedMs, this.firstMs * 2 ** this.attempts);
    this.attempts += 1;
    return Math.round(ceiling * (0.5 + 0.5 * this.random()));
  }

  reset(): void {
    this.attempts = 0;
  }
}
