'use client';

import { useSyncExternalStore } from 'react';
import { type TileState, tileStates } from './tile-state';

const UNKNOWN: TileState = {
  kind: 'connecting',
  reason: 'starting',
  detail: null,
  sinceMs: 0,
  lastFrameAgeMs: null,
};

/** What the tile of a camera may say about its picture. */
export function useTileState(cameraKey: string): TileState {
  const topic = tileStates.topic(cameraKey);
  const state = useSyncExternalStore(topic.subscribe, topic.get, () => undefined);
  return state ?? UNKNOWN;
}
