import type { DetectionEvent } from '@/shared/api/generated/detection-event';
import { TICKS_PER_MS } from './ticks';

/** `trackIds` holds this where the tracker has not confirmed an object yet. */
export const NO_TRACK = -1;

const KEPT_TICKS = 5_000 * TICKS_PER_MS;
const INITIAL_OBJECTS = 32;

/** The objects of one frame as a struct of arrays, reused for ever: playing makes no garbage. */
export class ObjectList {
  count = 0;
  /** x, y, w, h of each object, 0..1 of the picture. */
  boxes = new Float32Array(INITIAL_OBJECTS * 4);
  trackIds = new Int32Array(INITIAL_OBJECTS);
  /** Opacity of each object, 0..1. */
  alphas = new Float32Array(INITIAL_OBJECTS);
  readonly classes: string[] = [];
  /** Type of the incident that an object belongs to. */
  readonly incidents: (string | null)[] = [];

  /** Makes room for `wanted` objects; what is there stays. */
  reserve(wanted: number): void {
    const size = this.trackIds.length;
    if (wanted <= size) return;
    const next = Math.max(wanted, size * 2);
    const { boxes, trackIds, alphas } = this;
    this.boxes = new Float32Array(next * 4);
    this.trackIds = new Int32Array(next);
    this.alphas = new Float32Array(next);
    this.boxes.set(boxes);
    this.trackIds.set(trackIds);
    this.alphas.set(alphas);
  }

  /** Index of a track's object, or -1. */
  indexOfTrack(trackId: number): number {
    if (trackId === NO_TRACK) return -1;
    for (let i = 0; i < this.count; i += 1) if (this.trackIds[i] === trackId) return i;
    return -1;
  }
}

/** One inferred frame. */
export class Sample extends ObjectList {
  pts90k = 0;
  epoch = '';
  /** When it came here, on the clock of `performance.now()`. */
  arrivedAtMs = 0;

  read(event: DetectionEvent, arrivedAtMs: number): void {
    const { detections } = event;
    this.reserve(detections.length);
    this.pts90k = event.pts_90k;
    this.epoch = event.stream_epoch;
    this.arrivedAtMs = arrivedAtMs;
    this.count = detections.length;
    for (const [i, object] of detections.entries()) {
      this.boxes.set(object.bbox, i * 4);
      this.trackIds[i] = object.track_id ?? NO_TRACK;
      this.alphas[i] = 1;
      this.classes[i] = object.class;
      this.incidents[i] = incidentOf(event, object.track_id);
    }
  }
}

function incidentOf(event: DetectionEvent, trackId: number | null): string | null {
  if (trackId === null) return null;
  for (const incident of event.incidents) {
    if (incident.track_ids.includes(trackId)) return incident.type;
  }
  return null;
}

/**
 * The last five seconds of a camera's detections, sorted by `pts_90k`.
 *
 * The media clock is monotonic over loops and reconnects of a source. It starts again only when
 * the camera service does, which shows as a smaller `pts_90k` in an epoch not seen before: then
 * all that is here belongs to another clock and goes.
 */
export class DetectionRing {
  private readonly slots: Sample[];
  private head = 0;
  private size = 0;

  constructor(capacity = 96) {
    this.slots = Array.from({ length: capacity }, () => new Sample());
  }

  get length(): number {
    return this.size;
  }

  /** The sample at a position, 0 is the oldest. */
  at(index: number): Sample | undefined {
    return index < 0 || index >= this.size ? undefined : this.slot(index);
  }

  get newest(): Sample | undefined {
    return this.at(this.size - 1);
  }

  clear(): void {
    this.size = 0;
  }

  /** Takes an event in. A frame that is already here is replaced. */
  add(event: DetectionEvent, arrivedAtMs: number): void {
    const newest = this.newest;
    if (newest && event.pts_90k < newest.pts90k && !this.holdsEpoch(event.stream_epoch)) {
      this.clear();
    }
    const below = this.floorIndex(event.pts_90k);
    const found = this.at(below);
    if (found?.pts90k === event.pts_90k) {
      found.read(event, arrivedAtMs);
      return;
    }
    this.open(below + 1).read(event, arrivedAtMs);
    this.forgetOld();
  }

  /** Index of the newest sample that is not after `pts90k`, or -1. */
  floorIndex(pts90k: number): number {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.slot(middle).pts90k <= pts90k) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  private holdsEpoch(epoch: string): boolean {
    for (let i = 0; i < this.size; i += 1) if (this.slot(i).epoch === epoch) return true;
    return false;
  }

  /** Makes a free slot at `index`, at the price of the oldest where the ring is full. */
  private open(index: number): Sample {
    let place = index;
    if (this.size === this.slots.length) {
      this.dropOldest();
      place = Math.max(0, index - 1);
    }
    this.size += 1;
    const last = this.position(this.size - 1);
    const free = this.slots[last] as Sample;
    for (let i = this.size - 1; i > place; i -= 1) {
      this.slots[this.position(i)] = this.slot(i - 1);
    }
    this.slots[this.position(place)] = free;
    return free;
  }

  private forgetOld(): void {
    const limit = this.slot(this.size - 1).pts90k - KEPT_TICKS;
    while (this.size > 1 && this.slot(0).pts90k < limit) this.dropOldest();
  }

  private dropOldest(): void {
    this.head = this.position(1);
    this.size -= 1;
  }

  private position(index: number): number {
    return (this.head + index) % this.slots.length;
  }

  private slot(index: number): Sample {
    return this.slots[this.position(index)] as Sample;
  }
}
