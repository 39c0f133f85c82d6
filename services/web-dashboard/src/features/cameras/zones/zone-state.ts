import type { Zone, ZoneSet, ZoneType } from '@/shared/api/types';
import { type Point, polygonFault, replaceCorner, turnAround } from './geometry';

/** What the zone editor holds. Pure: the component draws it and sends actions. */

export interface DraftZone {
  readonly id: string;
  readonly name: string;
  readonly type: ZoneType;
  readonly polygon: readonly Point[];
  readonly direction: Point | null;
  /** Parameters of rules, which this editor keeps as they are. */
  readonly rules: NonNullable<Zone['rules']>;
}

export interface ZoneEditorState {
  readonly zones: readonly DraftZone[];
  readonly selectedId: string | null;
  /** Corners of the polygon that is being drawn; null while none is. */
  readonly drawing: readonly Point[] | null;
  readonly isDirty: boolean;
}

export type ZoneAction =
  | { readonly type: 'load'; readonly set: ZoneSet }
  | { readonly type: 'select'; readonly id: string | null }
  | { readonly type: 'draw' }
  | { readonly type: 'corner'; readonly point: Point }
  | { readonly type: 'cancel' }
  | { readonly type: 'finish'; readonly id: string }
  | { readonly type: 'move'; readonly id: string; readonly corner: number; readonly point: Point }
  | { readonly type: 'edit'; readonly id: string; readonly change: ZoneChange }
  | { readonly type: 'turn'; readonly id: string }
  | { readonly type: 'remove'; readonly id: string };

type ZoneChange = Partial<Pick<DraftZone, 'name' | 'type' | 'direction'>>;

/** Traffic that comes towards the camera: half of all lanes, and one press from the other half. */
const DEFAULT_DIRECTION: Point = [0, 1];

export const EMPTY_STATE: ZoneEditorState = {
  zones: [],
  selectedId: null,
  drawing: null,
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
  };
}

/** The document to save. `loaded` is what was read: its version and its calibration go back. */
export function toZoneSet(zones: readonly DraftZone[], loaded: ZoneSet): ZoneSet {
  return {
    ...loaded,
    zones: zones.map((zone) => ({
      ...zone,
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

function finish(state: ZoneEditorState, id: string): ZoneEditorState {
  if (state.drawing === null || polygonFault(state.drawing) !== null) return state;
  const zone: DraftZone = {
    id,
    name: `Lane ${state.zones.length + 1}`,
    type: 'lane',
    polygon: state.drawing,
    direction: DEFAULT_DIRECTION,
    rules: {},
  };
  return { zones: [...state.zones, zone], selectedId: id, drawing: null, isDirty: true };
}

/** Only a lane has a direction, and a new lane gets one. */
function edit(zone: DraftZone, change: ZoneChange): DraftZone {
  const edited = { ...zone, ...change };
  if (edited.type !== 'lane') return { ...edited, direction: null };
  return change.type === 'lane' ? { ...edited, direction: DEFAULT_DIRECTION } : edited;
}

export function reduceZones(state: ZoneEditorState, action: ZoneAction): ZoneEditorState {
  switch (action.type) {
    case 'load':
      return { ...EMPTY_STATE, zones: action.set.zones?.map(draftOf) ?? [] };
    case 'select':
      return { ...state, selectedId: action.id };
    case 'draw':
      return { ...state, drawing: [], selectedId: null };
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
      return withZone(state, action.id, (zone) => edit(zone, action.change));
    case 'turn':
      return withZone(state, action.id, (zone) => ({
        ...zone,
        direction: zone.direction === null ? null : turnAround(zone.direction),
      }));
    case 'remove': {
      const zones = state.zones.filter((zone) => zone.id !== action.id);
      return { ...state, zones, selectedId: null, isDirty: true };
    }
  }
}

/** Why the zones cannot be saved as they are; null where they can. */
export function zonesFault(zones: readonly DraftZone[]): string | null {
  const names = zones.map((zone) => zone.name.trim());
  if (names.includes('')) return 'A zone has no name.';
  const faulty = zones.find((zone) => polygonFault(zone.polygon) !== null);
  return faulty === undefined ? null : `${faulty.name}: ${polygonFault(faulty.polygon)}`;
}
