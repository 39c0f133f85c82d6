import { describe, expect, it } from 'vitest';
import { makeCamera, makeIncident } from '@/testing/builders';
import { latencyText } from './tile-figures';
import { wallCameras } from './use-wall';
import { activeByCamera } from './wall';

it('gives no tile to a camera that is switched off', () => {
  const cameras = [makeCamera({ key: 'a' }), makeCamera({ key: 'b', enabled: false })];
  expect(wallCameras(cameras).map(({ key }) => key)).toEqual(['a']);
});

describe('what goes on in a picture', () => {
  it('is what is active, worst first, by camera', () => {
    const active = activeByCamera([
      makeIncident({ id: '1', camera_id: 'a', priority: 'medium' }),
      makeIncident({ id: '2', camera_id: 'a', priority: 'high', handling: 'acknowledged' }),
      makeIncident({ id: '3', camera_id: 'a', condition: 'ended' }),
      makeIncident({ id: '4', camera_id: 'b', handling: 'false_alarm' }),
    ]);
    expect(active.get('a')?.map(({ id }) => id)).toEqual(['2', '1']);
    expect(active.has('b')).toBe(false);
  });
});

it.each([
  [92, '90 ms'],
  [-20, '0 ms'],
  [994, '990 ms'],
  [1400, '1.4 s'],
])('writes a latency of %d ms as %s', (latency, text) => {
  expect(latencyText(latency)).toBe(text);
});
