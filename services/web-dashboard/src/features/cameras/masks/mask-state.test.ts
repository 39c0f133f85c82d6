import { describe, expect, it } from 'vitest';
import type { Mask } from '../camera-draft';
import { type MaskAction, masksFault, reduceMasks, startMasks } from './mask-state';

const SQUARE: Mask = [
  [0, 0],
  [0.2, 0],
  [0.2, 0.2],
];

function run(...actions: MaskAction[]) {
  return actions.reduce(reduceMasks, startMasks([SQUARE]));
}

const CORNERS: MaskAction[] = [
  { type: 'draw' },
  { type: 'corner', point: [0.5, 0.5] },
  { type: 'corner', point: [0.7, 0.5] },
  { type: 'corner', point: [0.7, 0.7] },
];

describe('drawing a mask', () => {
  it('ends with a mask that is selected', () => {
    const state = run(...CORNERS, { type: 'finish' });
    expect(state.masks).toHaveLength(2);
    expect(state).toMatchObject({ selected: 1, drawing: null });
  });

  it('does not end before it is a polygon, and takes corners back', () => {
    const state = run(...CORNERS, { type: 'back' }, { type: 'finish' });
    expect(state.masks).toHaveLength(1);
    expect(state.drawing).toHaveLength(2);
  });

  it('can be dropped, or done without a pointer', () => {
    expect(run(...CORNERS, { type: 'cancel' })).toMatchObject({ masks: [SQUARE], drawing: null });
    expect(run({ type: 'rectangle' }).masks[1]).toHaveLength(4);
  });

  it('sets no corner while nothing is drawn', () => {
    expect(run({ type: 'corner', point: [0, 0] })).toEqual(startMasks([SQUARE]));
  });
});

describe('undo', () => {
  const drag = (x: number): MaskAction => ({ type: 'move', mask: 0, corner: 1, point: [x, 0] });

  it('takes a whole drag back in one step', () => {
    const state = run(drag(0.3), drag(0.4), drag(0.5));
    expect(state.masks[0]?.[1]).toEqual([0.5, 0]);
    expect(reduceMasks(state, { type: 'undo' }).masks).toEqual([SQUARE]);
  });

  it('goes back step by step, and then stays', () => {
    const steps: MaskAction[] = [drag(0.3), { type: 'select', mask: 0 }, drag(0.4)];
    const state = run(...steps, { type: 'remove', mask: 0 });
    expect(state.masks).toHaveLength(0);
    const undone = (times: number) =>
      Array.from({ length: times }).reduce<typeof state>(
        (before) => reduceMasks(before, { type: 'undo' }),
        state,
      );
    expect(undone(1).masks[0]?.[1]).toEqual([0.4, 0]);
    expect(undone(2).masks[0]?.[1]).toEqual([0.3, 0]);
    expect(undone(9).masks).toEqual([SQUARE]);
  });
});

it('names a mask that cannot be saved', () => {
  expect(masksFault([SQUARE])).toBeNull();
  const bowTie: Mask = [
    [0, 0],
    [1, 1],
    [1, 0],
    [0, 1],
  ];
  expect(masksFault([SQUARE, bowTie])).toBe('Mask 2: The outline crosses itself.');
});
