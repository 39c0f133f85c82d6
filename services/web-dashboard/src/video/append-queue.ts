/** What an `AppendQueue` needs of a `SourceBuffer`. */
export type Appendable = Pick<
  SourceBuffer,
  'updating' | 'appendBuffer' | 'remove' | 'addEventListener' | 'removeEventListener'
>;

const MAX_WAITING_BYTES = 32 * 1024 * 1024;

/**
 * Feeds a `SourceBuffer`, which takes one thing at a time: whatever comes while it works is joined
 * to one piece and goes in next.
 */
export class AppendQueue {
  private readonly waiting: ArrayBuffer[] = [];
  private waitingBytes = 0;
  private removeUntilS = 0;
  private closed = false;

  /** @param broken Told once, with the reason, when the buffer takes no more. */
  constructor(
    private readonly buffer: Appendable,
    private readonly broken: (reason: string) => void,
  ) {
    buffer.addEventListener('updateend', this.feed);
    buffer.addEventListener('error', this.failed);
  }

  append(bytes: ArrayBuffer): void {
    this.waiting.push(bytes);
    this.waitingBytes += bytes.byteLength;
    if (this.waitingBytes > MAX_WAITING_BYTES) this.fail('the browser does not keep up');
    else this.feed();
  }

  /** Removes what lies before `untilS`, seconds of media time, at the next occasion. */
  removeBefore(untilS: number): void {
    this.removeUntilS = untilS;
    this.feed();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.waiting.length = 0;
    this.buffer.removeEventListener('updateend', this.feed);
    this.buffer.removeEventListener('error', this.failed);
  }

  private readonly feed = (): void => {
    if (this.closed || this.buffer.updating) return;
    try {
      if (this.removeUntilS > 0) {
        const until = this.removeUntilS;
        this.removeUntilS = 0;
        this.buffer.remove(0, until);
      } else if (this.waiting.length > 0) {
        this.buffer.appendBuffer(this.takeAll());
      }
    } catch (error) {
      // QuotaExceededError, or a buffer that was detached by an error of the media element.
      this.fail(error instanceof DOMException ? error.name : String(error));
    }
  };

  private readonly failed = (): void => this.fail('the browser cannot read the video');

  private fail(reason: string): void {
    if (this.closed) return;
    this.close();
    this.broken(reason);
  }

  private takeAll(): ArrayBuffer {
    const first = this.waiting[0] as ArrayBuffer;
    const joined = this.waiting.length === 1 ? first : this.join();
    this.waiting.length = 0;
    this.waitingBytes = 0;
    return joined;
  }

  private join(): ArrayBuffer {
    const joined = new Uint8Array(this.waitingBytes);
    let at = 0;
    for (const piece of this.waiting) {
      joined.set(new Uint8Array(piece), at);
      at += piece.byteLength;
    }
    return joined.buffer;
  }
}
