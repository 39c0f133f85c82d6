import type { DetectedObject, DetectionEvent } from '@/shared/api/generated/detection-event';

/** For tests: an object at (x, y) of size 0.1 x 0.2. */
export function anObject(trackId: number | null, x = 0.1, y = 0.1, name = 'car'): DetectedObject {
  return { class: name, confidence: 0.9, bbox: [x, y, 0.1, 0.2], track_id: trackId };
}

/** For tests: the event of one frame. */
export function anEvent(
  pts90k: number,
  detections: DetectedObject[] = [],
  changes: Partial<DetectionEvent> = {},
): DetectionEvent {
  return {
    schema_version: 1,
    event_id: `event-${pts90k}`,
    timestamp: '2026-01-10T12:00:00.000Z',
    camera_id: 'cam_01',
    frame_id: 'frame_0',
    stream_epoch: 'epoch-1',
    pts_90k: pts90k,
    frame: { width: 1920, height: 1080 },
    detections,
    anomaly_type: null,
    incident_id: null,
    image_url: null,
    clip_url: null,
    incidents: [],
    model_version: 'v0',
    inferred_at: '2026-01-10T12:00:00.100Z',
    ...changes,
  };
}

/** For tests: numbers from 0 to 1, the same in every run. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
