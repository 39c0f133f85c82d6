import clsx from 'clsx';
import { type Dispatch, type PointerEvent as ReactPointerEvent, useRef, useState } from 'react';
import type { CalibrationPreview, SuggestedZone } from '@/shared/api/types';
import { CameraPicture } from '@/shared/ui/picture';
import { CalibrationLayer } from './calibration-layer';
import { CornerHandles } from './corner-handles';
import { DirectionArrow } from './direction-arrow';
import { centreOf, closesPolygon, forwardOf, middleOf, type Point, toPicture } from './geometry';
import type { DraftZone, ZoneAction, ZoneEditorState } from './zone-state';
import { isLine, SELECTED_COLOUR, ZONE_COLOURS } from './zone-types';

/** Until the picture has told its own. */
const USUAL_ASPECT = 16 / 9;

interface ZoneCanvasProps {
  readonly cameraKey: string;
  readonly state: ZoneEditorState;
  readonly dispatch: Dispatch<ZoneAction>;
  /** Whether zones can be chosen and changed. */
  readonly isEditable: boolean;
  /** Lanes that were suggested and not taken yet. */
  readonly suggestions: readonly SuggestedZone[];
  /** While points on the ground are set: what they mean so far. */
  readonly calibration: { readonly preview: CalibrationPreview | null } | null;
}

/** The zones over a picture of the camera; corners and arrows can be dragged. */
export function ZoneCanvas(props: ZoneCanvasProps) {
  const { cameraKey, state, dispatch, isEditable, suggestions, calibration } = props;
  const frame = useRef<HTMLDivElement>(null);
  const [aspect, setAspect] = useState(USUAL_ASPECT);
  const [pointer, setPointer] = useState<Point | null>(null);
  const { zones, drawing, isDrawingLine } = state;
  const selectedId = isEditable ? state.selectedId : null;
  const selected = zones.find((zone) => zone.id === selectedId);
  const locate = (event: { clientX: number; clientY: number }): Point | null => {
    const rect = frame.current?.getBoundingClientRect();
    return rect === undefined ? null : toPicture(event.clientX, event.clientY, rect);
  };
  const addCorner = (event: ReactPointerEvent) => {
    const point = locate(event);
    if (point === null) return;
    if (calibration !== null) dispatch({ type: 'pin', point });
    if (drawing === null) return;
    if (!isDrawingLine && closesPolygon(drawing, point))
      dispatch({ type: 'finish', id: crypto.randomUUID() });
    else dispatch({ type: 'corner', point });
  };
  return (
    <div
      ref={frame}
      style={{ aspectRatio: aspect }}
      onPointerDown={addCorner}
      onPointerMove={(event) => setPointer(drawing === null ? null : locate(event))}
      className={clsx(
        'relative w-full touch-none select-none overflow-hidden rounded-md bg-black',
        (drawing !== null || calibration !== null) && 'cursor-crosshair',
      )}
    >
      <CameraPicture
        cameraKey={cameraKey}
        alt="Newest picture of the camera"
        fallback="The camera has not sent a picture yet"
        className="absolute inset-0 size-full"
        maxAgeMs={10_000}
        onAspect={setAspect}
      />
      <svg
        viewBox="0 0 1 1"
        preserveAspectRatio="none"
        aria-hidden="true"
        className="absolute inset-0 size-full"
      >
        {zones.map((zone) => (
          <Outline
            key={zone.id}
            zone={zone}
            isSelected={zone.id === selectedId}
            isInert={drawing !== null || !isEditable}
            onSelect={() => dispatch({ type: 'select', id: zone.id })}
          />
        ))}
        {suggestions.map(({ zone }) => (
          <Suggestion key={zone.id} outline={zone.polygon} />
        ))}
        {drawing !== null && <Drawing corners={drawing} pointer={pointer} isLine={isDrawingLine} />}
      </svg>
      {zones.map((zone) => {
        const line = isLine(zone.type);
        const direction = line ? forwardOf(zone.polygon, aspect) : zone.direction;
        return direction === null ? null : (
          <DirectionArrow
            key={zone.id}
            from={line ? middleOf(zone.polygon) : centreOf(zone.polygon)}
            direction={direction}
            isFixed={line || !isEditable}
            aspect={aspect}
            isSelected={zone.id === selectedId}
            locate={locate}
            onChange={(turned) =>
              dispatch({ type: 'edit', id: zone.id, change: { direction: turned } })
            }
          />
        );
      })}
      {selected !== undefined && (
        <CornerHandles zone={selected} locate={locate} dispatch={dispatch} />
      )}
      {calibration !== null && (
        <CalibrationLayer
          pins={state.pins}
          preview={calibration.preview}
          locate={locate}
          dispatch={dispatch}
        />
      )}
    </div>
  );
}

interface OutlineProps {
  readonly zone: DraftZone;
  readonly isSelected: boolean;
  readonly isInert: boolean;
  readonly onSelect: () => void;
}

function pathOf(points: readonly Point[]): string {
  return points.map(([x, y]) => `${x},${y}`).join(' ');
}

function Outline({ zone, isSelected, isInert, onSelect }: OutlineProps) {
  const line = isLine(zone.type);
  const colour = isSelected ? SELECTED_COLOUR : ZONE_COLOURS[zone.type];
  const Shape = line ? 'polyline' : 'polygon';
  return (
    <Shape
      points={pathOf(zone.polygon)}
      fill={line ? 'none' : colour}
      fillOpacity={isSelected ? 0.2 : 0.12}
      stroke={colour}
      strokeWidth={(isSelected ? 2 : 1.5) + (line ? 1.5 : 0)}
      vectorEffect="non-scaling-stroke"
      className={isInert ? 'pointer-events-none' : 'cursor-pointer'}
      onPointerDown={isInert ? undefined : onSelect}
    />
  );
}

function Suggestion({ outline }: { readonly outline: readonly Point[] }) {
  return (
    <polygon
      points={pathOf(outline)}
      fill="#34d399"
      fillOpacity={0.1}
      stroke="#34d399"
      strokeWidth={1.5}
      strokeDasharray="5 4"
      vectorEffect="non-scaling-stroke"
      className="pointer-events-none"
    />
  );
}

interface DrawingProps {
  readonly corners: readonly Point[];
  readonly pointer: Point | null;
  readonly isLine: boolean;
}

function Drawing({ corners, pointer, isLine: line }: DrawingProps) {
  const points = pointer === null ? corners : [...corners, pointer];
  return (
    <polyline
      points={pathOf(points)}
      fill={line ? 'none' : SELECTED_COLOUR}
      fillOpacity={0.12}
      stroke={SELECTED_COLOUR}
      strokeWidth={2}
      strokeDasharray="6 4"
      vectorEffect="non-scaling-stroke"
    />
  );
}
