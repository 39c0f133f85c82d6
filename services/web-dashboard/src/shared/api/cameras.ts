import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { api, unwrap } from './client';
import type { Camera, CameraCreate, CameraPatch, ProbeResult, ZoneSet } from './types';

const CAMERAS_KEY = ['cameras'] as const;

export const camerasQuery = queryOptions({
  queryKey: CAMERAS_KEY,
  // The client's types forget that a corner has two numbers.
  queryFn: async ({ signal }) => (await unwrap(api.GET('/api/cameras', { signal }))) as Camera[],
  staleTime: 30_000,
  refetchInterval: 60_000,
});

export function zonesQuery(cameraKey: string) {
  return queryOptions({
    queryKey: ['zones', cameraKey],
    queryFn: async ({ signal }) => {
      const params = { path: { camera: cameraKey } };
      return (await unwrap(api.GET('/api/cameras/{camera}/zones', { params, signal }))) as ZoneSet;
    },
    staleTime: 300_000,
  });
}

export async function createCamera(body: CameraCreate): Promise<Camera> {
  return (await unwrap(api.POST('/api/cameras', { body }))) as Camera;
}

export async function patchCamera(camera: string, body: CameraPatch): Promise<Camera> {
  const params = { path: { camera } };
  return (await unwrap(api.PATCH('/api/cameras/{camera}', { params, body }))) as Camera;
}

export async function deleteCamera(camera: string): Promise<void> {
  await unwrap(api.DELETE('/api/cameras/{camera}', { params: { path: { camera } } }));
}

export function probeSource(sourceUrl: string): Promise<ProbeResult> {
  return unwrap(api.POST('/api/cameras/probe', { body: { source_url: sourceUrl } }));
}

export async function removeDemo(): Promise<void> {
  await unwrap(api.DELETE('/api/demo'));
}

/**
 * Replaces all zones. `body.version` is the one that was read.
 *
 * @throws {ApiError} with status 409 when they were changed meanwhile.
 */
export async function saveZones(cameraKey: string, body: ZoneSet): Promise<ZoneSet> {
  const params = { path: { camera: cameraKey } };
  return (await unwrap(api.PUT('/api/cameras/{camera}/zones', { params, body }))) as ZoneSet;
}

/** The part of a camera that moves, as the live socket tells it. */
export type CameraChange = Pick<
  Camera,
  'status' | 'state' | 'reason' | 'detail' | 'since' | 'fps' | 'health'
>;

/** Writes a camera's new state into the list, without asking the server again. */
export function patchCameraState(client: QueryClient, key: string, change: CameraChange): void {
  client.setQueryData(camerasQuery.queryKey, (cameras) =>
    cameras?.map((camera) => (camera.key === key ? { ...camera, ...change } : camera)),
  );
}
