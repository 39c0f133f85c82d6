import type { Camera, Incident, Recording } from '@/shared/api/types';

/** Valid entities for tests; name what matters, the rest is filled in. */

export const AT = '2026-11-25T12:00:00.000Z';

/** `seconds` after the moment that tests live in. */
export function later(seconds: number): string {
  return new Date(Date.parse(AT) + seconds * 1000).toISOString();
}

export function makeIncident(parts: Partial<Incident> = {}): Incident {
  return {
    id: '00000000-0000-4000-8000-000000000001',
    camera_id: 'cam_01',
    camera_name: 'Toll km 39',
    type: 'congestion',
    key: 'zone-1',
    zone_id: null,
    zone_name: 'lane 2',
    rule_version: 1,
    zone_version: 1,
    stream_epoch: '01JD0000000000000000000000',
    start_pts_90k: 900_000,
    started_at: later(-15),
    alarm_at: AT,
    ended_at: null,
    condition: 'active',
    reason: null,
    severity: 5,
    priority: 'medium',
    track_ids: [1, 2],
    explain: [],
    has_snapshot: true,
    has_clip: false,
    evidence_complete: false,
    place: null,
    duplicate_of: null,
    also_seen_by: [],
    model_version: 'v0',
    handling: 'new',
    handled_by: null,
    handled_at: null,
    allowed_actions: ['ack', 'take', 'resolve', 'false-alarm'],
    ...parts,
  };
}

export function makeCamera(parts: Partial<Camera> = {}): Camera {
  return {
    id: '00000000-0000-4000-8000-00000000000c',
    key: 'cam_01',
    name: 'Toll km 39',
    location: { lat: 60.17, lng: 24.94 },
    status: 'online',
    state: 'online',
    reason: null,
    detail: null,
    since: AT,
    fps: 25,
    sampled_fps: 5,
    health: null,
    source_url: 'rtsp://10.0.0.7/stream1',
    has_credentials: false,
    enabled: true,
    is_demo: false,
    sample_fps: 5,
    live_view: 'source',
    rtsp_transport: 'tcp',
    loops: true,
    motion_gating: false,
    privacy_masks: [],
    rules_suspended: null,
    revision: 3,
    created_at: AT,
    updated_at: AT,
    ...parts,
  };
}

export function makeRecording(parts: Partial<Recording> = {}): Recording {
  return {
    id: '00000000-0000-4000-8000-00000000000e',
    camera_id: 'cam_01',
    requested_by: 'ana',
    state: 'ready',
    detail: null,
    started_at: AT,
    ended_at: later(75),
    max_s: 3_600,
    duration_s: 75,
    size_bytes: 12_440_000,
    has_video: true,
    ...parts,
  };
}
