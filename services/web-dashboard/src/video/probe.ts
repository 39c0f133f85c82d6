import type { JoinedFrame, JoinKind } from '@/overlay';

/**
 * What was on the screen, for tests in a browser: open the page with `?probe=1` (or set
 * `data-sentinel-probe` on the document's element) and read `window.__sentinelProbe`.
 */
export interface ProbedFrame {
  /** `pts_90k` of the displayed frame. */
  readonly pts: number;
  /** `pts_90k` of the detections drawn on it; equal to `pts` where `kind` is `exact`. */
  readonly boxesPts: number | null;
  readonly kind: JoinKind;
  /** How many objects were drawn. */
  readonly boxes: number;
  /** `performance.now()` of the drawing. */
  readonly atMs: number;
}

declare global {
  interface Window {
    /** The last displayed frames by camera key, oldest first. */
    __sentinelProbe?: Record<string, ProbedFrame[]>;
  }
}

const KEPT_FRAMES = 300;

let isWanted: boolean | null = null;

/** Asked once: later navigation inside the page drops the query. */
function isProbing(): boolean {
  isWanted ??=
    new URLSearchParams(window.location.search).get('probe') === '1' ||
    document.documentElement.hasAttribute('data-sentinel-probe');
  return isWanted;
}

export function probeFrame(cameraKey: string, frame: JoinedFrame, atMs: number): void {
  if (!isProbing()) return;
  const { pts90k: pts, boxesPts90k: boxesPts, kind, count: boxes } = frame;
  window.__sentinelProbe ??= {};
  const frames = window.__sentinelProbe[cameraKey] ?? [];
  window.__sentinelProbe[cameraKey] = frames;
  frames.push({ pts, boxesPts, kind, boxes, atMs });
  if (frames.length > KEPT_FRAMES) frames.shift();
}
