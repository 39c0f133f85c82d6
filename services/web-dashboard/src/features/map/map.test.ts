import { describe, expect, it } from 'vitest';
import { makeCamera } from '@/testing/builders';
import { cameraFeatures } from './camera-layers';
import { markerSvg } from './marker-images';

describe('cameras on the map', () => {
  it('are points with a state; a camera without a place is none', () => {
    const { features } = cameraFeatures([
      makeCamera({ key: 'a', name: 'A', status: 'alert' }),
      makeCamera({ key: 'b', location: null }),
      makeCamera({ key: 'c', name: 'C', status: 'offline', state: 'connecting' }),
    ]);
    expect(features.map(({ properties }) => properties)).toEqual([
      { key: 'a', name: 'A', status: 'alert' },
      { key: 'c', name: 'C', status: 'connecting' },
    ]);
    expect(features[0]?.geometry.coordinates).toEqual([24.94, 60.17]);
  });

  it('differ by shape, not by colour alone', () => {
    const grey = (status: Parameters<typeof markerSvg>[0]) =>
      markerSvg(status).replaceAll(/#[0-9a-f]{6}/g, 'grey');
    const shapes = new Set([grey('online'), grey('alert'), grey('offline'), grey('connecting')]);
    expect(shapes.size).toBe(4);
  });
});
