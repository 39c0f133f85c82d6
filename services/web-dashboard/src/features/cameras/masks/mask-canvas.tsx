import clsx from 'clsx';
import { type Dispatch, type PointerEvent, type ReactNode, useRef, useState } from 'react';
import { closesPolygon, type Point, shiftPoint, toPicture } from '../zones/geometry';
import { dragHandlers, type Locate, nudgeOf } from '../zones/use-drag';
import type { MaskAction, MaskEditorState } from './mask-state';

interface MaskCanvasProps {
  readonly state: MaskEditorState;
  readonly dispatch: Dispatch<MaskAction>;
  readonly aspect: number;
  /** Fills the frame. */
  readonly picture: ReactNode;
}

function pathOf(points: readonly Point[]): string {
  return points.map(([x, y]) => `${x},${y}`).join(' ');
}

/** The masks as they will be, black, over a picture of the camera. */
export function MaskCanvas({ state, dispatch, aspect, picture }: MaskCanvasProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [pointer, setPointer] = useState<Point | null>(null);
  const { masks, selected, drawing } = state;
  const locate: Locate = ({ clientX, clientY }) => {
    const rect = frame.current?.getBoundingClientRect();
    return rect === undefined ? null : toPicture(clientX, clientY, rect);
  };
  const addCorner = (event: PointerEvent) => {
    const point = locate(event);
    if (drawing === null || point === null) return;
    dispatch(closesPolygon(drawing, point) ? { type: 'finish' } : { type: 'corner', point });
  };
  return (
    <div
      ref={frame}
      // All of the picture is in sight of a low screen.
      style={{ aspectRatio: aspect, maxWidth: `calc(56vh * ${aspect})` }}
      onPointerDown={addCorner}
      onPointerMove={(event) => setPointer(drawing === null ? null : locate(event))}
      className={clsx(
        'relative mx-auto w-full touch-none select-none overflow-hidden rounded-md bg-black',
        drawing !== null && 'cursor-crosshair',
      )}
    >
      {picture}
      <svg
        viewBox="0 0 1 1"
        preserveAspectRatio="none"
        aria-hidden="true"
        className="absolute inset-0 size-full"
      >
        {masks.map((mask, index) => (
          <polygon
            // biome-ignore lint/suspicious/noArrayIndexKey: a mask is its place in the list
            key={index}
            points={pathOf(mask)}
            fill="#000"
            fillOpacity={index === selected ? 0.75 : 0.9}
            stroke={index === selected ? '#22d3ee' : '#9fb3c8'}
            strokeWidth={index === selected ? 2 : 1.5}
            vectorEffect="non-scaling-stroke"
            className={drawing === null ? 'cursor-pointer' : 'pointer-events-none'}
            onPointerDown={() => dispatch({ type: 'select', mask: index })}
          />
        ))}
        {drawing !== null && (
          <polyline
            points={pathOf(pointer === null ? drawing : [...drawing, pointer])}
            fill="#000"
            fillOpacity={0.6}
            stroke="#22d3ee"
            strokeWidth={2}
            strokeDasharray="6 4"
            vectorEffect="non-scaling-stroke"
          />
        )}
      </svg>
      {selected !== null && (
        <Corners state={state} mask={selected} locate={locate} dispatch={dispatch} />
      )}
    </div>
  );
}

interface CornersProps extends Pick<MaskCanvasProps, 'state' | 'dispatch'> {
  readonly mask: number;
  readonly locate: Locate;
}

/** Corners of the selected mask: dragged by the pointer, nudged by the arrow keys. */
function Corners({ state, mask, locate, dispatch }: CornersProps) {
  return state.masks[mask]?.map((corner, index) => {
    const move = (point: Point) => dispatch({ type: 'move', mask, corner: index, point });
    return (
      <button
        // biome-ignore lint/suspicious/noArrayIndexKey: a corner is its place in the outline
        key={index}
        type="button"
        aria-label={`Corner ${index + 1} of mask ${mask + 1}. Arrow keys move it.`}
        style={{ left: `${corner[0] * 100}%`, top: `${corner[1] * 100}%` }}
        className="-translate-x-1/2 -translate-y-1/2 absolute size-3 cursor-move rounded-full border-2 border-accent bg-page before:absolute before:-inset-2 before:content-['']"
        {...dragHandlers(locate, move)}
        onKeyDown={(event) => {
          const nudge = nudgeOf(event.key, event.shiftKey);
          if (nudge === null) return;
          event.preventDefault();
          move(shiftPoint(corner, nudge[0], nudge[1]));
        }}
      />
    );
  });
}
