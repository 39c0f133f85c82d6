import { ChevronLeft, ChevronRight, Square, Tag, Waypoints } from 'lucide-react';
import type { ComponentType } from 'react';
import { type OverlayChoice, usePreferences } from '@/shared/state/preferences';
import { IconButton } from '@/shared/ui/button';
import { Segmented } from '@/shared/ui/segmented';
import type { WallState } from './use-wall';
import { chooseGrid, PRESETS, type Preset } from './wall-layout';

const LAYERS: readonly {
  readonly layer: keyof OverlayChoice;
  readonly label: string;
  readonly icon: ComponentType;
}[] = [
  { layer: 'boxes', label: 'Boxes (B)', icon: Square },
  { layer: 'labels', label: 'Labels (L)', icon: Tag },
  { layer: 'tracks', label: 'Tracks (T)', icon: Waypoints },
  { layer: 'zones', label: 'Zones (Z)', icon: ZoneIcon },
];

/** For the bar: how many tiles, which page, what is drawn over the pictures. */
export function WallControls({ wall }: { readonly wall: WallState }) {
  return (
    <>
      <Segmented
        label="Tiles on the wall"
        value={String(wall.preset)}
        onChange={(value) => wall.choosePreset(Number(value) as Preset)}
        options={PRESETS.map((preset, index) => ({
          value: String(preset),
          label: (
            <span
              className="flex items-center gap-1.5"
              title={`${preset === 1 ? 'One camera' : `Wall of ${preset}`} (Shift+${index + 1})`}
            >
              <GridIcon preset={preset} />
              {preset}
            </span>
          ),
        }))}
      />
      {wall.pages > 1 && <Pager wall={wall} />}
      <Divider />
      <OverlayToggles />
    </>
  );
}

function Divider() {
  return <span aria-hidden="true" className="h-4 w-px bg-hairline" />;
}

function Pager({ wall }: { readonly wall: WallState }) {
  return (
    <div className="flex items-center text-muted text-xs">
      <IconButton
        label="Previous page ([)"
        disabled={wall.page === 0}
        onClick={() => wall.turnTo(wall.page - 1)}
      >
        <ChevronLeft />
      </IconButton>
      {wall.page + 1} / {wall.pages}
      <IconButton
        label="Next page (])"
        disabled={wall.page === wall.pages - 1}
        onClick={() => wall.turnTo(wall.page + 1)}
      >
        <ChevronRight />
      </IconButton>
    </div>
  );
}

function OverlayToggles() {
  const { overlay, toggleOverlay } = usePreferences();
  return (
    <fieldset aria-label="Over the pictures" className="flex items-center gap-0.5">
      {LAYERS.map(({ layer, label, icon: Icon }) => (
        <IconButton
          key={layer}
          label={label}
          pressed={overlay[layer]}
          onClick={() => toggleOverlay(layer)}
        >
          <Icon />
        </IconButton>
      ))}
    </fieldset>
  );
}

function ZoneIcon() {
  return (
    <svg viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.4" aria-hidden="true">
      <path d="M5.5 2.5h5l3 11h-11Z" strokeLinejoin="round" strokeDasharray="2.5 2" />
    </svg>
  );
}

const ICON_PX = 12;

function GridIcon({ preset }: { readonly preset: Preset }) {
  const { columns, rows } = chooseGrid(preset, 16, 9);
  const cells = Array.from({ length: columns * rows }, (_, index) => index);
  const width = ICON_PX / columns;
  const height = ICON_PX / rows;
  return (
    <svg viewBox="0 0 12 12" aria-hidden="true" className="size-3">
      {cells.map((cell) => (
        <rect
          key={cell}
          x={(cell % columns) * width + 0.5}
          y={Math.floor(cell / columns) * height + 0.5}
          width={width - 1}
          height={height - 1}
          fill="currentColor"
          rx="0.5"
        />
      ))}
    </svg>
  );
}
