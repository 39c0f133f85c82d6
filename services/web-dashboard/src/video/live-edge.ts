const BUCKET_MS = 1_000;
const BUCKETS = 12;

/**
 * Where the live end of a stream is at any moment, in media time.
 *
 * The end of the buffer jumps by a frame with each arrival, and the first group of pictures comes
 * in one burst. What is steady is how far the promptest frame of the last seconds was ahead of the
 * local clock: the largest difference of presentation time and time of arrival.
 */
export class LiveEdge {
  private readonly leads = new Float64Array(BUCKETS).fill(Number.NEGATIVE_INFINITY);
  private bucket = 0;
  private bucketStartedMs = Number.NEGATIVE_INFINITY;
  private lead = Number.NEGATIVE_INFINITY;

  /** A frame of media time `ptsMs` has come. */
  note(ptsMs: number, arrivedAtMs: number): void {
    const lead = ptsMs - arrivedAtMs;
    this.turn(arrivedAtMs);
    if (lead > (this.leads[this.bucket] as number)) {
      this.leads[this.bucket] = lead;
      if (lead > this.lead) this.lead = lead;
    }
  }

  get isKnown(): boolean {
    return Number.isFinite(this.lead);
  }

  /** Media time of the live end, milliseconds; NaN before the first frame. */
  at(nowMs: number): number {
    return this.isKnown ? nowMs + this.lead : Number.NaN;
  }

  reset(): void {
    this.leads.fill(Number.NEGATIVE_INFINITY);
    this.lead = Number.NEGATIVE_INFINITY;
    this.bucketStartedMs = Number.NEGATIVE_INFINITY;
  }

  private turn(nowMs: number): void {
    if (this.bucketStartedMs === Number.NEGATIVE_INFINITY) this.bucketStartedMs = nowMs;
    if (nowMs - this.bucketStartedMs < BUCKET_MS) return;
    this.bucketStartedMs = nowMs;
    this.bucket = (this.bucket + 1) % BUCKETS;
    this.leads[this.bucket] = Number.NEGATIVE_INFINITY;
    this.lead = Math.max(...this.leads);
  }
}
