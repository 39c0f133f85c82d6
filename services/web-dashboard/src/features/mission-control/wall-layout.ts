/** How many tiles there are, how they lie, and how the selection moves over them. No React here. */

export const PRESETS = [1, 4, 6, 9, 16] as const;
export type Preset = (typeof PRESETS)[number];

const GRIDS: Readonly<Record<Preset, readonly (readonly [columns: number, rows: number])[]>> = {
  1: [[1, 1]],
  4: [[2, 2]],
  6: [
    [3, 2],
    [2, 3],
  ],
  9: [[3, 3]],
  16: [[4, 4]],
};

const PICTURE_RATIO = 16 / 9;

export interface Grid {
  readonly columns: number;
  readonly rows: number;
}

/** Width of a 16:9 picture that fits the cell. */
function pictureWidth(cellWidth: number, cellHeight: number): number {
  return Math.min(cellWidth, cellHeight * PICTURE_RATIO);
}

/** The grid of the preset in which the pictures come out largest. */
export function chooseGrid(preset: Preset, width: number, height: number): Grid {
  const candidates = GRIDS[preset].map(([columns, rows]) => ({ columns, rows }));
  const sized = candidates.map((grid) => ({
    grid,
    picture: pictureWidth(width / grid.columns, height / grid.rows),
  }));
  sized.sort((a, b) => b.picture - a.picture);
  return sized[0]?.grid ?? { columns: 1, rows: 1 };
}

/** The smallest wall that shows all cameras; the 9 where none does. */
export function defaultPreset(cameraCount: number): Preset {
  return PRESETS.find((preset) => preset >= cameraCount && preset <= 9) ?? 9;
}

export function parsePreset(text: string): Preset | null {
  return PRESETS.find((preset) => String(preset) === text) ?? null;
}

export function pageCount(total: number, preset: Preset): number {
  return Math.max(1, Math.ceil(total / preset));
}

/** The page that shows the item; 0 where there is none. */
export function pageOf(index: number, preset: Preset): number {
  return Math.max(0, Math.floor(index / preset));
}

export function clampPage(page: number, total: number, preset: Preset): number {
  return Math.min(pageCount(total, preset) - 1, Math.max(0, page));
}

export type Direction = 'left' | 'right' | 'up' | 'down';

/**
 * The tile that lies next to `index` in the direction; `index` itself at the edge.
 *
 * @param count tiles that hold a camera.
 */
export function moveOnGrid(
  index: number,
  direction: Direction,
  columns: number,
  count: number,
): number {
  const column = index % columns;
  const target = {
    left: column > 0 ? index - 1 : index,
    right: column < columns - 1 ? index + 1 : index,
    up: index - columns,
    down: index + columns,
  }[direction];
  return target >= 0 && target < count ? target : index;
}
