import { describe, expect, it } from 'vitest';
import { DetectionRing, NO_TRACK } from './detection-ring';
import { anEvent, anObject, seededRandom } from './testing';

function ptsOf(ring: DetectionRing): number[] {
  return Array.from({ length: ring.length }, (_, i) => ring.at(i)?.pts90k ?? Number.NaN);
}

describe('DetectionRing', () => {
  it('keeps samples in the order of their frames, however they come', () => {
    const ring = new DetectionRing();
    for (const pts of [0, 36_000, 18_000, 54_000]) ring.add(anEvent(pts), 0);
    expect(ptsOf(ring)).toEqual([0, 18_000, 36_000, 54_000]);
  });

  it('replaces a frame that comes twice', () => {
    const ring = new DetectionRing();
    ring.add(anEvent(100, [anObject(1)]), 1);
    ring.add(anEvent(100, [anObject(1), anObject(2)]), 2);
    expect(ring.length).toBe(1);
    expect(ring.newest?.count).toBe(2);
    expect(ring.newest?.arrivedAtMs).toBe(2);
  });

  it('forgets what is older than five seconds', () => {
    const ring = new DetectionRing();
    for (let pts = 0; pts <= 10 * 90_000; pts += 18_000) ring.add(anEvent(pts), 0);
    expect(ring.at(0)?.pts90k).toBe(5 * 90_000);
    expect(ring.length).toBe(26);
  });

  it('drops the oldest when it is full', () => {
    const ring = new DetectionRing(4);
    for (const pts of [0, 1, 2, 3, 4, 5]) ring.add(anEvent(pts), 0);
    expect(ptsOf(ring)).toEqual([2, 3, 4, 5]);
  });

  it('goes on over a loop of the source: a new epoch, a greater time', () => {
    const ring = new DetectionRing();
    ring.add(anEvent(90_000), 0);
    ring.add(anEvent(93_600, [], { stream_epoch: 'epoch-2' }), 0);
    expect(ptsOf(ring)).toEqual([90_000, 93_600]);
  });

  it('starts anew when the media clock does', () => {
    const ring = new DetectionRing();
    ring.add(anEvent(9_000_000), 0);
    ring.add(anEvent(3_600, [], { stream_epoch: 'epoch-2' }), 0);
    expect(ptsOf(ring)).toEqual([3_600]);
  });

  it('takes a late sample of an epoch it knows without forgetting the rest', () => {
    const ring = new DetectionRing();
    ring.add(anEvent(90_000), 0);
    ring.add(anEvent(93_600, [], { stream_epoch: 'epoch-2' }), 0);
    ring.add(anEvent(86_400), 0);
    expect(ptsOf(ring)).toEqual([86_400, 90_000, 93_600]);
  });

  it('reads boxes, tracks and the incident of a track', () => {
    const ring = new DetectionRing();
    const incidents = [{ id: 'i', type: 'wrong_way', zone_id: null, track_ids: [7] }];
    ring.add(anEvent(0, [anObject(7, 0.25, 0.5), anObject(null)], { incidents }), 0);
    const sample = ring.newest;
    expect([...(sample?.boxes.subarray(0, 2) ?? [])]).toEqual([0.25, 0.5]);
    expect(sample?.trackIds[1]).toBe(NO_TRACK);
    expect(sample?.incidents.slice(0, 2)).toEqual(['wrong_way', null]);
  });

  it('makes room for more objects than it began with', () => {
    const ring = new DetectionRing();
    const crowd = Array.from({ length: 150 }, (_, i) => anObject(i));
    ring.add(anEvent(0, crowd), 0);
    expect(ring.newest?.count).toBe(150);
    expect(ring.newest?.indexOfTrack(149)).toBe(149);
  });

  it('finds the newest sample that is not later, for any set of samples', () => {
    const random = seededRandom(7);
    for (let round = 0; round < 50; round += 1) {
      const ring = new DetectionRing(32);
      const all = new Set<number>();
      for (let i = 0; i < 32; i += 1) {
        const pts = Math.floor(random() * 90_000);
        all.add(pts);
        ring.add(anEvent(pts), 0);
      }
      const sorted = [...all].sort((a, b) => a - b);
      expect(ptsOf(ring)).toEqual(sorted);
      const asked = Math.floor(random() * 90_000);
      expect(ring.floorIndex(asked)).toBe(sorted.filter((pts) => pts <= asked).length - 1);
    }
  });
});
