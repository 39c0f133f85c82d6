import { describe, expect, it } from 'vitest';
import {
  chooseGrid,
  clampPage,
  defaultPreset,
  moveOnGrid,
  pageCount,
  pageOf,
  parsePreset,
} from './wall-layout';

describe('the grid', () => {
  it('lies the way in which the pictures come out largest', () => {
    expect(chooseGrid(6, 1500, 560)).toEqual({ columns: 3, rows: 2 });
    expect(chooseGrid(6, 908, 684)).toEqual({ columns: 2, rows: 3 });
    expect(chooseGrid(16, 3840, 2000)).toEqual({ columns: 4, rows: 4 });
  });
});

describe('presets', () => {
  it.each([
    [0, 1],
    [1, 1],
    [4, 4],
    [5, 6],
    [9, 9],
    [38, 9],
  ])('of %d cameras start with %d tiles', (count, preset) => {
    expect(defaultPreset(count)).toBe(preset);
  });

  it('come from the address only when they exist', () => {
    expect(parsePreset('16')).toBe(16);
    expect(parsePreset('5')).toBeNull();
    expect(parsePreset('')).toBeNull();
  });
});

it('pages hold all cameras', () => {
  expect(pageCount(0, 4)).toBe(1);
  expect(pageCount(9, 4)).toBe(3);
  expect(pageOf(8, 4)).toBe(2);
  expect(pageOf(-1, 4)).toBe(0);
  expect(clampPage(7, 9, 4)).toBe(2);
  expect(clampPage(-1, 9, 4)).toBe(0);
});

describe('moving over the tiles', () => {
  it.each([
    [0, 'right', 1],
    [0, 'down', 3],
    [0, 'left', 0],
    [0, 'up', 0],
    [2, 'right', 2],
    [4, 'up', 1],
    [3, 'left', 3],
    [2, 'down', 2],
    [4, 'right', 4],
  ] as const)('from %d to the %s comes to %d', (index, direction, expected) => {
    // Five cameras on a wall of three columns: the place under 2 is empty.
    expect(moveOnGrid(index, direction, 3, 5)).toBe(expected);
  });
});
