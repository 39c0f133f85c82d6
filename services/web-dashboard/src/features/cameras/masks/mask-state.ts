import type { Mask } from '../camera-draft';
import { type Point, polygonFault, replaceCorner } from '../zones/geometry';

/** What the mask editor holds. Pure: the component draws it and sends actions. */
export interface MaskEditorState {
  readonly masks: readonly Mask[];
  readonly selected: number | null;
  /** Corners of the outline that is being drawn; null while none is. */
  readonly drawing: readonly Point[] | null;
  /** Earlier masks, newest last. */
  readonly past: readonly (readonly Mask[])[];
  /** The corner that moves: its steps are one change to undo. */
  readonly moving: string | null;
}

export type MaskAction =
  | { readonly type: 'draw' }
  | { readonly type: 'corner'; readonly point: Point }
  | { readonly type: 'back' }
  | { readonly type: 'cancel' }
  | { readonly type: 'finish' }
  | { readonly type: 'rectangle' }
  | { readonly type: 'select'; readonly mask: number | null }
  | { readonly type: 'move'; readonly mask: number; readonly corner: number; readonly point: Point }
  | { readonly type: 'remove'; readonly mask: number }
  | { readonly type: 'undo' };

const KEPT_STEPS = 100;
const RECTANGLE: Mask = [
  [0.4, 0.4],
  [0.6, 0.4],
  [0.6, 0.6],
  [0.4, 0.6],
];

export function startMasks(masks: readonly Mask[]): MaskEditorState {
  return { masks, selected: null, drawing: null, past: [], moving: null };
}

function changed(
  state: MaskEditorState,
  masks: readonly Mask[],
  more: Partial<MaskEditorState>,
): MaskEditorState {
  const past = [...state.past, state.masks].slice(-KEPT_STEPS);
  return { ...state, masks, past, drawing: null, moving: null, ...more };
}

function add(state: MaskEditorState, mask: Mask): MaskEditorState {
  return changed(state, [...state.masks, mask], { selected: state.masks.length });
}

function move(
  state: MaskEditorState,
  { mask, corner, point }: Extract<MaskAction, { type: 'move' }>,
): MaskEditorState {
  const moving = `${mask}/${corner}`;
  const masks = state.masks.map((one, index) =>
    index === mask ? replaceCorner(one, corner, point) : one,
  );
  if (moving === state.moving) return { ...state, masks };
  return changed(state, masks, { moving });
}

function draw(state: MaskEditorState, action: MaskAction): MaskEditorState {
  const { drawing } = state;
  if (drawing === null) return state;
  switch (action.type) {
    case 'corner':
      return { ...state, drawing: [...drawing, action.point] };
    case 'back':
      return { ...state, drawing: drawing.slice(0, -1) };
    case 'finish':
      return polygonFault(drawing) === null ? add(state, drawing) : state;
    default:
      return { ...state, drawing: null };
  }
}

function undo(state: MaskEditorState): MaskEditorState {
  const masks = state.past.at(-1);
  if (masks === undefined) return state;
  return { ...startMasks(masks), past: state.past.slice(0, -1) };
}

export function reduceMasks(state: MaskEditorState, action: MaskAction): MaskEditorState {
  switch (action.type) {
    case 'draw':
      return { ...state, drawing: [], selected: null, moving: null };
    case 'rectangle':
      return add(state, RECTANGLE);
    case 'select':
      return { ...state, selected: action.mask, moving: null };
    case 'move':
      return move(state, action);
    case 'remove': {
      const masks = state.masks.filter((_, index) => index !== action.mask);
      return changed(state, masks, { selected: null });
    }
    case 'undo':
      return undo(state);
    default:
      return draw(state, action);
  }
}

/** Why the masks cannot be saved; null where they can. */
export function masksFault(masks: readonly Mask[]): string | null {
  const index = masks.findIndex((mask) => polygonFault(mask) !== null);
  const mask = masks[index];
  if (mask === undefined) return null;
  return `Mask ${index + 1}: ${polygonFault(mask)?.replace('A zone', 'A mask')}`;
}
