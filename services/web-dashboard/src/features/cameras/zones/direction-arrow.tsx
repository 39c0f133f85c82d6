import clsx from 'clsx';
import { arrowTip, directionBetween, type Point } from './geometry';
import { dragHandlers, type Locate } from './use-drag';
import { SELECTED_COLOUR } from './zone-types';

/** In heights of the picture. */
const ARROW_LENGTH = 0.14;

interface DirectionArrowProps {
  readonly from: Point;
  readonly direction: Point;
  /** It follows from what is drawn, and cannot be dragged. */
  readonly isFixed: boolean;
  readonly aspect: number;
  readonly isSelected: boolean;
  readonly locate: Locate;
  readonly onChange: (direction: Point) => void;
}

/** Which way traffic goes. The head of the selected lane's arrow can be dragged. */
export function DirectionArrow(props: DirectionArrowProps) {
  const { from, direction, isFixed, aspect, isSelected, locate, onChange } = props;
  const tip = arrowTip(from, direction, ARROW_LENGTH, aspect);
  const angle = (Math.atan2(direction[1], direction[0]) * 180) / Math.PI;
  const colour = isSelected ? SELECTED_COLOUR : '#e6edf3';
  const turn = (point: Point) => {
    const turned = directionBetween(from, point, aspect);
    if (turned !== null) onChange(turned);
  };
  return (
    <>
      <svg
        viewBox="0 0 1 1"
        preserveAspectRatio="none"
        aria-hidden="true"
        className="pointer-events-none absolute inset-0 size-full"
      >
        <line
          x1={from[0]}
          y1={from[1]}
          x2={tip[0]}
          y2={tip[1]}
          stroke={colour}
          strokeWidth={2.5}
          vectorEffect="non-scaling-stroke"
        />
      </svg>
      <button
        type="button"
        tabIndex={-1}
        aria-hidden="true"
        disabled={!isSelected || isFixed}
        style={{
          left: `${tip[0] * 100}%`,
          top: `${tip[1] * 100}%`,
          transform: `translate(-50%, -50%) rotate(${angle}deg)`,
        }}
        className={clsx(
          'absolute size-5',
          isSelected && !isFixed
            ? 'cursor-grab before:absolute before:-inset-2'
            : 'pointer-events-none',
        )}
        {...dragHandlers(locate, turn)}
      >
        <svg viewBox="0 0 20 20" aria-hidden="true">
          <path d="M4 3 18 10 4 17Z" fill={colour} />
        </svg>
      </button>
    </>
  );
}
