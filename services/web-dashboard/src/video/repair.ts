import { Backoff } from '@/realtime';

const HEALTHY_AFTER_MS = 30_000;

/** Starts a broken stream again, more slowly where it breaks again and again. */
export class Repair {
  private readonly backoff = new Backoff(300, 15_000);
  private timer: ReturnType<typeof setTimeout> | null = null;
  private brokenAtMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly restart: () => void) {}

  schedule(nowMs: number): void {
    if (this.timer !== null) return;
    if (nowMs - this.brokenAtMs > HEALTHY_AFTER_MS) this.backoff.reset();
    this.brokenAtMs = nowMs;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.restart();
    }, this.backoff.nextMs());
  }

  cancel(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}
