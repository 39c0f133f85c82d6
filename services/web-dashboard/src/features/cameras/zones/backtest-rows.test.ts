import { expect, it } from 'vitest';
import type { Backtest } from '@/shared/api/types';
import { outcomeFault, rowsOf, usualWords } from './backtest-rows';

const RUN: Backtest = {
  id: 'b1',
  camera_id: 'cam_01',
  rule: 'speeding',
  parameter: 'limit_km_h',
  start: '2026-11-25T10:00:00.000Z',
  end: '2026-11-25T11:00:00.000Z',
  state: 'done',
  progress: 1,
  message: null,
  coverage: { span_s: 3600, covered_s: 1800, share: 0.5, frames: 9000, first: null, last: null },
  usual_hours: null,
  variants: [
    { value: 25, alarms: 8, alarms_per_day: 384, incidents: [] },
    { value: 33.33, alarms: 2, alarms_per_day: 4.04, incidents: [] },
    { value: 50, alarms: 0, alarms_per_day: null, incidents: [] },
  ],
};

it('shows each value against the most, and which of them is set', () => {
  const rows = rowsOf(RUN, 'km/h', 100 / 3);
  expect(rows.map(({ label, share, perDay }) => [label, share, perDay])).toEqual([
    ['25 km/h', 1, '384 a day'],
    ['33.33 km/h', 0.25, '4 a day'],
    ['50 km/h', 0, null],
  ]);
  expect(rows.map(({ isCurrent }) => isCurrent)).toEqual([false, true, false]);
});

it('says how much it knew of what is usual, where that counts', () => {
  expect(usualWords({ rule: 'congestion', usual_hours: 1 })).toBe(
    'It knew what is usual in 1 hour of the week.',
  );
  expect(usualWords({ rule: 'congestion', usual_hours: 0 })).toContain('Nothing was learned');
  expect(usualWords({ rule: 'queue', usual_hours: 12 })).toBeNull();
});

it('says why there is nothing to show', () => {
  expect(outcomeFault(RUN)).toBeNull();
  expect(outcomeFault({ ...RUN, state: 'cancelled' })).toContain('Stopped');
  expect(outcomeFault({ ...RUN, state: 'failed', message: 'the archive is gone' })).toBe(
    'It failed: the archive is gone.',
  );
  const empty = { span_s: 3600, covered_s: 0, share: 0, frames: 0, first: null, last: null };
  expect(outcomeFault({ ...RUN, coverage: empty })).toContain('No frames are kept');
});
