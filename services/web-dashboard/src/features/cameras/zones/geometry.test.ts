import { describe, expect, it } from 'vitest';
import {
  arrowTip,
  centreOf,
  closesPolygon,
  directionBetween,
  forwardOf,
  middleOf,
  type Point,
  polygonFault,
  replaceCorner,
  shiftPoint,
  toPicture,
  turnAround,
} from './geometry';

const SQUARE: readonly Point[] = [
  [0.2, 0.2],
  [0.6, 0.2],
  [0.6, 0.6],
  [0.2, 0.6],
];

describe('points', () => {
  const frame = { left: 100, top: 50, width: 800, height: 400 };

  it('are parts of the picture, wherever it lies on the screen', () => {
    expect(toPicture(500, 150, frame)).toEqual([0.5, 0.25]);
  });

  it('stay inside the picture', () => {
    expect(toPicture(0, 1000, frame)).toEqual([0, 1]);
    expect(shiftPoint([0.99, 0.01], 0.02, -0.02)).toEqual([1, 0]);
  });

  it('replace the corner they are dragged from', () => {
    expect(replaceCorner(SQUARE, 1, [0.7, 0.1])[1]).toEqual([0.7, 0.1]);
    expect(replaceCorner(SQUARE, 1, [0.7, 0.1])).toHaveLength(4);
  });
});

describe('closing a polygon', () => {
  it('takes a click near the first corner of at least three', () => {
    expect(closesPolygon(SQUARE, [0.21, 0.205])).toBe(true);
    expect(closesPolygon(SQUARE, [0.25, 0.2])).toBe(false);
    expect(closesPolygon(SQUARE.slice(0, 2), [0.2, 0.2])).toBe(false);
    expect(closesPolygon([], [0.2, 0.2])).toBe(false);
  });
});

describe('what can be no zone', () => {
  it('has fewer than three corners, or crosses itself', () => {
    expect(polygonFault(SQUARE)).toBeNull();
    expect(polygonFault(SQUARE.slice(0, 2))).toContain('three');
    const bowTie: Point[] = [
      [0, 0],
      [1, 1],
      [1, 0],
      [0, 1],
    ];
    expect(polygonFault(bowTie)).toContain('crosses');
  });
});

describe('the centre', () => {
  it('is that of gravity, not of the corners', () => {
    const square: Point[] = [...SQUARE.slice(0, 2), [0.6, 0.4], ...SQUARE.slice(2)];
    expect(centreOf(square)[0]).toBeCloseTo(0.4);
    expect(centreOf(square)[1]).toBeCloseTo(0.4);
  });

  it('is that of the corners, where there is no area', () => {
    expect(
      centreOf([
        [0, 0],
        [0.5, 0.5],
        [1, 1],
      ]),
    ).toEqual([0.5, 0.5]);
  });
});

describe('directions', () => {
  const WIDE = 2;

  it('are measured in square pixels', () => {
    // A quarter of the width is as long as half of the height in a picture twice as wide as high.
    const direction = directionBetween([0.5, 0.5], [0.75, 0], WIDE);
    expect(direction?.[0]).toBeCloseTo(Math.SQRT1_2, 3);
    expect(direction?.[1]).toBeCloseTo(-Math.SQRT1_2, 3);
  });

  it('do not exist between a point and itself', () => {
    expect(directionBetween([0.5, 0.5], [0.5, 0.5], WIDE)).toBeNull();
  });

  it('come back out of the arrow that shows them', () => {
    const direction: Point = [0.6, -0.8];
    const from: Point = [0.5, 0.5];
    const back = directionBetween(from, arrowTip(from, direction, 0.14, WIDE), WIDE);
    expect(back?.[0]).toBeCloseTo(0.6, 3);
    expect(back?.[1]).toBeCloseTo(-0.8, 3);
  });

  it('turn around', () => {
    expect(turnAround([0.6, -0.8])).toEqual([-0.6, 0.8]);
    expect(turnAround([0, 1])).toEqual([0, -1]);
  });
});

describe('a line', () => {
  it('is crossed forward to the right of who follows it', () => {
    expect(
      forwardOf(
        [
          [0.2, 0.5],
          [0.8, 0.5],
        ],
        16 / 9,
      ),
    ).toEqual([0, 1]);
    expect(
      forwardOf(
        [
          [0.5, 0.8],
          [0.5, 0.2],
        ],
        16 / 9,
      ),
    ).toEqual([1, 0]);
    expect(
      forwardOf(
        [
          [0.5, 0.5],
          [0.5, 0.5],
        ],
        1,
      ),
    ).toBeNull();
  });

  it('has its middle half way along it', () => {
    expect(
      middleOf([
        [0, 0],
        [0.2, 0],
        [0.2, 0.6],
      ]),
    ).toEqual([0.2, 0.2]);
    expect(middleOf([[0.1, 0.1]])).toEqual([0.1, 0.1]);
  });
});
