import { expect, it } from 'vitest';
import { boundsAround } from './bounds';
import { CITY_BOUNDS } from './city-style';

it('shows the whole city while no camera has a place', () => {
  const bounds = boundsAround([{ location: null }]);
  expect(bounds.cameras).toEqual([...CITY_BOUNDS]);
});

it('leaves room beside the tall city for a wide map to show all of it', () => {
  const [west, south, east, north] = boundsAround([]).limit;
  expect([south, north]).toEqual([CITY_BOUNDS[1], CITY_BOUNDS[3]]);
  const metres = Math.cos((60.17 * Math.PI) / 180);
  expect(((east - west) * metres) / (north - south)).toBeGreaterThan(2.4);
  expect((west + east) / 2).toBeCloseTo((CITY_BOUNDS[0] + CITY_BOUNDS[2]) / 2, 6);
});

it('starts at the cameras and stays in the city', () => {
  const { cameras, limit } = boundsAround([{ location: { lat: 60.17, lng: 24.944 } }]);
  expect(cameras[0]).toBeGreaterThan(CITY_BOUNDS[0]);
  expect(cameras[0]).toBeLessThan(24.944);
  expect(cameras[3]).toBeGreaterThan(60.17);
  expect(limit).toEqual(boundsAround([]).limit);
});

it('reaches a camera outside the map data', () => {
  const { limit } = boundsAround([{ location: { lat: 61.5, lng: 23.76 } }]);
  expect(limit[0]).toBeLessThan(23.76);
  expect(limit[3]).toBeGreaterThan(61.5);
  expect(limit[1]).toBe(CITY_BOUNDS[1]);
});
