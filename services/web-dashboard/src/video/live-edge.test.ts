import { describe, expect, it } from 'vitest';
import { LiveEdge } from './live-edge';

describe('LiveEdge', () => {
  it('is unknown before the first frame', () => {
    const edge = new LiveEdge();
    expect(edge.isKnown).toBe(false);
    expect(edge.at(100)).toBeNaN();
  });

  it('follows the promptest frame, so that jitter does not move it', () => {
    const edge = new LiveEdge();
    const delays = [20, 90, 5, 60, 40];
    delays.forEach((delay, i) => {
      edge.note(i * 40, 1_000 + i * 40 + delay);
    });
    expect(edge.at(2_000)).toBe(995);
  });

  it('ends a burst of older frames at the newest', () => {
    const edge = new LiveEdge();
    for (let pts = 0; pts <= 2_000; pts += 40) edge.note(pts, 5_000);
    expect(edge.at(5_000)).toBe(2_000);
    expect(edge.at(5_040)).toBe(2_040);
  });

  it('forgets a lead that no frame reaches any more', () => {
    const edge = new LiveEdge();
    edge.note(0, 0);
    for (let ms = 40; ms < 30_000; ms += 40) edge.note(ms - 500, ms);
    expect(edge.at(30_000)).toBe(29_500);
  });

  it('starts over on demand', () => {
    const edge = new LiveEdge();
    edge.note(90_000, 0);
    edge.reset();
    edge.note(0, 100);
    expect(edge.at(100)).toBe(0);
  });
});
