import { describe, expect, it } from 'vitest';
import type { FlowReport, LineSeries } from '@/shared/api/types';
import { barsOf, countWords, crossingsOf, isSpanCode, speedWords, turnsOf } from './flow-figures';

const LINE: LineSeries = {
  line_id: 'l1',
  name: 'North',
  points: [],
  forward: { car: 12, truck: 3 },
  backward: { bus: 1 },
};

const REPORT: FlowReport = {
  camera_id: 'cam_01',
  start: '2026-11-25T10:00:00.000Z',
  end: '2026-11-25T10:03:00.000Z',
  step: 'minute',
  coverage: 0.9,
  zones: [],
  lines: [LINE, { ...LINE, line_id: 'l2', name: 'East' }],
  turns: [
    { entered_by: 'l1', left_by: 'l2', counts: { car: 2 } },
    { entered_by: 'l2', left_by: 'gone', counts: { car: 5 } },
  ],
};

describe('bars', () => {
  it('has one for each span, and gaps where nothing was watched', () => {
    const points = [
      { at: '2026-11-25T10:00:00.000Z', n: 4 },
      { at: '2026-11-25T10:02:00.000Z', n: 0 },
    ];
    expect(barsOf(REPORT, points, ({ n }) => n).map(({ value }) => value)).toEqual([4, null, 0]);
  });
});

describe('words', () => {
  it('says counts by class, the most first', () => {
    expect(countWords(LINE.forward)).toBe('12 cars, 3 trucks');
    expect(countWords({ bus: 2, person: 1 })).toBe('2 buses, 1 person');
    expect(countWords({ car: 0 })).toBe('none');
    expect(crossingsOf(LINE)).toBe(16);
  });

  it('says speeds in km/h where there is a calibration', () => {
    expect(speedWords(10, 'm')).toBe('36 km/h');
    expect(speedWords(0.25, 'BL')).toBe('0.3 BL/s');
    expect(speedWords(null, 'm')).toBe('–');
  });

  it('names turns by their lines, the most frequent first', () => {
    expect(turnsOf(REPORT)).toEqual([
      { from: 'East', to: 'a line that is gone', counts: { car: 5 } },
      { from: 'North', to: 'East', counts: { car: 2 } },
    ]);
  });
});

it('knows its spans', () => {
  expect(isSpanCode('24h')).toBe(true);
  expect(isSpanCode('2h')).toBe(false);
});
