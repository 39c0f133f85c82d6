/** The live side of the API: one socket, stores outside React, thin hooks. */
import type { IncidentMessage } from '@/shared/api/generated/live-message';
import { hub } from './session';

export { Backoff } from './backoff';
export { useCameraLive, useConnection } from './hooks';
export type { CameraLive } from './live-hub';
export type { ReconnectingSocket, SocketPhase } from './reconnecting-socket';
export { apiSocket, startRealtime } from './session';
export { TopicStore } from './topic-store';

/** Calls `listener` with every change of an incident; returns the way to end that. */
export function subscribeIncidents(listener: (message: IncidentMessage) => void): () => void {
  return hub.onIncident(listener);
}

/** Calls `listener` (with the reason) when messages are lost for good: fetch the lists again. */
export function subscribeResync(listener: (reason: string) => void): () => void {
  return hub.onResync(listener);
}

/** Asks for the detections of these cameras, instead of those named before. */
export function setWatchedCameras(cameraKeys: readonly string[]): void {
  hub.watch(cameraKeys);
}

/** For the video: detections, clock and state of one camera. */
export const liveCameras = {
  ringOf: (cameraKey: string) => hub.ringOf(cameraKey),
  stateOf: (cameraKey: string) => hub.cameras.get(cameraKey),
  capturedAtMs: (cameraKey: string, pts90k: number) => hub.capturedAtMs(cameraKey, pts90k),
  ptsAt: (cameraKey: string, pageMs: number) => hub.ptsAt(cameraKey, pageMs),
  ptsAtUtc: (cameraKey: string, utcMs: number) => hub.ptsAtUtc(cameraKey, utcMs),
};
