import { expect, it } from 'vitest';
import { boundsAround } from './bounds';
import { CITY_BOUNDS } from './city-style';

it('shows the whole city while no camera has a place', () => {
  const bounds = boundsAround([{ location: null }]);
  expect(bounds.cameras).toEqual([...CITY_BOUNDS]);
  expect(bounds.limit).toEqual([...CITY_BOUNDS]);
});

it('starts at the cameras and stays in the city', () => {
  const { cameras, limit } = boundsAround([{ location: { lat: 60.17, lng: 24.944 } }]);
  expect(cameras[0]).toBeGreaterThan(CITY_BOUNDS[0]);
  expect(cameras[0]).toBeLessThan(24.944);
  expect(cameras[3]).toBeGreaterThan(60.17);
  expect(limit).toEqual([...CITY_BOUNDS]);
});

it('reaches a camera outside the map data', () => {
  const { limit } = boundsAround([{ location: { lat: 61.5, lng: 23.76 } }]);
  expect(limit[0]).toBeLessThan(23.76);
  expect(limit[3]).toBeGreaterThan(61.5);
  expect(limit[2]).toBe(CITY_BOUNDS[2]);
});
