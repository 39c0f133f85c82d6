import { expect, it } from 'vitest';
import { type GroundPin, pinOf, pinsFault, replacePin, toCalibration } from './ground-pins';

const PINS: GroundPin[] = [
  { image: [0.1, 0.9], groundM: [0, 0] },
  { image: [0.9, 0.9], groundM: [7, 0] },
  { image: [0.6, 0.3], groundM: [7, 40] },
  { image: [0.4, 0.3], groundM: [0, null] },
];

it('is a calibration once every point has its place', () => {
  expect(toCalibration(PINS)).toBeNull();
  expect(pinsFault(PINS)).toContain('no place');
  const whole = replacePin(PINS, 3, { groundM: [0, 40] });
  expect(pinsFault(whole)).toBeNull();
  expect(toCalibration(whole)?.[3]).toEqual({ image: [0.4, 0.3], ground_m: [0, 40] });
  expect(toCalibration(whole)?.map(pinOf)).toEqual(whole);
});

it('takes four points or none', () => {
  expect(toCalibration([])).toEqual([]);
  expect(pinsFault([])).toBeNull();
  expect(pinsFault(PINS.slice(0, 3))).toContain('at least 4');
  expect(toCalibration(PINS.slice(0, 3))).toBeNull();
});
