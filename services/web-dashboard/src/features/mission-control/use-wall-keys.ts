import { useShortcuts } from '@/shared/keyboard/shortcuts';
import { usePreferences } from '@/shared/state/preferences';
import { useSelection } from '@/shared/state/selection';
import type { WallState } from './use-wall';
import { type Direction, moveOnGrid } from './wall-layout';

/** The id of the element that has the focus when a tile is chosen by the keyboard. */
export function tileId(cameraKey: string): string {
  return `tile-${cameraKey}`;
}

/** Everything on the wall that a key does. */
export function useWallKeys(wall: WallState, columns: number): void {
  const { cameraKey, selectCamera } = useSelection();
  const { toggleOverlay } = usePreferences();
  const { visible, maximised } = wall;

  const move = (direction: Direction) => () => {
    const index = visible.findIndex((camera) => camera.key === cameraKey);
    const next = index === -1 ? 0 : moveOnGrid(index, direction, columns, visible.length);
    const camera = visible[next];
    if (camera === undefined) return;
    selectCamera(camera.key);
    document.getElementById(tileId(camera.key))?.focus({ preventScroll: true });
  };
  const toggleMaximised = () => {
    if (maximised !== null) wall.maximise(null);
    else if (cameraKey !== null) wall.maximise(cameraKey);
  };

  useShortcuts({
    'wall.preset1': () => wall.choosePreset(1),
    'wall.preset4': () => wall.choosePreset(4),
    'wall.preset6': () => wall.choosePreset(6),
    'wall.preset9': () => wall.choosePreset(9),
    'wall.preset16': () => wall.choosePreset(16),
    'wall.left': move('left'),
    'wall.right': move('right'),
    'wall.up': move('up'),
    'wall.down': move('down'),
    'wall.maximise': cameraKey !== null || maximised !== null ? toggleMaximised : null,
    'wall.restore': maximised !== null ? () => wall.maximise(null) : null,
    'wall.previousPage': wall.pages > 1 ? () => wall.turnTo(wall.page - 1) : null,
    'wall.nextPage': wall.pages > 1 ? () => wall.turnTo(wall.page + 1) : null,
    'wall.boxes': () => toggleOverlay('boxes'),
    'wall.labels': () => toggleOverlay('labels'),
    'wall.tracks': () => toggleOverlay('tracks'),
    'wall.zones': () => toggleOverlay('zones'),
  });
}
