const LOWEST_MS = 80;
const HIGHEST_MS = 500;
const RISE_PER_STALL_MS = 60;
const FALL_MS_PER_S = 4;
const STALLS_APART_MS = 400;

/**
 * The least delay that a buffer plays smoothly at: it grows with each time the video ran dry, and
 * shrinks slowly while it does not.
 */
export class SmoothTarget {
  private target = LOWEST_MS;
  private stalledAtMs = Number.NEGATIVE_INFINITY;
  private updatedAtMs = Number.NaN;

  get ms(): number {
    return this.target;
  }

  noteStall(nowMs: number): void {
    if (nowMs - this.stalledAtMs < STALLS_APART_MS) return;
    this.stalledAtMs = nowMs;
    this.target = Math.min(HIGHEST_MS, this.target + RISE_PER_STALL_MS);
  }

  update(nowMs: number): number {
    const elapsedS = Number.isNaN(this.updatedAtMs) ? 0 : (nowMs - this.updatedAtMs) / 1_000;
    this.updatedAtMs = nowMs;
    this.target = Math.max(LOWEST_MS, this.target - FALL_MS_PER_S * elapsedS);
    return this.target;
  }
}
