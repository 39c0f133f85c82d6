import { queryOptions } from '@tanstack/react-query';
import { api, fetchFile, unwrap } from './client';
import { keep, saveFile } from './files';
import type { Recording } from './types';

const POLL_MS = 2_000;
/** One that nobody expects to change is asked for again now and then. */
const REST_MS = 60_000;

/** Whether its video is still growing or being stored. */
export function isUnfinished({ state }: Pick<Recording, 'state'>): boolean {
  return state === 'recording' || state === 'storing';
}

/** The newest recordings of a camera, newest first. */
export function recordingsQuery(camera: string) {
  return queryOptions({
    queryKey: ['recordings', camera],
    queryFn: ({ signal }) => {
      const params = { path: { camera } };
      return unwrap(api.GET('/api/cameras/{camera}/recordings', { params, signal }));
    },
    staleTime: 1_000,
    refetchInterval: ({ state }) => (state.data?.some(isUnfinished) ? POLL_MS : REST_MS),
  });
}

export function startRecording(camera: string, maxS: number): Promise<Recording> {
  const params = { path: { camera } };
  const body = { max_s: maxS };
  return unwrap(api.POST('/api/cameras/{camera}/recordings', { params, body }));
}

export function stopRecording(id: string): Promise<Recording> {
  const params = { path: { recording_id: id } };
  return unwrap(api.POST('/api/recordings/{recording_id}/stop', { params }));
}

export async function deleteRecording(id: string): Promise<void> {
  const params = { path: { recording_id: id } };
  await unwrap(api.DELETE('/api/recordings/{recording_id}', { params }));
}

/** Fetches a recording's video and hands it to the browser to be kept. */
export async function saveRecording({ id, camera_id, started_at }: Recording): Promise<void> {
  const { blob } = await fetchFile(`/api/recordings/${id}/video`);
  keep(blob, `${camera_id}_${started_at.replaceAll(/[-:]|\.\d+/g, '')}.mp4`);
}

/** The newest seconds of a camera, as far as they are kept. */
export async function saveClip(camera: string, seconds: number): Promise<void> {
  await saveFile(`/api/cameras/${camera}/clip?seconds=${seconds}`, `${camera}.mp4`);
}
