import { expect, it } from 'vitest';
import type { LineSeries, Zone } from '@/shared/api/types';
import { namesOf } from './flow-names';

function line(id: string, name: string): LineSeries {
  return { line_id: id, name, points: [], forward: {}, backward: {} };
}

function drawn(id: string, x: number, y: number): Zone {
  const polygon: Zone['polygon'] = [
    [x, y],
    [x + 0.1, y],
  ];
  return { id, name: 'Count', type: 'counting_line', polygon, direction: null, rules: {} };
}

it('tells lines of the same name apart by where they lie', () => {
  const report = { lines: [line('a', 'Count'), line('b', 'Count'), line('c', 'Exit')], zones: [] };
  const names = namesOf(report, [drawn('a', 0.1, 0.2), drawn('b', 0.7, 0.8)]);
  expect([...names.values()]).toEqual(['Count (left, far)', 'Count (right, near)', 'Exit']);
});

it('numbers those that lie beside each other, or are gone', () => {
  const report = { lines: [line('a', 'Count'), line('b', 'Count')], zones: [] };
  const beside = namesOf(report, [drawn('a', 0.1, 0.2), drawn('b', 0.15, 0.2)]);
  expect([...beside.values()]).toEqual(['Count (1 of 2)', 'Count (2 of 2)']);
  expect([...namesOf(report, []).values()]).toEqual(['Count (1 of 2)', 'Count (2 of 2)']);
});
