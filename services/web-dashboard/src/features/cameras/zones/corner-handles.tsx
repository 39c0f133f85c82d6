import type { Dispatch } from 'react';
import { shiftPoint } from './geometry';
import { dragHandlers, type Locate, nudgeOf } from './use-drag';
import type { DraftZone, ZoneAction } from './zone-state';

interface CornerHandlesProps {
  readonly zone: DraftZone;
  readonly locate: Locate;
  readonly dispatch: Dispatch<ZoneAction>;
}

/** The corners of the selected zone: dragged by the pointer, nudged by the arrow keys. */
export function CornerHandles({ zone, locate, dispatch }: CornerHandlesProps) {
  return zone.polygon.map((corner, index) => {
    const move = (point: typeof corner) =>
      dispatch({ type: 'move', id: zone.id, corner: index, point });
    return (
      <button
        // biome-ignore lint/suspicious/noArrayIndexKey: a corner is its place in the outline
        key={index}
        type="button"
        aria-label={`Corner ${index + 1} of ${zone.name}. Arrow keys move it.`}
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
