import type { LiveOffer } from '@/shared/api/live';
import type { ConnectionHealth } from './connection-health';
import type { FrameClock, FrameMetadata } from './frame-clock';
import type { LiveEdge } from './live-edge';

/** Ways for live video to come here, as the server names them. */
export type PlayerKind = LiveOffer['kind'];

/** Why there is no picture although the server may well send one. */
export interface PlayerFault {
  readonly reason: 'unsupported_codec' | 'not_found' | 'forbidden' | 'autoplay_blocked' | 'broken';
  readonly detail: string;
  /** The same as a part of another sentence, where `detail` says more than the cause. */
  readonly cause?: string;
}

/** How the transfer does; what a player cannot know stays null. */
export interface TransferFigures {
  bytesReceived: number;
  codec: string | null;
  /** Share of the packets that were lost on the way, 0..1, over the last seconds. */
  lossShare: number | null;
  /** So long frames wait between arrival and decoding. */
  jitterBufferMs: number | null;
  /** Frames thrown away by the decoder, where the video element does not count them. */
  framesDropped: number | null;
}

export function noFigures(): TransferFigures {
  return {
    bytesReceived: 0,
    codec: null,
    lossShare: null,
    jitterBufferMs: null,
    framesDropped: null,
  };
}

/** When something happens on the clock of `performance.now()`. */
export interface TickFacts {
  readonly nowMs: number;
  /** So far behind its live end the video is wanted; 0 asks for the least that plays smoothly. */
  readonly targetMs: number;
  /** The camera is online, so that silence means a dead connection. */
  readonly expectsBytes: boolean;
}

/**
 * Plays one camera in one video element, close to its live end, and comes back by itself.
 *
 * From `start` to `dispose`; between `stop` and another `start` the last picture stays.
 */
export interface Player {
  readonly kind: PlayerKind;
  readonly clock: FrameClock;
  /** Live end of what has come to this browser, in media time. */
  readonly edge: LiveEdge;
  readonly figures: TransferFigures;
  readonly connection: ConnectionHealth;
  readonly fault: PlayerFault | null;
  /** Where the delay is steered to now, which may be more than what was asked for. */
  readonly targetMs: number;
  start(): void;
  stop(): void;
  dispose(): void;
  /** Call a few times a second. */
  tick(facts: TickFacts): void;
  /** A frame is on the screen; `pts90k` is what the clock said of it. */
  frameShown(metadata: FrameMetadata, pts90k: number | null): void;
  /** How far the picture is behind the live end; null where that is not known. */
  lagMs(nowMs: number): number | null;
}

/** What any player needs of the outside. */
export interface PlayerContext {
  readonly video: HTMLVideoElement;
  readonly cameraKey: string;
  /** Called before the element loses its picture for a new stream. */
  readonly restarting: () => void;
}
