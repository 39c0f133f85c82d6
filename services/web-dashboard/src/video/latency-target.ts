const WINDOW = 64;
const NEEDED_AGES = 5;
const FORGOTTEN_AFTER_MS = 10_000;
/** A target may rise quickly, boxes are missing meanwhile; it falls slowly, nothing is lost. */
const RISE_MS_PER_S = 250;
const FALL_MS_PER_S = 40;

export const MIN_TARGET_MS = 150;
/**
 * Not before the boxes of a slow or busy computer are here: 600 ms suffice one that keeps up, and
 * at that bound a busy one showed four of five frames without boxes.
 */
export const MAX_TARGET_MS = 1_500;
const INITIAL_TARGET_MS = 350;

/**
 * How far behind its live end a video must play so that the boxes of a frame are here when the
 * frame is shown: the 95th percentile of the detections' age plus one interval between samples
 * (a frame between two samples needs the later one).
 */
export class LatencyTarget {
  private readonly ages = new Float64Array(WINDOW);
  private readonly sorted = new Float64Array(WINDOW);
  private count = 0;
  private next = 0;
  private lastAgeAtMs = Number.NEGATIVE_INFINITY;
  private updatedAtMs = Number.NaN;
  private isSettled = false;
  private target = INITIAL_TARGET_MS;

  get ms(): number {
    return this.target;
  }

  /** Detections came `ageMs` after the frame they belong to. */
  noteAge(ageMs: number, nowMs: number): void {
    this.ages[this.next] = ageMs;
    this.next = (this.next + 1) % WINDOW;
    this.count = Math.min(WINDOW, this.count + 1);
    this.lastAgeAtMs = nowMs;
  }

  /** 95th percentile of the ages known, or null while there are too few. */
  ageP95Ms(): number | null {
    if (this.count < NEEDED_AGES) return null;
    const known = this.sorted.subarray(0, this.count);
    known.set(this.ages.subarray(0, this.count));
    known.sort();
    return known[Math.ceil(0.95 * this.count) - 1] as number;
  }

  /** Moves the target towards what is needed now. Call a few times a second. */
  update(sampleIntervalMs: number, nowMs: number): number {
    const wanted = this.wantedMs(sampleIntervalMs, nowMs);
    const elapsedS = Number.isNaN(this.updatedAtMs) ? 0 : (nowMs - this.updatedAtMs) / 1_000;
    this.updatedAtMs = nowMs;
    if (wanted === null) return this.target;
    if (!this.isSettled) {
      this.isSettled = true;
      this.target = wanted;
      return this.target;
    }
    const step = Math.max(
      -FALL_MS_PER_S * elapsedS,
      Math.min(RISE_MS_PER_S * elapsedS, wanted - this.target),
    );
    this.target += step;
    return this.target;
  }

  private wantedMs(sampleIntervalMs: number, nowMs: number): number | null {
    // Before the first age there is nothing to forget.
    if (Number.isFinite(this.lastAgeAtMs) && nowMs - this.lastAgeAtMs > FORGOTTEN_AFTER_MS) {
      this.count = 0;
      this.next = 0;
      return MIN_TARGET_MS;
    }
    const age = this.ageP95Ms();
    if (age === null) return null;
    return Math.max(MIN_TARGET_MS, Math.min(MAX_TARGET_MS, age + sampleIntervalMs));
  }
}
