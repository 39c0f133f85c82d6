import { describe, expect, it } from 'vitest';
import { makeCamera, makeIncident } from '@/testing/builders';
import { collectItems, searchItems } from './palette-items';
import { countStates } from './site-figures';

describe('the palette', () => {
  const items = collectItems({
    pages: [{ href: '/map/', label: 'Map', shortcut: 'go.map' }],
    cameras: [
      makeCamera({ key: 'cam_01', name: 'Toll km 39' }),
      makeCamera({ key: 'plaza', name: 'Station plaza' }),
    ],
    incidents: [makeIncident({ id: 'i1', type: 'wrong_way' })],
    bound: ['go.map', 'wall.boxes', 'wall.left', 'global.palette', 'zones.remove'],
  });
  const titles = (text: string) => searchItems(items, text).map(({ title }) => title);

  it('offers pages, cameras, incidents and what can be done now', () => {
    expect(titles('')).toEqual([
      'Map',
      'Toll km 39',
      'Station plaza',
      'Wrong way, Toll km 39',
      'Boxes on or off',
    ]);
  });

  it('finds by every word, best first', () => {
    expect(titles('toll')).toEqual(['Toll km 39', 'Wrong way, Toll km 39']);
    expect(titles('toll wrong')).toEqual(['Wrong way, Toll km 39']);
    expect(titles('CAM_01')).toEqual(['Toll km 39']);
    expect(titles('nothing of that name')).toEqual([]);
  });

  it('opens an incident by its address', () => {
    expect(searchItems(items, 'wrong')[0]?.action).toEqual({
      type: 'go',
      href: '/incidents/detail/?id=i1',
    });
  });
});

it('counts cameras by state, without those that are switched off', () => {
  const cameras = [
    makeCamera({ status: 'online' }),
    makeCamera({ status: 'alert' }),
    makeCamera({ status: 'offline', state: 'connecting' }),
    makeCamera({ status: 'offline', state: 'offline' }),
    makeCamera({ status: 'offline', state: 'offline', enabled: false }),
  ];
  expect(countStates(cameras)).toEqual({ online: 1, alert: 1, offline: 2 });
});
