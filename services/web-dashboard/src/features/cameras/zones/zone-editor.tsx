import { useQuery } from '@tanstack/react-query';
import { ArrowLeft, Pentagon, Sparkles, Spline } from 'lucide-react';
import { type Dispatch, useEffect, useReducer, useState } from 'react';
import { zonesQuery } from '@/shared/api/cameras';
import type { Camera, ZoneSet } from '@/shared/api/types';
import { calibrationPreviewQuery, suggestionsQuery } from '@/shared/api/zone-drafts';
import { useShortcuts } from '@/shared/keyboard/shortcuts';
import { Button } from '@/shared/ui/button';
import { ErrorState, PanelMessage, SkeletonRows } from '@/shared/ui/panel-state';
import { Segmented } from '@/shared/ui/segmented';
import { CalibrationPanel } from './calibration-panel';
import type { Point } from './geometry';
import { toCalibration } from './ground-pins';
import { PicturePanel } from './picture-panel';
import { SaveBar } from './save-bar';
import { SuggestionList } from './suggestion-list';
import { ZoneCanvas } from './zone-canvas';
import { ZoneList } from './zone-list';
import {
  EMPTY_STATE,
  outlineFault,
  reduceZones,
  type ZoneAction,
  type ZoneEditorState,
} from './zone-state';

type Task = 'zones' | 'picture' | 'calibration';

const TASKS = [
  { value: 'zones', label: 'Zones' },
  { value: 'picture', label: 'Picture' },
  { value: 'calibration', label: 'Metres' },
] as const;

interface ZoneEditorProps {
  readonly camera: Camera;
  readonly onClose: () => void;
}

/** Draws what the parts of a camera's picture mean. */
export function ZoneEditor({ camera, onClose }: ZoneEditorProps) {
  const query = useQuery({ ...zonesQuery(camera.key), refetchOnWindowFocus: false });
  if (query.isPending) return <SkeletonRows rows={6} height={40} />;
  if (query.data === undefined) {
    return <ErrorState what="The zones" error={query.error} onRetry={() => void query.refetch()} />;
  }
  return <Editor camera={camera} loaded={query.data} onClose={onClose} />;
}

function Editor({ camera, loaded, onClose }: ZoneEditorProps & { readonly loaded: ZoneSet }) {
  const [state, dispatch] = useReducer(reduceZones, EMPTY_STATE);
  const [task, setTask] = useState<Task>('zones');
  const [isSuggesting, setSuggesting] = useState(false);
  useEffect(() => dispatch({ type: 'load', set: loaded }), [loaded]);
  const isDrawing = state.drawing !== null;
  const { selectedId } = state;
  useShortcuts({
    'zones.finish': isDrawing ? () => dispatch({ type: 'finish', id: crypto.randomUUID() }) : null,
    'zones.cancel': isDrawing ? () => dispatch({ type: 'cancel' }) : null,
    'zones.remove': selectedId === null ? null : () => dispatch({ type: 'remove', id: selectedId }),
  });
  const points = toCalibration(state.pins) ?? [];
  const preview = useQuery({
    ...calibrationPreviewQuery(camera.key, points),
    enabled: task === 'calibration' && points.length > 0,
  });
  const suggested = useQuery({ ...suggestionsQuery(camera.key), enabled: isSuggesting });
  const known = new Set(state.zones.map(({ id }) => id));
  const open = isSuggesting ? (suggested.data?.suggestions ?? []) : [];
  return (
    <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)_22rem]">
      <div className="flex min-h-0 flex-col gap-3 overflow-auto p-4">
        <header className="flex items-center gap-2">
          <Button variant="ghost" onClick={onClose}>
            <ArrowLeft className="size-4" aria-hidden="true" /> Cameras
          </Button>
          <h2 className="font-strong text-lg">Zones of {camera.name}</h2>
        </header>
        <div className="mx-auto w-full max-w-[calc((100vh-190px)*16/9)]">
          <ZoneCanvas
            cameraKey={camera.key}
            state={state}
            dispatch={dispatch}
            suggestions={open.filter(({ zone }) => !known.has(zone.id ?? ''))}
            isEditable={task === 'zones'}
            calibration={task === 'calibration' ? { preview: preview.data ?? null } : null}
          />
          <Hint task={task} drawing={state.drawing} isLine={state.isDrawingLine} />
        </div>
      </div>
      <aside className="flex min-h-0 flex-col border-hairline border-l bg-panel">
        <header className="flex h-11 shrink-0 items-center border-hairline border-b px-3">
          <Segmented label="What to edit" value={task} options={TASKS} onChange={setTask} />
        </header>
        <div className="min-h-0 flex-1 overflow-y-auto">
          {task === 'calibration' && (
            <CalibrationPanel
              pins={state.pins}
              preview={preview.data ?? null}
              error={preview.error}
              dispatch={dispatch}
            />
          )}
          {task === 'picture' && (
            <PicturePanel
              cameraKey={camera.key}
              state={state}
              isCalibrated={points.length > 0}
              dispatch={dispatch}
            />
          )}
          {task === 'zones' && (
            <>
              <DrawButtons
                isDrawing={isDrawing}
                dispatch={dispatch}
                onSuggest={isSuggesting ? null : () => setSuggesting(true)}
              />
              {isSuggesting && (
                <SuggestionList
                  cameraKey={camera.key}
                  accepted={known}
                  onAccept={({ zone }) => dispatch({ type: 'accept', zone })}
                  onClose={() => setSuggesting(false)}
                />
              )}
              <ZonePanel
                cameraKey={camera.key}
                state={state}
                isCalibrated={points.length > 0}
                dispatch={dispatch}
              />
            </>
          )}
        </div>
        <SaveBar
          camera={camera}
          loaded={loaded}
          state={state}
          onRevert={() => dispatch({ type: 'load', set: loaded })}
          onShow={({ zoneId }) => {
            setTask(zoneId === null ? 'picture' : 'zones');
            dispatch({ type: 'select', id: zoneId });
          }}
        />
      </aside>
    </div>
  );
}

interface ZonePanelProps {
  readonly cameraKey: string;
  readonly state: ZoneEditorState;
  readonly isCalibrated: boolean;
  readonly dispatch: Dispatch<ZoneAction>;
}

function ZonePanel({ cameraKey, state, isCalibrated, dispatch }: ZonePanelProps) {
  if (state.zones.length === 0) {
    return (
      <PanelMessage title="No zones yet">
        Without a lane, rules watch nothing here. Draw the lanes of the road, each with its
        direction.
      </PanelMessage>
    );
  }
  return (
    <ZoneList
      zones={state.zones}
      selectedId={state.selectedId}
      drafts={state.drafts}
      cameraKey={cameraKey}
      isCalibrated={isCalibrated}
      dispatch={dispatch}
    />
  );
}

interface DrawButtonsProps {
  readonly isDrawing: boolean;
  readonly dispatch: Dispatch<ZoneAction>;
  /** Null while suggestions are shown. */
  readonly onSuggest: (() => void) | null;
}

function DrawButtons({ isDrawing, dispatch, onSuggest }: DrawButtonsProps) {
  const row = 'flex items-center gap-1.5 border-hairline border-b px-3 py-2';
  if (isDrawing) {
    return (
      <div className={row}>
        <Button onClick={() => dispatch({ type: 'cancel' })} hotkey="Esc">
          Cancel
        </Button>
      </div>
    );
  }
  return (
    <div className={row}>
      <Button title="Draw a zone" onClick={() => dispatch({ type: 'draw' })}>
        <Pentagon className="size-3.5" aria-hidden="true" /> Zone
      </Button>
      <Button title="Draw a counting line" onClick={() => dispatch({ type: 'draw', line: true })}>
        <Spline className="size-3.5" aria-hidden="true" /> Line
      </Button>
      {onSuggest !== null && (
        <Button
          variant="ghost"
          title="From the ways of the vehicles of the last hour"
          onClick={onSuggest}
        >
          <Sparkles className="size-3.5" aria-hidden="true" /> Suggest lanes
        </Button>
      )}
    </div>
  );
}

interface HintProps {
  readonly task: Task;
  readonly drawing: readonly Point[] | null;
  readonly isLine: boolean;
}

function Hint({ task, drawing, isLine }: HintProps) {
  let text = 'Click a zone to change it. Corners can be dragged, or moved with the arrow keys.';
  if (task === 'picture') {
    text = 'These rules look at the whole picture, wherever zones are drawn.';
  } else if (task === 'calibration') {
    text = 'Click a point on the ground. Points can be dragged, or moved with the arrow keys.';
  } else if (drawing !== null && isLine) {
    text = 'Click the points of the line across the road, then press Enter.';
  } else if (drawing !== null) {
    const fault = drawing.length < 3 ? null : outlineFault(drawing, false);
    text = fault ?? 'Click the corners; click the first one again, or press Enter, to close.';
  }
  return <p className="mt-2 min-h-4 text-muted text-xs">{text}</p>;
}
