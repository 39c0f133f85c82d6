import type { TransferFigures } from './player';

/** Of the reports of `getStats` what is read here; all of it is optional in some browser. */
interface Report {
  readonly type: string;
  readonly kind?: string;
  readonly id?: string;
  readonly codecId?: string;
  readonly mimeType?: string;
  readonly sdpFmtpLine?: string;
  readonly bytesReceived?: number;
  readonly packetsReceived?: number;
  readonly packetsLost?: number;
  readonly jitterBufferDelay?: number;
  readonly jitterBufferEmittedCount?: number;
  readonly framesDropped?: number;
  readonly nominated?: boolean;
  readonly currentRoundTripTime?: number;
}

interface Counters {
  readonly received: number;
  readonly lost: number;
  readonly delayS: number;
  readonly emitted: number;
}

const NOTHING: Counters = { received: 0, lost: 0, delayS: 0, emitted: 0 };

/** Turns WebRTC's counters into figures of the time since they were read last. */
export class WhepStats {
  /** Half the round trip to the server. */
  oneWayMs: number | null = null;
  private before = NOTHING;
  private bytesBefore = 0;

  constructor(private readonly figures: TransferFigures) {}

  /** A new session counts from zero. */
  restart(): void {
    this.before = NOTHING;
    this.bytesBefore = 0;
  }

  read(reports: Iterable<Report>): void {
    const all = [...reports];
    const pair = all.find((one) => one.type === 'candidate-pair' && one.nominated);
    const roundTripS = pair?.currentRoundTripTime;
    this.oneWayMs = roundTripS === undefined ? this.oneWayMs : (roundTripS * 1_000) / 2;
    const inbound = all.find((one) => one.type === 'inbound-rtp' && one.kind === 'video');
    if (!inbound) return;
    const codec = all.find((one) => one.type === 'codec' && one.id === inbound.codecId);
    if (codec) this.figures.codec = codecName(codec);
    this.readInbound(inbound);
  }

  private readInbound(inbound: Report): void {
    const { figures, before } = this;
    const now: Counters = {
      received: inbound.packetsReceived ?? 0,
      lost: inbound.packetsLost ?? 0,
      delayS: inbound.jitterBufferDelay ?? 0,
      emitted: inbound.jitterBufferEmittedCount ?? 0,
    };
    const bytes = inbound.bytesReceived ?? 0;
    figures.bytesReceived += Math.max(0, bytes - this.bytesBefore);
    figures.framesDropped = inbound.framesDropped ?? null;
    const lost = Math.max(0, now.lost - before.lost);
    const all = lost + Math.max(0, now.received - before.received);
    if (all > 0) figures.lossShare = lost / all;
    const emitted = now.emitted - before.emitted;
    if (emitted > 0) figures.jitterBufferMs = ((now.delayS - before.delayS) * 1_000) / emitted;
    this.before = now;
    this.bytesBefore = bytes;
  }
}

/** `H.264 42e01f` of `video/H264` and its parameters. */
function codecName({ mimeType = '', sdpFmtpLine = '' }: Report): string {
  const name = mimeType.replace(/^video\//i, '');
  const profile = /profile-level-id=([0-9a-f]{6})/i.exec(sdpFmtpLine)?.[1];
  return profile === undefined ? name : `${name} ${profile.toLowerCase()}`;
}
