import { expect, it } from 'vitest';
import { CLEAR_FILTER } from '@/shared/history/history-filter';
import { AT, later } from '@/testing/builders';
import { toEventsQuery } from './events-query';

it('asks for what the filter names, and never for handling or text', () => {
  const now = Date.parse(AT);
  expect(toEventsQuery({ ...CLEAR_FILTER, incident: '' }, now)).toEqual({ limit: 100 });
  const filter = { ...CLEAR_FILTER, handling: 'new', q: 'x', range: '7d', incident: 'i1' };
  expect(toEventsQuery(filter, now)).toEqual({
    start: later(-604_800),
    incident: 'i1',
    limit: 100,
  });
});
