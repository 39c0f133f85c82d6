import type { FrameClock, FrameMetadata } from './frame-clock';

const TICKS_PER_MS = 90;
const CYCLE = 2 ** 32;
const HALF_CYCLE = CYCLE / 2;
/** Half a frame of 25 per second: no better is known without the timestamp. */
const APPROXIMATE_TICKS = 20 * TICKS_PER_MS;

/**
 * The time nearest to `near` that an RTP timestamp of 32 bits can mean.
 *
 * The counter begins again every 13.25 hours, so that `near` may be off by six and a half.
 */
export function unwrapRtp(rtpTimestamp: number, near: number): number {
  const lead = modulo(rtpTimestamp - near, CYCLE);
  return Math.round(near + (lead >= HALF_CYCLE ? lead - CYCLE : lead));
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}

/** Media time by the clock of the camera: of a moment of `performance.now()`; null: not known. */
export type PtsAt = (pageMs: number) => number | null;

/**
 * The clock of WebRTC: packets carry the low 32 bits of `pts_90k`, which the browser hands through.
 *
 * Browsers that do not are told the time by the arrival of the frame and the delay measured on its
 * way; that is good to a frame or two, and says so.
 */
export class RtpClock implements FrameClock {
  /** From the server to here and out of the jitter buffer, as far as it is known. */
  delayMs = 0;
  private hasTimestamps = true;

  constructor(private readonly ptsAt: PtsAt) {}

  get isApproximate(): boolean {
    return !this.hasTimestamps;
  }

  get toleranceTicks(): number {
    return this.hasTimestamps ? 0 : APPROXIMATE_TICKS;
  }

  ptsOf(metadata: FrameMetadata): number | null {
    const { rtpTimestamp, receiveTime, presentationTime } = metadata;
    this.hasTimestamps = rtpTimestamp !== undefined;
    const arrivedAtMs = (receiveTime ?? presentationTime) - this.delayMs;
    const near = this.ptsAt(this.hasTimestamps ? presentationTime : arrivedAtMs);
    if (near === null) return null;
    return rtpTimestamp === undefined ? Math.round(near) : unwrapRtp(rtpTimestamp, near);
  }
}
