import { AppendQueue } from './append-queue';

/** Safari on iPhones has only the managed kind. */
type MediaSourceClass = typeof MediaSource;

interface BrowserMedia {
  readonly ManagedMediaSource?: MediaSourceClass;
  readonly MediaSource?: MediaSourceClass;
}

function mediaSourceClass(): MediaSourceClass | undefined {
  const browser = globalThis as BrowserMedia;
  return browser.ManagedMediaSource ?? browser.MediaSource;
}

/** Whether media can be fed to this browser's video elements at all. */
export function hasMediaSource(): boolean {
  return mediaSourceClass() !== undefined;
}

/** Whether this browser plays fragmented MP4 of a codec. */
export function canPlay(mimeType: string): boolean {
  return mediaSourceClass()?.isTypeSupported(mimeType) ?? false;
}

export interface SinkHandlers {
  /** Something new is buffered. */
  appended(): void;
  /** The sink takes no more and must be opened again. */
  broken(reason: string): void;
}

/** One `MediaSource` on a video element, from `open` to `close`. */
export class MediaSink {
  private source: MediaSource | null = null;
  private queue: AppendQueue | null = null;
  private early: ArrayBuffer[] = [];
  private address: string | null = null;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly handlers: SinkHandlers,
  ) {
    // The managed kind demands it; casting a control room's tile makes no sense anyway.
    video.disableRemotePlayback = true;
    video.addEventListener('error', this.videoFailed);
  }

  get isOpen(): boolean {
    return this.source !== null;
  }

  /** Starts afresh; the element shows nothing until the first frame. */
  open(mimeType: string): void {
    this.close();
    const Source = mediaSourceClass();
    if (!Source) return;
    const source = new Source();
    this.source = source;
    source.addEventListener('sourceopen', () => this.sourceOpened(source, mimeType), {
      once: true,
    });
    this.address = URL.createObjectURL(source);
    this.video.src = this.address;
  }

  append(bytes: ArrayBuffer): void {
    if (this.queue) this.queue.append(bytes);
    else if (this.source) this.early.push(bytes);
  }

  removeBefore(untilS: number): void {
    this.queue?.removeBefore(untilS);
  }

  /** Lets go of the element's media; may be opened again. */
  close(): void {
    this.queue?.close();
    this.queue = null;
    this.early = [];
    if (this.source === null) return;
    this.source = null;
    this.video.removeAttribute('src');
    this.video.load();
    this.releaseAddress();
  }

  /** Lets go of the element. */
  dispose(): void {
    this.close();
    this.video.removeEventListener('error', this.videoFailed);
  }

  private sourceOpened(source: MediaSource, mimeType: string): void {
    if (source !== this.source) return;
    this.releaseAddress();
    try {
      const buffer = source.addSourceBuffer(mimeType);
      buffer.mode = 'segments';
      buffer.addEventListener('updateend', () => {
        if (source === this.source) this.handlers.appended();
      });
      this.queue = new AppendQueue(buffer, (reason) => this.handlers.broken(reason));
    } catch (error) {
      this.handlers.broken(error instanceof DOMException ? error.name : String(error));
      return;
    }
    const { early } = this;
    this.early = [];
    for (const bytes of early) this.queue.append(bytes);
  }

  private readonly videoFailed = (): void => {
    if (this.source === null) return;
    this.handlers.broken(this.video.error?.message || 'the browser cannot play the video');
  };

  private releaseAddress(): void {
    if (this.address !== null) URL.revokeObjectURL(this.address);
    this.address = null;
  }
}
