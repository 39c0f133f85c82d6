/** The last so many values, for percentiles; makes no garbage while it runs. */
export class RecentValues {
  private readonly values: Float64Array;
  private readonly sorted: Float64Array;
  private next = 0;
  private size = 0;

  constructor(capacity: number) {
    this.values = new Float64Array(capacity);
    this.sorted = new Float64Array(capacity);
  }

  get count(): number {
    return this.size;
  }

  add(value: number): void {
    this.values[this.next] = value;
    this.next = (this.next + 1) % this.values.length;
    this.size = Math.min(this.values.length, this.size + 1);
  }

  clear(): void {
    this.next = 0;
    this.size = 0;
  }

  /** The value that a share (0..1) of all is not above; null where there is none. */
  percentile(share: number): number | null {
    if (this.size === 0) return null;
    const known = this.sorted.subarray(0, this.size);
    known.set(this.values.subarray(0, this.size));
    known.sort();
    return known[Math.max(0, Math.ceil(share * this.size) - 1)] as number;
  }
}
