import { useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { memo, useMemo, useState } from 'react';
import { zonesQuery } from '@/shared/api/cameras';
import type { Camera, Incident } from '@/shared/api/types';
import { usePreferences } from '@/shared/state/preferences';
import { CameraPicture } from '@/shared/ui/picture';
import { STATUS_LOOK, statusOf } from '@/shared/ui/status';
import { LiveTileVideo, type TileState, type TileStats, useTileState } from '@/video';
import { TileLatency, TileMessage, TileName } from './tile-chrome';
import { TileIncident } from './tile-incident';
import { tileId } from './use-wall-keys';

interface TileProps {
  readonly camera: Camera;
  /** Active on this camera, worst first. */
  readonly incidents: readonly Incident[];
  readonly isSelected: boolean;
  readonly onSelect: (cameraKey: string) => void;
  readonly onMaximise: (cameraKey: string) => void;
}

/** One camera on the wall: the picture, its boxes, and what may honestly be said about it. */
export const Tile = memo(function Tile(props: TileProps) {
  const { camera, incidents, isSelected, onSelect, onMaximise } = props;
  const state = useTileState(camera.key);
  const [stats, setStats] = useState<TileStats | null>(null);
  const isLive = state.kind === 'live' || state.kind === 'degraded';
  return (
    <article
      aria-label={camera.name}
      data-state={state.kind}
      className="relative min-h-0 min-w-0 overflow-hidden bg-black"
    >
      <Backdrop camera={camera} state={state} />
      <TileVideo camera={camera} incidents={incidents} state={state} onStats={setStats} />
      <button
        id={tileId(camera.key)}
        type="button"
        data-tile
        aria-pressed={isSelected}
        aria-label={`${camera.name}, ${STATUS_LOOK[statusOf(camera)].word}, ${state.kind}`}
        onClick={() => onSelect(camera.key)}
        onDoubleClick={() => onMaximise(camera.key)}
        className={clsx(
          '-outline-offset-2 absolute inset-0 border-2',
          tileEdge(isSelected, incidents.length > 0),
        )}
      />
      <div className="pointer-events-none absolute inset-1.5 flex flex-col justify-between gap-1">
        <div className="flex items-start justify-between gap-2">
          <TileName camera={camera} state={state} />
          {isLive && <TileLatency camera={camera} stats={stats} />}
        </div>
        <div className="flex justify-start">
          <TileIncident incidents={incidents} />
        </div>
      </div>
      <div className="pointer-events-none absolute inset-0 flex items-center justify-center">
        <TileMessage state={state} />
      </div>
    </article>
  );
});

function tileEdge(isSelected: boolean, hasIncident: boolean): string {
  if (isSelected) return 'border-accent';
  return hasIncident ? 'border-alert/80' : 'border-transparent hover:border-control/60';
}

/** The newest picture, until there is video to see. */
function Backdrop({ camera, state }: { readonly camera: Camera; readonly state: TileState }) {
  if (state.lastFrameAgeMs !== null || (state.kind !== 'connecting' && state.kind !== 'offline')) {
    return null;
  }
  return (
    <CameraPicture
      cameraKey={camera.key}
      alt=""
      fallback=""
      maxAgeMs={15_000}
      className={clsx(
        'absolute inset-0 size-full bg-[#07090c]!',
        state.kind === 'offline' ? 'opacity-35 grayscale' : 'opacity-60',
      )}
    />
  );
}

interface TileVideoProps {
  readonly camera: Camera;
  readonly incidents: readonly Incident[];
  readonly state: TileState;
  readonly onStats: (stats: TileStats) => void;
}

function TileVideo({ camera, incidents, state, onStats }: TileVideoProps) {
  const overlay = usePreferences((preferences) => preferences.overlay);
  const player = usePreferences(({ tilePlayers }) => tilePlayers[camera.key] ?? 'auto');
  const mode = usePreferences(({ tileModes, mode: usual }) => tileModes[camera.key] ?? usual);
  const zones = useQuery(zonesQuery(camera.key)).data;
  const outlines = useMemo(
    () => zones?.zones?.flatMap(({ id, ...zone }) => (id === undefined ? [] : { ...zone, id })),
    [zones],
  );
  const incidentZoneIds = useMemo(
    () => incidents.flatMap((incident) => incident.zone_id ?? []),
    [incidents],
  );
  return (
    <LiveTileVideo
      cameraKey={camera.key}
      player={player}
      mode={mode}
      showBoxes={overlay.boxes}
      showLabels={overlay.labels}
      showTracks={overlay.tracks}
      showZones={overlay.zones}
      zones={outlines}
      incidentZoneIds={incidentZoneIds}
      activeIncidents={incidents}
      onStats={onStats}
      className={clsx(
        'absolute inset-0',
        state.kind === 'stale' && 'brightness-75 saturate-[0.15]',
        state.kind === 'offline' && 'opacity-35 grayscale',
      )}
    />
  );
}
