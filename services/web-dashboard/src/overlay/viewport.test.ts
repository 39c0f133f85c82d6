import { describe, expect, it } from 'vitest';
import { seededRandom } from './testing';
import { fitContain } from './viewport';

describe('fitContain', () => {
  it.each([
    ['same shape', [640, 360], [1280, 720], [0, 0, 1280, 720]],
    ['bars at the sides', [640, 480], [1600, 900], [200, 0, 1200, 900]],
    ['bars above and below', [1920, 1080], [800, 800], [0, 175, 800, 450]],
  ] as const)('%s', (_, picture, canvas, expected) => {
    const size = ([width, height]: readonly [number, number]) => ({ width, height });
    expect(Object.values(fitContain(size(picture), size(canvas)) ?? {})).toEqual(expected);
  });

  it('is unknown while there is no picture or no canvas', () => {
    expect(fitContain({ width: 0, height: 0 }, { width: 10, height: 10 })).toBeNull();
    expect(fitContain({ width: 10, height: 10 }, { width: 0, height: 10 })).toBeNull();
  });

  it('keeps the shape, stays inside and touches two sides, for any sizes', () => {
    const random = seededRandom(5);
    for (let round = 0; round < 100; round += 1) {
      const side = () => 1 + Math.floor(random() * 4_000);
      const [picture, canvas] = [
        { width: side(), height: side() },
        { width: side(), height: side() },
      ];
      const found = fitContain(picture, canvas);
      if (!found) throw new Error('no place found');
      expect(found.width / found.height).toBeCloseTo(picture.width / picture.height, 6);
      expect(Math.min(found.x, found.y)).toBeCloseTo(0, 6);
      expect(found.x * 2 + found.width).toBeCloseTo(canvas.width, 6);
      expect(found.y * 2 + found.height).toBeCloseTo(canvas.height, 6);
    }
  });
});
