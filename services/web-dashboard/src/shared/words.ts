/** Words for the codes of the API. Codes that are new here are shown as they come. */

const INCIDENT_TYPES: Readonly<Record<string, string>> = {
  congestion: 'Congestion',
  queue: 'Queue',
  stopped_vehicle: 'Stopped vehicle',
  wrong_way: 'Wrong way',
  pedestrian_on_road: 'Pedestrian on the road',
  loitering: 'Loitering',
  illegal_u_turn: 'Illegal U-turn',
  near_miss: 'Near miss',
  collision: 'Suspected collision',
  speeding: 'Speeding',
  crowding: 'Crowding',
  abandoned_object: 'Abandoned object',
  camera_tamper: 'Camera tampered with',
};

export const INCIDENT_TYPE_CODES = Object.keys(INCIDENT_TYPES);

/** Why a camera, or its picture on this screen, is not as it should be. */
const REASONS: Readonly<Record<string, string>> = {
  starting: 'Starting',
  refused: 'The camera refuses the connection',
  unreachable: 'The camera cannot be reached',
  unauthorised: 'The camera refuses the user name or password',
  unreadable: 'The source cannot be read',
  no_video: 'The source has no video',
  unsupported_codec: 'The video codec is not supported',
  unsupported_source: 'This kind of source is not supported',
  stalled: 'The source stopped sending',
  ended: 'The source ended',
  corrupt: 'The video is damaged',
  slow_clock: 'The clock of the source runs slow',
  disabled: 'Switched off here',
  crashed: 'The reader crashed and restarts',
  connection_lost: 'No connection to the server',
  no_frames: 'No new picture',
  dropping_frames: 'This computer is too slow for so many videos',
  no_detections: 'No detections',
  boxes_late: 'Boxes come late',
  autoplay_blocked: 'The browser does not let the video start',
  broken: 'The video broke off',
  not_found: 'The server does not read this camera',
  forbidden: 'You may not watch this camera',
};

/** What a camera does not see as it should: then its rules are suspended. */
const CAMERA_FAULTS: Readonly<Record<string, string>> = {
  covered: 'it is covered',
  blinded: 'it is blinded or dark',
  blurred: 'its picture is blurred',
  moved: 'it was moved or turned',
  frozen: 'its picture is frozen',
  lost: 'its pictures are lost',
};

const END_REASONS: Readonly<Record<string, string>> = {
  cleared: 'the road is clear again',
  passed: 'it was over in a moment',
  suspended: 'the camera has moved or sees nothing',
  stream_lost: 'the video was lost',
  restarted: 'the system was restarted',
  zone_changed: 'the zone was redrawn',
};

const DROP_REASONS: Readonly<Record<string, string>> = {
  stale: 'too old when its turn came',
  queue_full: 'queue full',
  corrupt: 'damaged',
  before_keyframe: 'before the first key frame',
  motion_gated: 'no motion',
  inference_timeout: 'inference too slow',
  inference_error: 'inference failed',
  privacy_hold: 'held back for privacy',
  worker_killed: 'reader killed',
  shutdown: 'shutdown',
};

const HANDLING_WORDS: Readonly<Record<string, string>> = {
  new: 'New',
  acknowledged: 'Acknowledged',
  in_progress: 'In progress',
  resolved: 'Resolved',
  false_alarm: 'False alarm',
};

export const ACTIONS = {
  ack: { label: 'Acknowledge', hotkey: 'A', shortcut: 'incidents.ack' },
  take: { label: 'Take', hotkey: 'Y', shortcut: 'incidents.take' },
  resolve: { label: 'Resolve', hotkey: 'R', shortcut: 'incidents.resolve' },
  'false-alarm': { label: 'False alarm', hotkey: 'X', shortcut: 'incidents.falseAlarm' },
  reopen: { label: 'Reopen', hotkey: 'U', shortcut: 'incidents.reopen' },
} as const;

/** `wrong_way` becomes `Wrong way`. */
function readable(code: string): string {
  const words = code.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function lookup(words: Readonly<Record<string, string>>) {
  return (code: string): string => words[code] ?? readable(code);
}

export const incidentTypeWord = lookup(INCIDENT_TYPES);
export const reasonWord = lookup(REASONS);
export const cameraFaultWord = lookup(CAMERA_FAULTS);
export const endReasonWord = lookup(END_REASONS);
export const dropReasonWord = lookup(DROP_REASONS);
export const handlingWord = lookup(HANDLING_WORDS);
export const conditionWord = readable;
