import { describe, expect, it } from 'vitest';
import type { ZoneSet } from '@/shared/api/types';
import {
  EMPTY_STATE,
  editorFault,
  reduceZones,
  toZoneSet,
  type ZoneAction,
  type ZoneEditorState,
  zonesFault,
} from './zone-state';

const LOADED: ZoneSet = {
  version: 4,
  zones: [
    {
      id: 'z1',
      name: 'Inbound',
      type: 'lane',
      polygon: [
        [0, 0],
        [1, 0],
        [1, 1],
      ],
      direction: [0.6, 0.8],
      rules: { congestion: { on_s: 15 } },
    },
  ],
  calibration: [],
};

function run(...actions: ZoneAction[]): ZoneEditorState {
  return actions.reduce(reduceZones, reduceZones(EMPTY_STATE, { type: 'load', set: LOADED }));
}

const CORNERS: ZoneAction[] = [
  { type: 'draw' },
  { type: 'corner', point: [0.1, 0.1] },
  { type: 'corner', point: [0.4, 0.1] },
  { type: 'corner', point: [0.4, 0.4] },
];

describe('drawing', () => {
  it('ends with a lane that has a direction and is selected', () => {
    const state = run(...CORNERS, { type: 'finish', id: 'z2' });
    expect(state.zones[1]).toMatchObject({ id: 'z2', name: 'Lane 2', direction: [0, 1] });
    expect(state).toMatchObject({ selectedId: 'z2', drawing: null, isDirty: true });
  });

  it('does not end before it is a polygon', () => {
    const state = run(...CORNERS.slice(0, 3), { type: 'finish', id: 'z2' });
    expect(state.zones).toHaveLength(1);
    expect(state.drawing).toHaveLength(2);
  });

  it('can be dropped without a trace', () => {
    expect(run(...CORNERS, { type: 'cancel' })).toMatchObject({ drawing: null, isDirty: false });
  });

  it('sets no corner while nothing is drawn', () => {
    expect(run({ type: 'corner', point: [0, 0] }).drawing).toBeNull();
  });
});

describe('changing', () => {
  it('takes the direction from what is no lane, and gives a new lane one', () => {
    const junction = run({ type: 'edit', id: 'z1', change: { type: 'junction' } });
    expect(junction.zones[0]?.direction).toBeNull();
    const lane = reduceZones(junction, { type: 'edit', id: 'z1', change: { type: 'lane' } });
    expect(lane.zones[0]?.direction).toEqual([0, 1]);
  });

  it('turns, moves and removes', () => {
    expect(run({ type: 'turn', id: 'z1' }).zones[0]?.direction).toEqual([-0.6, -0.8]);
    const moved = run({ type: 'move', id: 'z1', corner: 2, point: [0.5, 0.5] });
    expect(moved.zones[0]?.polygon[2]).toEqual([0.5, 0.5]);
    expect(run({ type: 'remove', id: 'z1' })).toMatchObject({ zones: [], isDirty: true });
  });
});

it('saves what it does not edit as it was', () => {
  const state = run({ type: 'edit', id: 'z1', change: { name: 'Inbound, right' } });
  expect(toZoneSet(state, LOADED)).toEqual({
    ...LOADED,
    rules: {},
    zones: [{ ...LOADED.zones?.[0], name: 'Inbound, right', place: null }],
  });
});

it('saves rules of zones and of the whole picture, and places', () => {
  const state = run(
    { type: 'edit', id: 'z1', change: { place: 'bridge_7', rules: { queue: { length_m: 30 } } } },
    {
      type: 'parameter',
      zoneId: null,
      rule: 'camera_tamper',
      name: 'enabled',
      entry: { value: false },
    },
  );
  const saved = toZoneSet(state, LOADED);
  expect(saved.zones?.[0]).toMatchObject({ place: 'bridge_7', rules: { queue: { length_m: 30 } } });
  expect(saved.rules).toEqual({ camera_tamper: { enabled: false } });
  expect(reduceZones(state, { type: 'load', set: saved }).pictureRules).toEqual(saved.rules);
});

it('draws a line with two points, and turns what is forward', () => {
  const line = run(
    { type: 'draw', line: true },
    { type: 'corner', point: [0.2, 0.5] },
    { type: 'corner', point: [0.8, 0.5] },
    { type: 'finish', id: 'l1' },
  );
  expect(line.zones[1]).toMatchObject({ type: 'counting_line', direction: null });
  expect(zonesFault(line.zones)).toBeNull();
  const turned = reduceZones(line, { type: 'turn', id: 'l1' });
  expect(turned.zones[1]?.polygon).toEqual([
    [0.8, 0.5],
    [0.2, 0.5],
  ]);
});

it('says why zones cannot be saved', () => {
  expect(zonesFault(run().zones)).toBeNull();
  expect(zonesFault(run({ type: 'edit', id: 'z1', change: { name: ' ' } }).zones)).toContain(
    'no name',
  );
  expect(zonesFault(run({ type: 'edit', id: 'z1', change: { place: 'Über' } }).zones)).toContain(
    'a place',
  );
});

it('takes a suggested lane as one of its own', () => {
  const lane = { ...LOADED.zones?.[0], id: 's1', name: 'Suggested 1', rules: {} };
  const state = run({ type: 'accept', zone: lane as NonNullable<ZoneSet['zones']>[number] });
  expect(state).toMatchObject({ selectedId: 's1', isDirty: true });
  expect(state.zones.map(({ id }) => id)).toEqual(['z1', 's1']);
});

it('sets, moves, measures and removes points on the ground', () => {
  const pinned = run(
    { type: 'pin', point: [0.1, 0.9] },
    { type: 'pin', point: [0.9, 0.9] },
    { type: 'movePin', index: 0, point: [0.2, 0.9] },
    { type: 'ground', index: 0, axis: 1, value: 12.5 },
  );
  expect(pinned.pins).toEqual([
    { image: [0.2, 0.9], groundM: [null, 12.5] },
    { image: [0.9, 0.9], groundM: [null, null] },
  ]);
  expect(editorFault(pinned)).toContain('at least 4');
  // What is not whole is not saved.
  expect(toZoneSet(pinned, LOADED).calibration).toEqual([]);
  const removed = reduceZones(pinned, { type: 'unpin', index: 0 });
  expect(removed.pins).toHaveLength(1);
});

describe('a text that is no value', () => {
  const QUEUE_ON = { type: 'parameter', zoneId: 'z1', rule: 'queue', name: 'on_s' } as const;
  const typed = (text: string): ZoneAction => ({
    ...QUEUE_ON,
    entry: { label: 'Alarm after', text, fault: 'Only from 1 to 600 s.' },
  });

  it('keeps all from being saved, and says where it is and what would do', () => {
    const state = run({ ...QUEUE_ON, entry: { value: 60 } }, typed('6000'));
    expect(state.zones[0]?.rules).toMatchObject({ queue: { on_s: 60 } });
    expect(editorFault(state)).toBe(
      `${state.zones[0]?.name}, Queue, Alarm after: 6000 is no value. Only from 1 to 600 s.`,
    );
    const mended = reduceZones(state, { ...QUEUE_ON, entry: { value: 90 } });
    expect(editorFault(mended)).toBeNull();
    expect(mended.zones[0]?.rules).toMatchObject({ queue: { on_s: 90 } });
  });

  it('goes when its field goes, or all is taken back', () => {
    const state = run(typed('soon'));
    expect(editorFault(state)).toContain('soon is no value');
    const gone: ZoneAction[] = [
      { type: 'remove', id: 'z1' },
      { type: 'edit', id: 'z1', change: { type: 'pavement' } },
      { type: 'load', set: LOADED },
      { ...QUEUE_ON, entry: { value: null } },
    ];
    for (const action of gone) expect(reduceZones(state, action).drafts).toEqual([]);
    expect(reduceZones(state, { type: 'edit', id: 'z1', change: { name: 'A' } }).drafts).toEqual(
      state.drafts,
    );
  });

  it('is told apart by zone, also from the whole picture', () => {
    const state = run(typed('soon'), {
      type: 'parameter',
      zoneId: null,
      rule: 'boxes',
      name: 'person',
      entry: { label: 'Person', text: '2', fault: 'Only from 0 to 1.' },
    });
    expect(state.drafts).toHaveLength(2);
    const one = reduceZones(state, { ...QUEUE_ON, entry: { value: 30 } });
    expect(editorFault(one)).toBe(
      'Picture, Boxes that count, Person: 2 is no value. Only from 0 to 1.',
    );
  });
});
