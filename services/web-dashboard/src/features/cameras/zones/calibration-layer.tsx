import type { Dispatch } from 'react';
import type { CalibrationPreview } from '@/shared/api/types';
import { type Point, shiftPoint } from './geometry';
import type { GroundPin } from './ground-pins';
import { dragHandlers, type Locate, nudgeOf } from './use-drag';
import type { ZoneAction } from './zone-state';

interface CalibrationLayerProps {
  readonly pins: readonly GroundPin[];
  readonly preview: CalibrationPreview | null;
  readonly locate: Locate;
  readonly dispatch: Dispatch<ZoneAction>;
}

/** The pins, and what they mean: lines on the ground, so many metres apart. */
export function CalibrationLayer({ pins, preview, locate, dispatch }: CalibrationLayerProps) {
  return (
    <>
      <svg
        viewBox="0 0 1 1"
        preserveAspectRatio="none"
        aria-hidden="true"
        className="pointer-events-none absolute inset-0 size-full"
      >
        {preview?.lines.map((line) => (
          <polyline
            key={`${line.axis} ${line.value_m}`}
            points={line.points.map(([x, y]) => `${x},${y}`).join(' ')}
            fill="none"
            stroke={line.axis === 'x' ? '#7dd3fc' : '#f9a8d4'}
            strokeOpacity={0.7}
            strokeWidth={1}
            vectorEffect="non-scaling-stroke"
          />
        ))}
      </svg>
      {pins.map((pin, index) => (
        <Pin
          // biome-ignore lint/suspicious/noArrayIndexKey: a pin is its place in the list
          key={index}
          number={index + 1}
          at={pin.image}
          locate={locate}
          onMove={(point) => dispatch({ type: 'movePin', index, point })}
        />
      ))}
    </>
  );
}

interface PinProps {
  readonly number: number;
  readonly at: Point;
  readonly locate: Locate;
  readonly onMove: (point: Point) => void;
}

function Pin({ number, at, locate, onMove }: PinProps) {
  return (
    <button
      type="button"
      aria-label={`Point ${number} on the ground. Arrow keys move it.`}
      style={{ left: `${at[0] * 100}%`, top: `${at[1] * 100}%` }}
      className="-translate-x-1/2 -translate-y-1/2 absolute flex size-5 cursor-move items-center justify-center rounded-full border-2 border-accent bg-page font-strong text-xs"
      {...dragHandlers(locate, onMove)}
      onKeyDown={(event) => {
        const nudge = nudgeOf(event.key, event.shiftKey);
        if (nudge === null) return;
        event.preventDefault();
        onMove(shiftPoint(at, nudge[0], nudge[1]));
      }}
    >
      {number}
    </button>
  );
}
