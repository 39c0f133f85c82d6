import type { Camera, CameraCreate, CameraPatch } from '@/shared/api/types';
import { kindOf } from './source-kind';
import { polygonFault } from './zones/geometry';

/** A polygon that nobody gets to see: corners, 0..1 of the picture. */
export type Mask = readonly (readonly [number, number])[];

/** What the forms hold: text as it is typed. */
export interface CameraDraft {
  readonly name: string;
  readonly sourceUrl: string;
  readonly sampleFps: string;
  readonly location: Camera['location'];
  readonly liveView: Camera['live_view'];
  readonly rtspTransport: Camera['rtsp_transport'];
  readonly loops: boolean;
  readonly motionGating: boolean;
  readonly masks: readonly Mask[];
}

export const EMPTY_DRAFT: CameraDraft = {
  name: '',
  sourceUrl: '',
  sampleFps: '5',
  location: null,
  liveView: 'source',
  rtspTransport: 'tcp',
  loops: true,
  motionGating: false,
  masks: [],
};

export function draftOf(camera: Camera): CameraDraft {
  return {
    name: camera.name,
    sourceUrl: camera.source_url,
    sampleFps: String(camera.sample_fps),
    location: camera.location,
    liveView: camera.live_view,
    rtspTransport: camera.rtsp_transport,
    loops: camera.loops,
    motionGating: camera.motion_gating,
    masks: camera.privacy_masks,
  };
}

const MAX_SAMPLE_FPS = 30;

/** What is wrong with a draft, by field; empty where nothing is. */
export function draftFaults(draft: CameraDraft): Partial<Record<keyof CameraDraft, string>> {
  const fps = Number(draft.sampleFps);
  const sourceUrl = sourceFault(draft.sourceUrl);
  return {
    ...(draft.name.trim() === '' ? { name: 'Give it a name.' } : {}),
    ...(sourceUrl === null ? {} : { sourceUrl }),
    ...(fps > 0 && fps <= MAX_SAMPLE_FPS
      ? {}
      : { sampleFps: `Between 0 and ${MAX_SAMPLE_FPS} frames per second.` }),
    ...(draft.masks.some((mask) => polygonFault(mask) !== null)
      ? { masks: 'An outline crosses itself.' }
      : {}),
  };
}

function sourceFault(typed: string): string | null {
  if (typed.trim() === '') return 'Say where the video comes from.';
  return kindOf(typed) === null ? 'No kind of source begins like this.' : null;
}

export function toCreate(draft: CameraDraft): CameraCreate {
  return {
    name: draft.name.trim(),
    source_url: draft.sourceUrl.trim(),
    sample_fps: Number(draft.sampleFps),
    location: draft.location,
    enabled: true,
    live_view: draft.liveView,
    rtsp_transport: draft.rtspTransport,
    loops: draft.loops,
    motion_gating: draft.motionGating,
    privacy_masks: draft.masks.map(toPolygon),
  };
}

function toPolygon(mask: Mask): [number, number][] {
  return mask.map(([x, y]) => [x, y]);
}

/** Members whose equality is that of their JSON. */
const COMPARED = [
  'name',
  'source_url',
  'sample_fps',
  'live_view',
  'rtsp_transport',
  'loops',
  'motion_gating',
  'privacy_masks',
] as const;

/** Only what differs from the camera as it was read, with its revision. */
export function toPatch(draft: CameraDraft, camera: Camera): CameraPatch {
  const wanted = toCreate(draft);
  const { lat, lng } = draft.location ?? {};
  const hasMoved = lat !== camera.location?.lat || lng !== camera.location?.lng;
  const changed = COMPARED.filter(
    (member) => JSON.stringify(wanted[member]) !== JSON.stringify(camera[member]),
  );
  return {
    revision: camera.revision,
    ...Object.fromEntries(changed.map((member) => [member, wanted[member]])),
    ...(hasMoved ? { location: draft.location } : {}),
  };
}
