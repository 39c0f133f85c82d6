/** A page that nobody sees gives its streams back after this. */
const HIDDEN_STOP_MS = 30_000;

/** Whether somebody can see this page, and since when. */
export class PageAttention {
  /** `performance.now()` since when the page is seen. */
  shownSinceMs: number;
  private hiddenSinceMs: number | null = null;

  /** @param changed Called when the page is seen again or no longer. */
  constructor(
    private readonly changed: (isSeen: boolean) => void,
    nowMs: number,
  ) {
    this.shownSinceMs = nowMs;
  }

  get isSeen(): boolean {
    return this.hiddenSinceMs === null;
  }

  /** Hidden for so long that nothing need be transferred. */
  isForgotten(nowMs: number): boolean {
    return this.hiddenSinceMs !== null && nowMs - this.hiddenSinceMs > HIDDEN_STOP_MS;
  }

  start(): void {
    document.addEventListener('visibilitychange', this.visibilityChanged);
    if (document.visibilityState === 'hidden') this.hiddenSinceMs = performance.now();
  }

  stop(): void {
    document.removeEventListener('visibilitychange', this.visibilityChanged);
  }

  private readonly visibilityChanged = (): void => {
    const nowMs = performance.now();
    if (document.visibilityState === 'hidden') {
      this.hiddenSinceMs = nowMs;
    } else {
      this.hiddenSinceMs = null;
      this.shownSinceMs = nowMs;
    }
    this.changed(this.isSeen);
  };
}
