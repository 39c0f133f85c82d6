import { EyeOff, Pentagon, RectangleHorizontal, Trash2, Undo2 } from 'lucide-react';
import { type Dispatch, type ReactNode, useEffect, useReducer, useRef } from 'react';
import { Button, IconButton } from '@/shared/ui/button';
import type { Mask } from '../camera-draft';
import { MaskCanvas } from './mask-canvas';
import {
  type MaskAction,
  type MaskEditorState,
  masksFault,
  reduceMasks,
  startMasks,
} from './mask-state';

interface MaskEditorProps {
  readonly masks: readonly Mask[];
  readonly aspect: number;
  readonly picture: ReactNode;
  readonly onChange: (masks: readonly Mask[]) => void;
}

/** Draws what nobody may see in a camera's picture. */
export function MaskEditor({ masks, aspect, picture, onChange }: MaskEditorProps) {
  const [state, dispatch] = useReducer(reduceMasks, masks, startMasks);
  const told = useRef(masks);
  useEffect(() => {
    if (state.masks === told.current) return;
    told.current = state.masks;
    onChange(state.masks);
  }, [state.masks, onChange]);
  const fault = masksFault(state.masks);
  return (
    <div className="flex flex-col gap-2">
      <Toolbar state={state} dispatch={dispatch} />
      <MaskCanvas state={state} dispatch={dispatch} aspect={aspect} picture={picture} />
      <p className="min-h-4 text-muted text-xs">
        {fault === null ? hintOf(state) : <span className="text-warn">{fault}</span>}
      </p>
      <MaskList state={state} dispatch={dispatch} />
      {state.masks.length > 0 && (
        <p className="flex items-start gap-2 text-warn text-xs">
          <EyeOff className="mt-px size-3.5 shrink-0" aria-hidden="true" />
          Masks are burned in before anything is stored, inferred or shown: nobody can take them off
          a recording later. The live view is encoded anew, which costs the server a part of a core.
        </p>
      )}
    </div>
  );
}

interface PartProps {
  readonly state: MaskEditorState;
  readonly dispatch: Dispatch<MaskAction>;
}

function Toolbar({ state, dispatch }: PartProps) {
  const { drawing } = state;
  if (drawing !== null) {
    return (
      <div className="flex items-center gap-1">
        <Button
          size="small"
          variant="primary"
          disabled={drawing.length < 3}
          onClick={() => dispatch({ type: 'finish' })}
        >
          Close the outline
        </Button>
        <Button
          size="small"
          variant="ghost"
          disabled={drawing.length === 0}
          onClick={() => dispatch({ type: 'back' })}
        >
          Take the last corner back
        </Button>
        <Button size="small" variant="ghost" onClick={() => dispatch({ type: 'cancel' })}>
          Cancel
        </Button>
      </div>
    );
  }
  return (
    <div className="flex items-center gap-1">
      <Button size="small" onClick={() => dispatch({ type: 'draw' })}>
        <Pentagon className="size-3.5" aria-hidden="true" /> Draw a mask
      </Button>
      <Button size="small" onClick={() => dispatch({ type: 'rectangle' })}>
        <RectangleHorizontal className="size-3.5" aria-hidden="true" /> Add a rectangle
      </Button>
      <span className="flex-1" />
      <Button
        size="small"
        variant="ghost"
        disabled={state.past.length === 0}
        onClick={() => dispatch({ type: 'undo' })}
      >
        <Undo2 className="size-3.5" aria-hidden="true" /> Undo
      </Button>
    </div>
  );
}

/** Every mask by its number, for whoever has no pointer. */
function MaskList({ state, dispatch }: PartProps) {
  if (state.masks.length === 0) return null;
  return (
    <ul aria-label="Privacy masks" className="flex flex-wrap gap-1">
      {state.masks.map((_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a mask is its place in the list
        <li key={index} className="flex items-center rounded-md bg-raised">
          <Button
            size="small"
            variant="ghost"
            aria-pressed={index === state.selected}
            className={index === state.selected ? 'text-accent' : ''}
            onClick={() => dispatch({ type: 'select', mask: index })}
          >
            Mask {index + 1}
          </Button>
          <IconButton
            label={`Delete mask ${index + 1}`}
            onClick={() => dispatch({ type: 'remove', mask: index })}
          >
            <Trash2 />
          </IconButton>
        </li>
      ))}
    </ul>
  );
}

function hintOf({ drawing, masks, selected }: MaskEditorState): string {
  if (drawing !== null) return 'Click the corners; click the first one again to close the outline.';
  if (masks.length === 0) return 'Nothing is hidden.';
  return selected === null
    ? 'Choose a mask to move its corners.'
    : 'Drag the corners, or move them with the arrow keys (Shift: further).';
}
