import { type DetectionRing, ObjectList, type Sample } from './detection-ring';
import { TICKS_PER_MS } from './ticks';

/** How the boxes of a displayed frame were found. */
export type JoinKind = 'exact' | 'interpolated' | 'extrapolated' | 'none';

/** For how long boxes move on by themselves when newer ones are missing. */
export const HOLD_MS = 400;
/** In how much time they disappear after that. */
export const FADE_MS = 200;
/** Samples further apart say nothing about the time between them. */
const BRIDGED_MS = 1_000;

/** What may be drawn on a frame that has no detections of its own. */
export interface JoinRules {
  /** Boxes may be moved on by their velocity; if not, a frame without newer ones has none. */
  readonly mayGuess: boolean;
  /** Clocks that are not exact to the tick: a sample so near is the frame's own. */
  readonly toleranceTicks: number;
}

const BY_EQUALITY: JoinRules = { mayGuess: true, toleranceTicks: 0 };

/** The objects to draw on one displayed frame; one instance is filled again for every frame. */
export class JoinedFrame extends ObjectList {
  kind: JoinKind = 'none';
  /** The displayed frame. */
  pts90k = 0;
  /** Stream epoch of the boxes: track numbers mean something only within it. */
  epoch = '';
  /** The sample that the boxes come from (the earlier of the two when interpolated). */
  boxesPts90k: number | null = null;

  /**
   * So far in media time the boxes are from what was seen of their objects, ms: 0 on a frame's own
   * boxes and between two samples; while guessed, the age of the guess. Null without boxes.
   */
  get errorMs(): number | null {
    if (this.boxesPts90k === null) return null;
    return this.kind === 'extrapolated' ? (this.pts90k - this.boxesPts90k) / TICKS_PER_MS : 0;
  }
}

/**
 * Finds the objects of the frame on the screen.
 *
 * The very frame's own detections where they exist (equality of `pts_90k`: both sides carry the
 * same clock); else each track linearly between its two neighbouring samples; else, where guessing
 * is allowed, the last sample moved on by its tracks' velocities for `HOLD_MS`, then faded out.
 * Nothing is carried over the border of two stream epochs.
 */
export function joinFrame(
  ring: DetectionRing,
  pts90k: number,
  out: JoinedFrame,
  rules: JoinRules = BY_EQUALITY,
): JoinKind {
  const index = ring.floorIndex(pts90k + rules.toleranceTicks);
  const before = ring.at(index);
  out.pts90k = snap(pts90k, before, rules.toleranceTicks);
  out.count = 0;
  out.epoch = before?.epoch ?? '';
  out.boxesPts90k = before?.pts90k ?? null;
  out.kind = before ? joinAfter(ring, index, out, rules.mayGuess) : 'none';
  if (out.kind === 'none') out.boxesPts90k = null;
  return out.kind;
}

/** A frame of which not even its time is known. */
export function joinNothing(out: JoinedFrame): JoinKind {
  out.count = 0;
  out.epoch = '';
  out.boxesPts90k = null;
  out.kind = 'none';
  return out.kind;
}

function snap(pts90k: number, nearest: Sample | undefined, toleranceTicks: number): number {
  if (!nearest || Math.abs(nearest.pts90k - pts90k) > toleranceTicks) return pts90k;
  return nearest.pts90k;
}

function joinAfter(
  ring: DetectionRing,
  index: number,
  out: JoinedFrame,
  mayGuess: boolean,
): JoinKind {
  const before = ring.at(index) as Sample;
  if (before.pts90k === out.pts90k) {
    for (let i = 0; i < before.count; i += 1) copyObject(before, i, out, 1);
    return 'exact';
  }
  const after = ring.at(index + 1);
  if (after && bridges(before, after)) {
    interpolate(before, after, out, mayGuess);
    return 'interpolated';
  }
  if (!mayGuess) return 'none';
  const earlier = ring.at(index - 1);
  return extrapolate(earlier && bridges(earlier, before) ? earlier : undefined, before, out);
}

function bridges(first: Sample, second: Sample): boolean {
  return first.epoch === second.epoch && second.pts90k - first.pts90k <= BRIDGED_MS * TICKS_PER_MS;
}

/**
 * An object without a partner stays where it was and fades towards the sample that lacks it; where
 * nothing may be guessed it is not drawn, for it may well have moved.
 */
function interpolate(before: Sample, after: Sample, out: JoinedFrame, mayGuess: boolean): void {
  const share = (out.pts90k - before.pts90k) / (after.pts90k - before.pts90k);
  for (let i = 0; i < before.count; i += 1) {
    const partner = after.indexOfTrack(before.trackIds[i] as number);
    if (partner < 0 && !mayGuess) continue;
    const at = copyObject(before, i, out, partner < 0 ? 1 - share : 1) * 4;
    if (partner < 0) continue;
    for (let side = 0; side < 4; side += 1) {
      const from = before.boxes[i * 4 + side] as number;
      const to = after.boxes[partner * 4 + side] as number;
      out.boxes[at + side] = from + (to - from) * share;
    }
  }
}

/**
 * Moves each box by its track's velocity; its size stays. A box whose velocity is not known is soon
 * beside its object, so it fades meanwhile.
 */
function extrapolate(earlier: Sample | undefined, last: Sample, out: JoinedFrame): JoinKind {
  const heldMs = (out.pts90k - last.pts90k) / TICKS_PER_MS;
  const alpha = 1 - Math.max(0, heldMs - HOLD_MS) / FADE_MS;
  if (alpha <= 0) return 'none';
  const ahead = Math.min(heldMs, HOLD_MS) * TICKS_PER_MS;
  const restingAlpha = Math.max(0, 1 - heldMs / (HOLD_MS + FADE_MS));
  for (let i = 0; i < last.count; i += 1) {
    const partner = earlier ? earlier.indexOfTrack(last.trackIds[i] as number) : -1;
    const at = copyObject(last, i, out, partner < 0 ? restingAlpha : alpha) * 4;
    if (!earlier || partner < 0) continue;
    const share = ahead / (last.pts90k - earlier.pts90k);
    for (let axis = 0; axis < 2; axis += 1) {
      const moved = centre(last, i, axis) - centre(earlier, partner, axis);
      out.boxes[at + axis] = (out.boxes[at + axis] as number) + moved * share;
    }
  }
  return 'extrapolated';
}

function centre(sample: Sample, index: number, axis: number): number {
  const at = index * 4 + axis;
  return (sample.boxes[at] as number) + (sample.boxes[at + 2] as number) / 2;
}

/** Appends an object and says where. */
function copyObject(from: Sample, index: number, out: JoinedFrame, alpha: number): number {
  const at = out.count;
  out.reserve(at + 1);
  out.count = at + 1;
  for (let side = 0; side < 4; side += 1) {
    out.boxes[at * 4 + side] = from.boxes[index * 4 + side] as number;
  }
  out.trackIds[at] = from.trackIds[index] as number;
  out.classes[at] = from.classes[index] as string;
  out.incidents[at] = from.incidents[index] ?? null;
  out.alphas[at] = alpha;
  return at;
}
