/** Live video in a tile: player, overlay and what may be said about the picture. */
export { LiveTileVideo } from './live-tile-video';
export type { TileState } from './tile-state';
export type { TileStats } from './tile-stats';
export { useTileState } from './use-tile-state';
