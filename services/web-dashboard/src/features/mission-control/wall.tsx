import { useQuery } from '@tanstack/react-query';
import { Cctv } from 'lucide-react';
import Link from 'next/link';
import { useEffect, useMemo, useRef } from 'react';
import { setWatchedCameras } from '@/realtime';
import { boardQuery } from '@/shared/api/incidents';
import type { Incident, Priority } from '@/shared/api/types';
import { useSelection } from '@/shared/state/selection';
import { ErrorState, PanelMessage } from '@/shared/ui/panel-state';
import { Tile } from './tile';
import { useSize } from './use-size';
import type { WallState } from './use-wall';
import { useWallKeys } from './use-wall-keys';
import { chooseGrid } from './wall-layout';

const NO_INCIDENTS: readonly Incident[] = [];
const PRIORITY_ORDER: readonly Priority[] = ['high', 'medium', 'low'];

/** What goes on now, by camera, worst first. A false alarm does not go on. */
export function activeByCamera(incidents: readonly Incident[]): Map<string, Incident[]> {
  const active = incidents
    .filter(({ condition, handling }) => condition === 'active' && handling !== 'false_alarm')
    .sort((a, b) => PRIORITY_ORDER.indexOf(a.priority) - PRIORITY_ORDER.indexOf(b.priority));
  return Map.groupBy(active, (incident) => incident.camera_id);
}

/** Live pictures in a grid; one of them may fill it. */
export function Wall({ wall }: { readonly wall: WallState }) {
  const area = useRef<HTMLDivElement>(null);
  const size = useSize(area);
  const grid = chooseGrid(
    wall.maximised === null ? wall.preset : 1,
    size?.width ?? 16,
    size?.height ?? 9,
  );
  const { cameraKey, selectCamera } = useSelection();
  const board = useQuery(boardQuery).data ?? NO_INCIDENTS;
  const active = useMemo(() => activeByCamera(board), [board]);
  useWallKeys(wall, grid.columns);

  const watched = wall.visible.map((camera) => camera.key).join(' ');
  useEffect(() => setWatchedCameras(watched === '' ? [] : watched.split(' ')), [watched]);
  useEffect(() => () => setWatchedCameras([]), []);

  const empty = Array.from(
    { length: grid.columns * grid.rows - wall.visible.length },
    (_, index) => `empty-${index}`,
  );
  return (
    <section ref={area} aria-label="Video wall" className="relative min-h-0 min-w-0 flex-1">
      {size !== null && wall.cameras.length > 0 && (
        <div
          className="absolute inset-0 grid gap-0.5"
          style={{
            gridTemplateColumns: `repeat(${grid.columns}, minmax(0, 1fr))`,
            gridTemplateRows: `repeat(${grid.rows}, minmax(0, 1fr))`,
          }}
        >
          {wall.visible.map((camera) => (
            <Tile
              key={camera.key}
              camera={camera}
              incidents={active.get(camera.key) ?? NO_INCIDENTS}
              isSelected={camera.key === cameraKey}
              onSelect={selectCamera}
              onMaximise={(key) => wall.maximise(wall.maximised === null ? key : null)}
            />
          ))}
          {empty.map((key) => (
            <div key={key} className="bg-[#0d1218]" />
          ))}
        </div>
      )}
      {wall.cameras.length === 0 && <EmptyWall wall={wall} />}
    </section>
  );
}

function EmptyWall({ wall }: { readonly wall: WallState }) {
  const { query } = wall;
  if (query.isPending) return <div role="status" aria-label="Loading" className="size-full" />;
  if (query.data === undefined) {
    return (
      <ErrorState what="The cameras" error={query.error} onRetry={() => void query.refetch()} />
    );
  }
  const hasCameras = query.data.length > 0;
  return (
    <PanelMessage
      className="h-full"
      icon={<Cctv aria-hidden="true" />}
      title={hasCameras ? 'All cameras are switched off' : 'No cameras yet'}
      action={
        <Link
          prefetch={false}
          href={hasCameras ? '/cameras/' : '/cameras/?add=1'}
          className="inline-flex h-8 items-center rounded-md bg-accent px-3 font-strong text-page hover:brightness-110"
        >
          {hasCameras ? 'Go to cameras' : 'Add the first camera'}
        </Link>
      }
    >
      {hasCameras
        ? 'Switch one on to see it here.'
        : 'A camera’s live picture appears here seconds after it is added, with boxes on what moves.'}
    </PanelMessage>
  );
}
