import type { Zone, ZoneSet, ZoneType } from '@/shared/api/types';
import { lineFault, type Point, polygonFault, replaceCorner, turnAround } from './geometry';
import { type GroundPin, pinOf, pinsFault, replacePin, toCalibration } from './ground-pins';
import {
  draftWords,
  type ParameterDraft,
  type ParameterEntry,
  withEntry,
} from './parameter-drafts';
import { type RuleValues, withValue } from './rule-values';
import { isLine } from './zone-types';

/** What the zone editor holds. Pure: the component draws it and sends actions. */

export interface DraftZone {
  readonly id: string;
  readonly name: string;
  readonly type: ZoneType;
  readonly polygon: readonly Point[];
  readonly direction: Point | null;
  readonly rules: RuleValues;
  /** Zones of several cameras with the same place show the same piece of the world. */
  readonly place: string;
}

export interface ZoneEditorState {
  readonly zones: readonly DraftZone[];
  readonly selectedId: string | null;
  /** Points of the outline that is being drawn; null while none is. */
  readonly drawing: readonly Point[] | null;
  readonly isDrawingLine: boolean;
  /** Of the rules for the whole picture. */
  readonly pictureRules: RuleValues;
  /** What was typed into fields of rules and is no value. */
  readonly drafts: readonly ParameterDraft[];
  readonly pins: readonly GroundPin[];
  readonly isDirty: boolean;
}

export type ZoneAction =
  | { readonly type: 'load'; readonly set: ZoneSet }
  | { readonly type: 'select'; readonly id: string | null }
  | { readonly type: 'draw'; readonly line?: boolean }
  | { readonly type: 'corner'; readonly point: Point }
  | { readonly type: 'cancel' }
  | { readonly type: 'finish'; readonly id: string }
  | { readonly type: 'move'; readonly id: string; readonly corner: number; readonly point: Point }
  | { readonly type: 'edit'; readonly id: string; readonly change: ZoneChange }
  | { readonly type: 'turn'; readonly id: string }
  | { readonly type: 'accept'; readonly zone: Zone }
  | {
      readonly type: 'parameter';
      /** Null: the whole picture. */
      readonly zoneId: string | null;
      readonly rule: string;
      readonly name: string;
      readonly entry: ParameterEntry;
    }
  | { readonly type: 'pin'; readonly point: Point }
  | { readonly type: 'movePin'; readonly index: number; readonly point: Point }
  | {
      readonly type: 'ground';
      readonly index: number;
      readonly axis: 0 | 1;
      readonly value: number | null;
    }
  | { readonly type: 'unpin'; readonly index: number }
  | { readonly type: 'remove'; readonly id: string };

type ZoneChange = Partial<Pick<DraftZone, 'name' | 'type' | 'direction' | 'rules' | 'place'>>;

const PLACE = /^[a-z0-9_-]{0,63}$/;

/** Traffic that comes towards the camera: half of all lanes, and one press from the other half. */
const DEFAULT_DIRECTION: Point = [0, 1];

export const EMPTY_STATE: ZoneEditorState = {
  zones: [],
  selectedId: null,
  drawing: null,
  isDrawingLine: false,
  pictureRules: {},
  drafts: [],
  pins: [],
  isDirty: false,
};

function draftOf(zone: Zone): DraftZone {
  return {
    id: zone.id ?? crypto.randomUUID(),
    name: zone.name,
    type: zone.type,
    polygon: zone.polygon,
    direction: zone.direction ?? null,
    rules: zone.rules ?? {},
    place: zone.place ?? '',
  };
}

/** The document to save. `loaded` is what was read: its version goes back. */
export function toZoneSet(
  { zones, pictureRules, pins }: Pick<ZoneEditorState, 'zones' | 'pictureRules' | 'pins'>,
  loaded: ZoneSet,
): ZoneSet {
  return {
    ...loaded,
    calibration: toCalibration(pins) ?? loaded.calibration ?? [],
    rules: pictureRules,
    zones: zones.map((zone) => ({
      ...zone,
      place: zone.place === '' ? null : zone.place,
      polygon: zone.polygon.map(([x, y]) => [x, y]),
      direction: zone.direction === null ? null : [zone.direction[0], zone.direction[1]],
    })),
  };
}

function withZone(
  state: ZoneEditorState,
  id: string,
  change: (zone: DraftZone) => DraftZone,
): ZoneEditorState {
  const zones = state.zones.map((zone) => (zone.id === id ? change(zone) : zone));
  return { ...state, zones, isDirty: true };
}

/** Why an outline cannot be kept as it is; null where it can. */
export function outlineFault(points: readonly Point[], line: boolean): string | null {
  return line ? lineFault(points) : polygonFault(points);
}

function finish(state: ZoneEditorState, id: string): ZoneEditorState {
  const { drawing, isDrawingLine, zones } = state;
  if (drawing === null || outlineFault(drawing, isDrawingLine) !== null) return state;
  const zone: DraftZone = {
    id,
    name: `${isDrawingLine ? 'Line' : 'Lane'} ${zones.length + 1}`,
    type: isDrawingLine ? 'counting_line' : 'lane',
    polygon: drawing,
    direction: isDrawingLine ? null : DEFAULT_DIRECTION,
    rules: {},
    place: '',
  };
  return { ...state, zones: [...zones, zone], selectedId: id, drawing: null, isDirty: true };
}

/** A line follows the other way: forward becomes backward. A lane's arrow is turned. */
function turn(zone: DraftZone): DraftZone {
  if (isLine(zone.type)) return { ...zone, polygon: zone.polygon.toReversed() };
  return { ...zone, direction: zone.direction === null ? null : turnAround(zone.direction) };
}

/** Only a lane has a direction, and a new lane gets one. */
function edit(zone: DraftZone, change: ZoneChange): DraftZone {
  const edited = { ...zone, ...change };
  if (edited.type !== 'lane') return { ...edited, direction: null };
  return change.type === 'lane' ? { ...edited, direction: DEFAULT_DIRECTION } : edited;
}

type PinAction = Extract<ZoneAction, { type: 'pin' | 'movePin' | 'ground' | 'unpin' }>;

function reducePins(pins: readonly GroundPin[], action: PinAction): readonly GroundPin[] {
  switch (action.type) {
    case 'pin':
      return [...pins, { image: action.point, groundM: [null, null] }];
    case 'movePin':
      return replacePin(pins, action.index, { image: action.point });
    case 'unpin':
      return pins.filter((_, index) => index !== action.index);
    case 'ground': {
      const [x, y] = pins[action.index]?.groundM ?? [null, null];
      const groundM =
        action.axis === 0 ? ([action.value, y] as const) : ([x, action.value] as const);
      return replacePin(pins, action.index, { groundM });
    }
  }
}

type ParameterAction = Extract<ZoneAction, { type: 'parameter' }>;

function enter(state: ZoneEditorState, action: ParameterAction): ZoneEditorState {
  const { zoneId, rule, name, entry } = action;
  const entered = { ...state, drafts: withEntry(state.drafts, action, entry), isDirty: true };
  if (!('value' in entry)) return entered;
  if (zoneId === null) {
    return { ...entered, pictureRules: withValue(state.pictureRules, rule, name, entry.value) };
  }
  return withZone(entered, zoneId, (zone) => ({
    ...zone,
    rules: withValue(zone.rules, rule, name, entry.value),
  }));
}

/** Without what was typed for a zone: other rules look at it now, or it is gone. */
function withoutDrafts(state: ZoneEditorState, zoneId: string): ZoneEditorState {
  return { ...state, drafts: state.drafts.filter((draft) => draft.zoneId !== zoneId) };
}

export function reduceZones(state: ZoneEditorState, action: ZoneAction): ZoneEditorState {
  switch (action.type) {
    case 'pin':
    case 'movePin':
    case 'ground':
    case 'unpin':
      return { ...state, pins: reducePins(state.pins, action), isDirty: true };
    case 'accept': {
      const zone = draftOf(action.zone);
      return { ...state, zones: [...state.zones, zone], selectedId: zone.id, isDirty: true };
    }
    case 'load':
      return {
        ...EMPTY_STATE,
        zones: action.set.zones?.map(draftOf) ?? [],
        pictureRules: action.set.rules ?? {},
        pins: action.set.calibration?.map(pinOf) ?? [],
      };
    case 'select':
      return { ...state, selectedId: action.id };
    case 'draw':
      return { ...state, drawing: [], isDrawingLine: action.line === true, selectedId: null };
    case 'corner':
      return state.drawing === null
        ? state
        : { ...state, drawing: [...state.drawing, action.point] };
    case 'cancel':
      return { ...state, drawing: null };
    case 'finish':
      return finish(state, action.id);
    case 'move':
      return withZone(state, action.id, (zone) => ({
        ...zone,
        polygon: replaceCorner(zone.polygon, action.corner, action.point),
      }));
    case 'edit':
      return withZone(
        action.change.type === undefined ? state : withoutDrafts(state, action.id),
        action.id,
        (zone) => edit(zone, action.change),
      );
    case 'turn':
      return withZone(state, action.id, turn);
    case 'parameter':
      return enter(state, action);
    case 'remove': {
      const zones = state.zones.filter((zone) => zone.id !== action.id);
      return { ...withoutDrafts(state, action.id), zones, selectedId: null, isDirty: true };
    }
  }
}

/** Why all this cannot be saved as it is; null where it can. */
export function editorFault({ zones, pins, drafts }: ZoneEditorState): string | null {
  return zonesFault(zones) ?? pinsFault(pins) ?? draftFault(zones, drafts[0]);
}

function draftFault(zones: readonly DraftZone[], draft: ParameterDraft | undefined): string | null {
  if (draft === undefined) return null;
  return draftWords(draft, zones.find(({ id }) => id === draft.zoneId)?.name ?? null);
}

/** Why the zones cannot be saved as they are; null where they can. */
export function zonesFault(zones: readonly DraftZone[]): string | null {
  const names = zones.map((zone) => zone.name.trim());
  if (names.includes('')) return 'A zone has no name.';
  const placed = zones.find((zone) => !PLACE.test(zone.place));
  if (placed !== undefined) return `${placed.name}: a place has small letters, digits, - and _.`;
  for (const zone of zones) {
    const fault = outlineFault(zone.polygon, isLine(zone.type));
    if (fault !== null) return `${zone.name}: ${fault}`;
  }
  return null;
}
