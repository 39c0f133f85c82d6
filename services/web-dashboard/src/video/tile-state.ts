import { type CameraLive, TopicStore } from '@/realtime';
import type { ConnectionHealth } from './connection-health';
import type { PlayerFault } from './player';

export type TileKind = 'connecting' | 'live' | 'degraded' | 'stale' | 'offline';

/** What a tile may honestly say about its picture. */
export interface TileState {
  readonly kind: TileKind;
  /** A word of a closed set per kind, for a caption; null while live. */
  readonly reason: string | null;
  /** A sentence for a person, where there is more to say. */
  readonly detail: string | null;
  /** `Date.now()` since when it is so. */
  readonly sinceMs: number;
  /** Age of the frame on the screen in whole seconds, where it is old; else null. */
  readonly lastFrameAgeMs: number | null;
}

export interface TileFacts {
  /** `Date.now()`. */
  readonly nowMs: number;
  readonly camera: CameraLive | undefined;
  readonly fault: PlayerFault | null;
  readonly connection: ConnectionHealth;
  /** Null before the first frame. */
  readonly frameAgeMs: number | null;
  /** Time since detections came last; null where none are wanted. */
  readonly detectionsSilentMs: number | null;
  /** Share of the last frames whose boxes came too late, 0..1. */
  readonly lateShare: number;
  /** Share of the last frames that the browser threw away, 0..1. */
  readonly droppedShare: number;
}

/** A picture that is older is never shown as if it were live. */
const STALE_MS = 2_000;
const SILENT_DETECTIONS_MS = 5_000;
const LATE_SHARE = 0.5;
const DROPPED_SHARE = 0.25;

type Finding = Pick<TileState, 'kind' | 'reason' | 'detail'>;

/** Tile states by camera key. */
export const tileStates = new TopicStore<TileState>();

/** The state after these facts. `sinceMs` stays while kind and reason stay. */
export function deriveTileState(facts: TileFacts, previous: TileState | undefined): TileState {
  const finding = findOffline(facts) ?? findNoPicture(facts) ?? findDegraded(facts) ?? LIVE;
  const isSame = previous?.kind === finding.kind && previous.reason === finding.reason;
  return {
    ...finding,
    sinceMs: isSame ? previous.sinceMs : startOf(finding, facts),
    lastFrameAgeMs: shownAge(finding, facts),
  };
}

const LIVE: Finding = { kind: 'live', reason: null, detail: null };

function findOffline({ camera, fault }: TileFacts): Finding | null {
  if (camera?.state === 'offline') {
    return { kind: 'offline', reason: camera.reason, detail: camera.detail };
  }
  if (fault && fault.reason !== 'autoplay_blocked' && fault.reason !== 'broken') {
    return { kind: 'offline', ...fault };
  }
  return null;
}

function findNoPicture({ camera, fault, connection, frameAgeMs }: TileFacts): Finding | null {
  if (frameAgeMs !== null && frameAgeMs <= STALE_MS) return null;
  const kind = frameAgeMs === null ? 'connecting' : 'stale';
  if (fault) return { kind, ...fault };
  if (camera?.state === 'connecting') {
    return { kind, reason: camera.reason ?? 'starting', detail: camera.detail };
  }
  if (connection === 'lost') {
    return { kind, reason: 'connection_lost', detail: 'The server cannot be reached.' };
  }
  return { kind, reason: kind === 'stale' ? 'no_frames' : 'starting', detail: null };
}

function findDegraded(facts: TileFacts): Finding | null {
  const { camera, detectionsSilentMs } = facts;
  if (camera?.state === 'connecting') {
    return { kind: 'degraded', reason: camera.reason ?? 'stalled', detail: camera.detail };
  }
  if (facts.droppedShare > DROPPED_SHARE) {
    const detail = 'This computer is too slow for so many videos.';
    return { kind: 'degraded', reason: 'dropping_frames', detail };
  }
  if (detectionsSilentMs !== null && detectionsSilentMs > SILENT_DETECTIONS_MS) {
    const detail = 'The video is live, but no detections come.';
    return { kind: 'degraded', reason: 'no_detections', detail };
  }
  if (detectionsSilentMs !== null && facts.lateShare > LATE_SHARE) {
    const detail = 'Detections come later than their frames.';
    return { kind: 'degraded', reason: 'boxes_late', detail };
  }
  return null;
}

function startOf({ kind }: Finding, { nowMs, camera, frameAgeMs }: TileFacts): number {
  if (kind === 'offline' && camera?.state === 'offline') {
    const since = Date.parse(camera.since);
    return Number.isFinite(since) ? since : nowMs;
  }
  return kind === 'stale' ? nowMs - (frameAgeMs ?? 0) : nowMs;
}

function shownAge({ kind }: Finding, { frameAgeMs }: TileFacts): number | null {
  if (frameAgeMs === null || (kind !== 'stale' && kind !== 'offline')) return null;
  return Math.floor(frameAgeMs / 1_000) * 1_000;
}
