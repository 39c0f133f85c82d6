import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DetectionRing } from './detection-ring';
import { JoinedFrame, joinFrame, joinNothing } from './join';
import { anEvent, anObject } from './testing';

const STEP = 18_000;
const TOLERANCE = 900;

function aDrive(samples: number): DetectionRing {
  const ring = new DetectionRing();
  for (let i = 0; i < samples; i += 1) ring.add(anEvent(i * STEP, [anObject(1, i * 0.1)]), 0);
  return ring;
}

function join(ring: DetectionRing, pts90k: number, rules: Parameters<typeof joinFrame>[3]) {
  const out = new JoinedFrame();
  joinFrame(ring, pts90k, out, rules);
  return out;
}

describe('a clock with a tolerance', () => {
  const rules = { mayGuess: false, toleranceTicks: TOLERANCE };

  it('takes a sample so near for the frame’s own, on either side', () => {
    for (const off of [-TOLERANCE, -1, 0, 1, TOLERANCE]) {
      const frame = join(aDrive(3), STEP + off, rules);
      expect(frame).toMatchObject({ kind: 'exact', pts90k: STEP, boxesPts90k: STEP, errorMs: 0 });
    }
    expect(join(aDrive(3), STEP + TOLERANCE + 1, rules).kind).toBe('interpolated');
    expect(join(aDrive(3), STEP - TOLERANCE - 1, rules).kind).toBe('interpolated');
  });

  it('draws on any frame what the exact clock draws on it, whatever the error within', () => {
    const frameOf = fc.integer({ min: 0, max: 45 });
    const error = fc.integer({ min: -TOLERANCE, max: TOLERANCE });
    fc.assert(
      fc.property(frameOf, error, (index, off) => {
        const pts = index * 3_600;
        const exact = join(aDrive(10), pts, { mayGuess: false, toleranceTicks: 0 });
        const near = join(aDrive(10), pts + off, rules);
        expect(near.kind).toBe(exact.kind);
        if (exact.count > 0) {
          expect(near.boxes[0]).toBeCloseTo(exact.boxes[0] ?? Number.NaN, 1);
        }
      }),
    );
  });
});

describe('without guesses', () => {
  const rules = { mayGuess: false, toleranceTicks: 0 };

  it('a frame has its own boxes, boxes between two samples, or none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 12 * STEP }), (pts) => {
        const frame = join(aDrive(10), pts, rules);
        expect(['exact', 'interpolated', 'none']).toContain(frame.kind);
        expect(frame.errorMs ?? 0).toBe(0);
        expect(frame.kind === 'none').toBe(pts > 9 * STEP);
      }),
    );
  });
});

it('draws an object that only one of two samples has, on that one alone', () => {
  const ring = new DetectionRing();
  ring.add(anEvent(0, [anObject(1), anObject(null, 0.5)]), 0);
  ring.add(anEvent(STEP, [anObject(1)]), 0);
  const rules = { mayGuess: false, toleranceTicks: 0 };
  expect(join(ring, 0, rules).count).toBe(2);
  expect(join(ring, STEP / 2, rules)).toMatchObject({ kind: 'interpolated', count: 1 });
  expect(join(ring, STEP / 2, { ...rules, mayGuess: true }).count).toBe(2);
});

describe('the error of boxes', () => {
  it('is the age of the guess', () => {
    const guess = { mayGuess: true, toleranceTicks: 0 };
    expect(join(aDrive(3), 2 * STEP + 9_000, guess).errorMs).toBe(100);
    expect(join(aDrive(3), 2 * STEP - 9_000, guess).errorMs).toBe(0);
    expect(join(new DetectionRing(), 0, guess).errorMs).toBeNull();
  });

  it('is none where the frame is not known', () => {
    const frame = join(aDrive(3), STEP, { mayGuess: true, toleranceTicks: 0 });
    expect(joinNothing(frame)).toBe('none');
    expect(frame).toMatchObject({ count: 0, boxesPts90k: null, errorMs: null });
  });
});
