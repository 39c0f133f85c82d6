import type { GroundPoint } from '@/shared/api/types';
import type { Point } from './geometry';

/** A point of the picture and its place on the ground, which may still have to be entered. */
export interface GroundPin {
  readonly image: Point;
  readonly groundM: readonly [x: number | null, y: number | null];
}

const LEAST_PINS = 4;

export function pinOf(point: GroundPoint): GroundPin {
  return { image: point.image, groundM: point.ground_m };
}

/** The calibration that the pins make: none of them, or null where it is not whole yet. */
export function toCalibration(pins: readonly GroundPin[]): GroundPoint[] | null {
  const points = pins.flatMap(({ image, groundM: [x, y] }): GroundPoint[] =>
    x === null || y === null ? [] : [{ image: [image[0], image[1]], ground_m: [x, y] }],
  );
  const isWhole = points.length === pins.length && (pins.length === 0 || pins.length >= LEAST_PINS);
  return isWhole ? points : null;
}

/** Why the pins cannot be saved; null where they can. */
export function pinsFault(pins: readonly GroundPin[]): string | null {
  if (pins.length > 0 && pins.length < LEAST_PINS) {
    return `A calibration needs at least ${LEAST_PINS} points.`;
  }
  return toCalibration(pins) === null ? 'A point has no place on the ground yet.' : null;
}

export function replacePin(
  pins: readonly GroundPin[],
  index: number,
  change: Partial<GroundPin>,
): GroundPin[] {
  return pins.map((pin, at) => (at === index ? { ...pin, ...change } : pin));
}
