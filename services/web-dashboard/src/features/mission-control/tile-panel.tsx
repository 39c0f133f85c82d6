import { TriangleAlert } from 'lucide-react';
import { Popover } from 'radix-ui';
import type { ReactNode } from 'react';
import type { Camera } from '@/shared/api/types';
import { RecordingControls } from '@/shared/recordings/recording-controls';
import { type OverlayMode, type PlayerChoice, usePreferences } from '@/shared/state/preferences';
import { healthText } from '@/shared/ui/health';
import { Segmented } from '@/shared/ui/segmented';
import type { TileStats } from '@/video';
import { figuresOf, PLAYER_WORDS } from './tile-figures';

interface TilePanelProps {
  readonly camera: Camera;
  readonly stats: TileStats;
  /** What opens it. */
  readonly children: ReactNode;
}

/** How a tile gets its picture and how well: to choose, and to see. */
export function TilePanel({ camera, stats, children }: TilePanelProps) {
  return (
    <Popover.Root>
      <Popover.Trigger asChild>{children}</Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          // Beside its badge it can move up as far as it must: a low tile has no room under it.
          side="left"
          align="start"
          sideOffset={6}
          collisionPadding={8}
          aria-label={`Picture of ${camera.name}`}
          className="z-30 flex max-h-[calc(100vh-16px)] w-84 animate-appear flex-col gap-2.5 overflow-y-auto rounded-md border border-hairline bg-panel p-3 text-xs shadow-[0_8px_32px_rgb(0_0_0/0.5)]"
        >
          <PlayerRow camera={camera} stats={stats} />
          <ModeRow camera={camera} />
          <Row label="Keep">
            <RecordingControls camera={camera} />
          </Row>
          {stats.note !== null && (
            <p role="status" className="flex items-start gap-1.5 text-warn">
              <TriangleAlert className="mt-px size-3.5 shrink-0" aria-hidden="true" />
              {stats.note}
            </p>
          )}
          <Figures stats={stats} />
          {camera.health !== null && (
            <p className="whitespace-pre-line border-hairline border-t pt-2 text-muted">
              {healthText(camera.health)}
            </p>
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Row({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className="flex items-center gap-2">
      <span className="w-12 shrink-0 text-muted">{label}</span>
      {children}
    </div>
  );
}

function PlayerRow({ camera, stats }: Omit<TilePanelProps, 'children'>) {
  const { tilePlayers, setTilePlayer } = usePreferences();
  const chosen = tilePlayers[camera.key] ?? 'auto';
  const options: { value: PlayerChoice; label: string }[] = [
    { value: 'auto', label: 'Auto' },
    ...stats.offered.map((kind) => ({ value: kind, label: PLAYER_WORDS[kind] })),
  ];
  return (
    <Row label="Path">
      <Segmented
        label="Path of the video"
        value={chosen}
        options={options}
        onChange={(player) => setTilePlayer(camera.key, player)}
      />
    </Row>
  );
}

const MODES: readonly { value: OverlayMode | 'default'; label: ReactNode }[] = [
  { value: 'default', label: 'As set' },
  { value: 'live', label: <span title="The least delay; boxes are moved on">Live</span> },
  { value: 'exact', label: <span title="The video waits for its own boxes">Exact</span> },
];

function ModeRow({ camera }: Pick<TilePanelProps, 'camera'>) {
  const { tileModes, setTileMode } = usePreferences();
  return (
    <Row label="Boxes">
      <Segmented
        label="How boxes follow the video"
        value={tileModes[camera.key] ?? 'default'}
        options={MODES}
        onChange={(mode) => setTileMode(camera.key, mode === 'default' ? null : mode)}
      />
    </Row>
  );
}

function Figures({ stats }: { readonly stats: TileStats }) {
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-0.5 border-hairline border-t pt-2">
      {figuresOf(stats).map(({ term, value, help }) => (
        <div key={`${term}-${help}`} className="contents" title={help}>
          <dt className="text-muted" title={help}>
            {term}
          </dt>
          <dd className="text-right tabular-nums" title={help}>
            {value}
          </dd>
        </div>
      ))}
    </dl>
  );
}
