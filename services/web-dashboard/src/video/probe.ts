import type { JoinedFrame, JoinKind } from '@/overlay';
import type { OverlayMode } from '@/shared/state/preferences';
import { pageOptions } from './page-options';
import type { PlayerKind } from './player';

/**
 * What was on the screen, for tests in a browser: open the page with `?probe=1` and read
 * `window.__sentinelProbe`.
 */
export interface ProbedFrame {
  /** `pts_90k` of the displayed frame; null while the player's clock is not known. */
  readonly pts: number | null;
  /** `pts_90k` of the detections drawn on it; equal to `pts` where `kind` is `exact`. */
  readonly boxesPts: number | null;
  readonly kind: JoinKind;
  /** How many objects were drawn. */
  readonly boxes: number;
  /** How far the boxes are from what was seen of their objects, ms; null without boxes. */
  readonly errorMs: number | null;
  /** From capture to the screen, ms; null while the clocks are not known. */
  readonly latencyMs: number | null;
  readonly player: PlayerKind | null;
  readonly mode: OverlayMode;
  /** `performance.now()` at which the frame was handed to the screen. */
  readonly atMs: number;
}

/** What the frame itself does not tell. */
export type FrameFacts = Pick<ProbedFrame, 'pts' | 'latencyMs' | 'player' | 'mode' | 'atMs'>;

declare global {
  interface Window {
    /** The last displayed frames by camera key, oldest first. */
    __sentinelProbe?: Record<string, ProbedFrame[]>;
  }
}

const KEPT_FRAMES = 300;

export function probeFrame(cameraKey: string, frame: JoinedFrame, facts: FrameFacts): void {
  if (!pageOptions().isProbing) return;
  const { boxesPts90k: boxesPts, kind, count: boxes, errorMs } = frame;
  // The join may have moved the time by a clock's tolerance onto the sample.
  const pts = facts.pts === null ? null : frame.pts90k;
  window.__sentinelProbe ??= {};
  const frames = window.__sentinelProbe[cameraKey] ?? [];
  window.__sentinelProbe[cameraKey] = frames;
  frames.push({ ...facts, pts, boxesPts, kind, boxes, errorMs });
  if (frames.length > KEPT_FRAMES) frames.shift();
}
