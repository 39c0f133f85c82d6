import type {
  ActiveIncident,
  DetectedObject,
  DetectionEvent,
} from '@/shared/api/generated/detection-event';
import type { LiveMessage } from '@/shared/api/generated/live-message';

type Name =
  | keyof DetectionEvent
  | keyof DetectedObject
  | { [T in LiveMessage['type']]: keyof Extract<LiveMessage, { type: T }> }[LiveMessage['type']];

/** An object of which nothing is known yet but which members we will look at. */
type Fields = { readonly [N in Name]?: unknown };

/** What each kind of message must hold before anything here may rely on it. */
const CHECKS: Readonly<Record<LiveMessage['type'], (fields: Fields) => boolean>> = {
  hello: (m) => isText(m.boot) && isText(m.server_time),
  detections: (m) => isDetectionEvent(m.event),
  incident: (m) => isText(m.transition) && isFields(m.incident),
  camera_state: (m) =>
    isText(m.camera_id) && isText(m.status) && isText(m.state) && isText(m.since),
  sync: (m) => isText(m.camera_id) && isText(m.epoch) && isNumber(m.pts_90k) && isText(m.utc),
  resync: (m) => isText(m.reason),
  error: (m) => isText(m.code) && isText(m.message),
};

/** Decodes what the server sent; null for what is no message of this contract. */
export function decodeLiveMessage(text: string): LiveMessage | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isFields(value) || !isNumber(value.seq)) return null;
  const type = value.type;
  if (!isText(type) || !Object.hasOwn(CHECKS, type)) return null;
  const isValid = CHECKS[type as LiveMessage['type']];
  return isValid(value) ? (value as unknown as LiveMessage) : null;
}

function isDetectionEvent(value: unknown): value is DetectionEvent {
  return (
    isFields(value) &&
    isText(value.camera_id) &&
    isText(value.stream_epoch) &&
    Number.isSafeInteger(value.pts_90k) &&
    isListOf(value.detections, isDetectedObject) &&
    isListOf(value.incidents, isActiveIncident)
  );
}

function isDetectedObject(value: unknown): boolean {
  if (!isFields(value)) return false;
  const { bbox, track_id: trackId } = value;
  return (
    isText(value.class) &&
    Array.isArray(bbox) &&
    bbox.length === 4 &&
    bbox.every(isNumber) &&
    (trackId === null || Number.isSafeInteger(trackId))
  );
}

function isActiveIncident(value: unknown): boolean {
  return (
    isFields(value) &&
    isText(value.type) &&
    Array.isArray((value as Partial<ActiveIncident>).track_ids)
  );
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
