import { expect, it } from 'vitest';
import { CLEAR_FILTER, isNarrowed, timeWindow } from './history-filter';

const NOW = Date.parse('2026-11-25T12:00:00Z');

it('knows whether anything is narrowed', () => {
  expect(isNarrowed(CLEAR_FILTER)).toBe(false);
  expect(isNarrowed({ ...CLEAR_FILTER, q: 'toll' })).toBe(true);
});

it('turns a range into its start', () => {
  expect(timeWindow(CLEAR_FILTER, NOW)).toEqual({});
  expect(timeWindow({ ...CLEAR_FILTER, range: '24h' }, NOW)).toEqual({
    start: '2026-11-24T12:00:00.000Z',
  });
  expect(timeWindow({ ...CLEAR_FILTER, range: 'nonsense' }, NOW)).toEqual({});
});

it('takes both ends of a range of its own, or one, or none', () => {
  const custom = { ...CLEAR_FILTER, range: 'custom' };
  const start = '2026-11-25T08:00';
  expect(timeWindow({ ...custom, start }, NOW)).toEqual({ start: new Date(start).toISOString() });
  expect(timeWindow({ ...custom, end: start }, NOW)).toEqual({
    end: new Date(start).toISOString(),
  });
  expect(timeWindow({ ...custom, start: 'nonsense' }, NOW)).toEqual({});
});
