'use client';

import { useSyncExternalStore } from 'react';
import type { ConnectionState } from './connection';
import type { CameraLive } from './live-hub';
import { hub } from './session';

const IDLE: ConnectionState = { phase: 'idle' };

/** State of a camera as the server said it last; undefined before that. */
export function useCameraLive(cameraKey: string): CameraLive | undefined {
  const topic = hub.cameras.topic(cameraKey);
  return useSyncExternalStore(topic.subscribe, topic.get, () => undefined);
}

/** How this page stands with the server. */
export function useConnection(): ConnectionState {
  return useSyncExternalStore(hub.connection.subscribe, hub.connection.get, () => IDLE);
}
