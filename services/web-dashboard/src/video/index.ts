/** Live video in a tile: player, overlay and what may be said about the picture. */
export {
  type HighlightedIncident,
  LiveTileVideo,
  type LiveTileVideoProps,
} from './live-tile-video';
export type { TileKind, TileState } from './tile-state';
export type { TileStats } from './tile-stats';
export { useTileState } from './use-tile-state';
