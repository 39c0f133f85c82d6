import type { PointerEvent } from 'react';
import type { Point } from './geometry';

type Locate = (event: { clientX: number; clientY: number }) => Point | null;

/** Pointer handlers of something that is dragged over the picture. */
export function dragHandlers(locate: Locate, onDrag: (point: Point) => void) {
  return {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      event.stopPropagation();
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
      event.stopPropagation();
      const point = locate(event);
      if (point !== null) onDrag(point);
    },
  };
}

export type { Locate };

const NUDGES: Readonly<Record<string, Point>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** How far an arrow key moves a point; null for other keys. Shift moves ten times as far. */
export function nudgeOf(key: string, isShifted: boolean): Point | null {
  const nudge = NUDGES[key];
  const step = isShifted ? 0.02 : 0.002;
  return nudge === undefined ? null : [nudge[0] * step, nudge[1] * step];
}
