import { describe, expect, it } from 'vitest';
import { later, makeIncident } from '@/testing/builders';
import { holdRows, replaceIncident, selectTab, sortBoard, stepSelection } from './board';

const low = makeIncident({ id: 'low', priority: 'low', alarm_at: later(50) });
const medium = makeIncident({ id: 'medium', priority: 'medium', alarm_at: later(10) });
const high = makeIncident({ id: 'high', priority: 'high', alarm_at: later(0) });
const highYounger = makeIncident({ id: 'high-2', priority: 'high', alarm_at: later(20) });
const done = makeIncident({
  id: 'done',
  priority: 'high',
  handling: 'resolved',
  alarm_at: later(60),
});
const taken = makeIncident({
  id: 'taken',
  priority: 'medium',
  handling: 'in_progress',
  alarm_at: later(5),
});

const ids = (incidents: readonly { readonly id: string }[]) => incidents.map(({ id }) => id);

describe('sortBoard', () => {
  it('puts what waits first, of that the highest priority, of that the youngest', () => {
    const sorted = sortBoard([done, low, high, taken, medium, highYounger]);
    expect(ids(sorted)).toEqual(['high-2', 'high', 'medium', 'taken', 'low', 'done']);
  });

  it('does not depend on the order in which they came', () => {
    const twin = makeIncident({ id: 'twin', priority: 'high', alarm_at: later(0) });
    expect(ids(sortBoard([twin, high]))).toEqual(ids(sortBoard([high, twin])));
  });
});

it('shows in each tab what its name says', () => {
  expect(ids(selectTab([high, taken, done], 'new'))).toEqual(['high']);
  expect(ids(selectTab([high, taken, done], 'all'))).toEqual(['high', 'taken', 'done']);
});

describe('replaceIncident', () => {
  it('puts the newer one in the place of the older one', () => {
    const newer = { ...medium, severity: 9 };
    const list = replaceIncident([high, medium, low], newer);
    expect(ids(list)).toEqual(['high', 'medium', 'low']);
    expect(list[1]?.severity).toBe(9);
  });

  it('adds one that is not there yet', () => {
    expect(ids(replaceIncident([high], low))).toEqual(['low', 'high']);
  });
});

describe('holdRows', () => {
  it('keeps rows where they are and counts what would come', () => {
    const held = holdRows(['medium', 'low'], [high, medium, low], [low, medium, high]);
    expect(ids(held.rows)).toEqual(['medium', 'low']);
    expect(held.waiting).toBe(1);
  });

  it('shows the newest content of a row, even when it would have left', () => {
    const acknowledged = makeIncident({ ...medium, handling: 'acknowledged' });
    const held = holdRows(['medium', 'low'], [low], [low, acknowledged]);
    expect(held.rows.map(({ handling }) => handling)).toEqual(['acknowledged', 'new']);
    expect(held.waiting).toBe(0);
  });
});

describe('stepSelection', () => {
  it.each([
    [null, 1, 'a'],
    ['gone', -1, 'a'],
    ['a', 1, 'b'],
    ['c', 1, 'c'],
    ['a', -1, 'a'],
    ['c', -1, 'b'],
  ] as const)('from %s by %d goes to %s', (selected, step, expected) => {
    expect(stepSelection(['a', 'b', 'c'], selected, step)).toBe(expected);
  });

  it('has nowhere to go in an empty list', () => {
    expect(stepSelection([], null, 1)).toBeNull();
  });
});
