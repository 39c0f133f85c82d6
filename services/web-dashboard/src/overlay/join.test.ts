import { describe, expect, it } from 'vitest';
import { DetectionRing } from './detection-ring';
import { FADE_MS, HOLD_MS, JoinedFrame, joinFrame } from './join';
import { anEvent, anObject, seededRandom } from './testing';
import { TICKS_PER_MS } from './ticks';

const STEP = 18_000;

/** One car that moves to the right by 0.1 per sample, 5 samples a second. */
function aDrive(samples: number): DetectionRing {
  const ring = new DetectionRing();
  for (let i = 0; i < samples; i += 1) ring.add(anEvent(i * STEP, [anObject(1, i * 0.1)]), 0);
  return ring;
}

function join(ring: DetectionRing, pts90k: number): JoinedFrame {
  const out = new JoinedFrame();
  joinFrame(ring, pts90k, out);
  return out;
}

describe('joinFrame', () => {
  it('has nothing without samples or before the first', () => {
    expect(join(new DetectionRing(), 0).kind).toBe('none');
    const ring = new DetectionRing();
    ring.add(anEvent(STEP, [anObject(1)]), 0);
    const early = join(ring, STEP - 1);
    expect([early.kind, early.count, early.boxesPts90k]).toEqual(['none', 0, null]);
  });

  it('takes the very frame by equality', () => {
    const frame = join(aDrive(3), STEP);
    expect(frame.kind).toBe('exact');
    expect(frame.boxesPts90k).toBe(STEP);
    expect(frame.boxes[0]).toBeCloseTo(0.1, 6);
  });

  it('knows no tolerance: one tick off is another frame', () => {
    expect(join(aDrive(3), STEP + 1).kind).toBe('interpolated');
    expect(join(aDrive(3), STEP - 1).kind).toBe('interpolated');
  });

  it('says exact of an empty street too', () => {
    const ring = new DetectionRing();
    ring.add(anEvent(0), 0);
    expect(join(ring, 0)).toMatchObject({ kind: 'exact', count: 0 });
  });

  it.each([
    [0.25, 0.125],
    [0.5, 0.15],
    [0.9, 0.19],
  ])('interpolates a track between its neighbours (share %f)', (share, x) => {
    const frame = join(aDrive(3), STEP + share * STEP);
    expect(frame.kind).toBe('interpolated');
    expect(frame.boxes[0]).toBeCloseTo(x, 5);
    expect(frame.alphas[0]).toBe(1);
  });

  it('fades an object that the next sample lacks, and shows no newcomer early', () => {
    const ring = new DetectionRing();
    ring.add(anEvent(0, [anObject(1), anObject(null, 0.5)]), 0);
    ring.add(anEvent(STEP, [anObject(2)]), 0);
    const frame = join(ring, STEP / 4);
    expect(frame.count).toBe(2);
    expect([...frame.alphas.subarray(0, 2)]).toEqual([0.75, 0.75]);
    expect([...frame.trackIds.subarray(0, 2)]).toEqual([1, -1]);
  });

  it('does not interpolate over the border of two epochs', () => {
    const ring = new DetectionRing();
    ring.add(anEvent(0, [anObject(1, 0.1)]), 0);
    ring.add(anEvent(STEP, [anObject(1, 0.9)], { stream_epoch: 'epoch-2' }), 0);
    const frame = join(ring, STEP / 2);
    expect(frame.kind).toBe('extrapolated');
    expect(frame.boxes[0]).toBeCloseTo(0.1, 6);
    expect(frame.epoch).toBe('epoch-1');
  });

  it('does not take velocities from another epoch', () => {
    const ring = new DetectionRing();
    ring.add(anEvent(0, [anObject(1, 0.1)]), 0);
    ring.add(anEvent(STEP, [anObject(1, 0.5)], { stream_epoch: 'epoch-2' }), 0);
    expect(join(ring, STEP + 9_000).boxes[0]).toBeCloseTo(0.5, 6);
  });

  it('does not interpolate over a long hole', () => {
    const ring = new DetectionRing();
    ring.add(anEvent(0, [anObject(1, 0.1)]), 0);
    ring.add(anEvent(3 * 90_000, [anObject(1, 0.9)]), 0);
    expect(join(ring, 9_000).kind).toBe('extrapolated');
    expect(join(ring, 90_000).kind).toBe('none');
  });

  it('moves a box on by its velocity when newer ones are missing', () => {
    const frame = join(aDrive(2), STEP + STEP / 2);
    expect(frame.kind).toBe('extrapolated');
    expect(frame.boxes[0]).toBeCloseTo(0.15, 5);
    expect(frame.boxes[2]).toBeCloseTo(0.1, 6);
    expect(frame.alphas[0]).toBe(1);
  });

  it('holds for 400 ms, then fades, then shows nothing', () => {
    const ring = aDrive(2);
    const at = (ms: number) => join(ring, STEP + ms * TICKS_PER_MS);
    expect(at(HOLD_MS).alphas[0]).toBe(1);
    const fading = at(HOLD_MS + FADE_MS / 2);
    expect(fading.alphas[0]).toBeCloseTo(0.5, 6);
    expect(fading.boxes[0]).toBeCloseTo(at(HOLD_MS).boxes[0] ?? 0, 6);
    expect(at(HOLD_MS + FADE_MS)).toMatchObject({ kind: 'none', count: 0, boxesPts90k: null });
  });

  it('fades a box at rest from the start, since its object may well move', () => {
    const ring = new DetectionRing();
    ring.add(anEvent(0, [anObject(null, 0.3), anObject(5, 0.3)]), 0);
    const frame = join(ring, 300 * TICKS_PER_MS);
    expect(frame.kind).toBe('extrapolated');
    expect([...frame.alphas.subarray(0, 2)]).toEqual([0.5, 0.5]);
    expect(frame.boxes[0]).toBeCloseTo(0.3, 6);
  });

  it('keeps every interpolated box between its neighbours, for any drive', () => {
    const random = seededRandom(11);
    for (let round = 0; round < 300; round += 1) {
      const [from, to, share] = [random(), random(), random()];
      const ring = new DetectionRing(2);
      ring.add(anEvent(0, [anObject(1, from)]), 0);
      ring.add(anEvent(STEP, [anObject(1, to)]), 0);
      const pts = 1 + Math.floor(share * (STEP - 2));
      const x = join(ring, pts).boxes[0] ?? Number.NaN;
      expect(x).toBeGreaterThanOrEqual(Math.min(from, to) - 1e-6);
      expect(x).toBeLessThanOrEqual(Math.max(from, to) + 1e-6);
    }
  });

  it('never names boxes of another frame exact, for any frames', () => {
    const random = seededRandom(3);
    const ring = aDrive(10);
    for (let round = 0; round < 300; round += 1) {
      const pts = Math.floor(random() * 12 * STEP);
      const frame = join(ring, pts);
      expect(frame.kind === 'exact').toBe(pts % STEP === 0 && pts < 10 * STEP);
      if (frame.kind === 'exact') expect(frame.boxesPts90k).toBe(pts);
    }
  });
});
