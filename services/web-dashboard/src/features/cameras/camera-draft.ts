import type { Camera, CameraCreate, CameraPatch } from '@/shared/api/types';

/** What the forms hold: text as it is typed. */
export interface CameraDraft {
  readonly name: string;
  readonly sourceUrl: string;
  readonly sampleFps: string;
  readonly location: Camera['location'];
}

export const EMPTY_DRAFT: CameraDraft = {
  name: '',
  sourceUrl: '',
  sampleFps: '5',
  location: null,
};

export function draftOf(camera: Camera): CameraDraft {
  return {
    name: camera.name,
    sourceUrl: camera.source_url,
    sampleFps: String(camera.sample_fps),
    location: camera.location,
  };
}

const MAX_SAMPLE_FPS = 30;

/** What is wrong with a draft, by field; empty where nothing is. */
export function draftFaults(draft: CameraDraft): Partial<Record<keyof CameraDraft, string>> {
  const fps = Number(draft.sampleFps);
  return {
    ...(draft.name.trim() === '' ? { name: 'Give it a name.' } : {}),
    ...(draft.sourceUrl.trim() === '' ? { sourceUrl: 'Say where the video comes from.' } : {}),
    ...(fps > 0 && fps <= MAX_SAMPLE_FPS
      ? {}
      : { sampleFps: `Between 0 and ${MAX_SAMPLE_FPS} frames per second.` }),
  };
}

export function toCreate(draft: CameraDraft): CameraCreate {
  return {
    name: draft.name.trim(),
    source_url: draft.sourceUrl.trim(),
    sample_fps: Number(draft.sampleFps),
    location: draft.location,
    enabled: true,
  };
}

/** Only what differs from the camera as it was read, with its revision. */
export function toPatch(draft: CameraDraft, camera: Camera): CameraPatch {
  const { name, source_url, sample_fps } = toCreate(draft);
  const { lat, lng } = draft.location ?? {};
  const hasMoved = lat !== camera.location?.lat || lng !== camera.location?.lng;
  return {
    revision: camera.revision,
    ...(name === camera.name ? {} : { name }),
    ...(source_url === camera.source_url ? {} : { source_url }),
    ...(sample_fps === undefined || sample_fps === camera.sample_fps ? {} : { sample_fps }),
    ...(hasMoved ? { location: draft.location } : {}),
  };
}
