import { describe, expect, it } from 'vitest';
import type { LinePoint, ZonePoint } from '@/shared/api/types';
import {
  countWords,
  crossedIn,
  enteredIn,
  figureWords,
  latestOf,
  shareWords,
  speedIn,
  speedWords,
  turnsOf,
} from './flow-figures';

const POINT: ZonePoint = {
  at: '2026-11-25T10:00:00.000Z',
  coverage: 1,
  unit: 'm',
  entered: 3,
  persons_entered: 0,
  vehicles_mean: 1,
  speed_mean: 10,
  speed_p85: 12,
  occupancy: 0.2,
  covered: 0.1,
  density: null,
  level_of_service: null,
  los_basis: null,
};

describe('a bar of several steps', () => {
  it('adds up what came, and weights speeds by how many had them', () => {
    const points = [
      POINT,
      { ...POINT, entered: 9, speed_mean: 20 },
      { ...POINT, speed_mean: null },
    ];
    expect(enteredIn(points)).toBe(15);
    expect(speedIn(points)).toBeCloseTo((3 * 10 + 9 * 20) / 12);
    const line: LinePoint = { at: POINT.at, coverage: 1, forward: { car: 2 }, backward: {} };
    expect(crossedIn([line, line], 'forward')).toBe(4);
    expect(crossedIn([line, line], 'backward')).toBe(0);
  });

  it('is none where nothing was watched', () => {
    expect([enteredIn([]), speedIn([]), crossedIn([], 'forward')]).toEqual([null, null, null]);
  });
});

describe('words', () => {
  it('says counts by class, the most first', () => {
    expect(countWords({ car: 12, truck: 3 })).toBe('12 cars, 3 trucks');
    expect(countWords({ bus: 2, person: 1 })).toBe('2 buses, 1 person');
    expect(countWords({ car: 0 })).toBe('none');
  });

  it('says speeds in km/h where there is a calibration', () => {
    expect(speedWords(10, 'm')).toBe('36 km/h');
    expect(speedWords(0.25, 'BL')).toBe('0.3 BL/s');
    expect(speedWords(null, 'm')).toBe('–');
  });

  it('says figures as precisely as they are read', () => {
    expect([12.4, 3.04, 0.04, 0].map(figureWords)).toEqual(['12', '3', '0.04', '0']);
    expect([0.02, 0.001, 0].map(shareWords)).toEqual(['2 %', 'less than 1 %', '0 %']);
  });

  it('names turns by their lines, the most frequent first', () => {
    const turns = [
      { entered_by: 'l1', left_by: 'l2', counts: { car: 2 } },
      { entered_by: 'l2', left_by: 'gone', counts: { car: 5 } },
    ];
    const names = new Map([
      ['l1', 'North'],
      ['l2', 'East'],
    ]);
    expect(turnsOf(turns, names).map(({ from, to }) => [from, to])).toEqual([
      ['East', 'a line that is gone'],
      ['North', 'East'],
    ]);
  });
});

it('shows no old figures as those of now', () => {
  const zone = { zone_id: 'z1', name: 'Lane', points: [POINT] };
  const report = { end: '2026-11-25T10:02:00.000Z', step: 'minute' } as const;
  expect(latestOf(report, zone)).toBe(POINT);
  expect(latestOf({ ...report, end: '2026-11-25T10:30:00.000Z' }, zone)).toBeNull();
  expect(latestOf(report, { ...zone, points: [] })).toBeNull();
});
