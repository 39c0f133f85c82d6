import { describe, expect, it } from 'vitest';
import type { CameraLive } from '@/realtime';
import { healthAfter } from './connection-health';
import { deriveTileState, type TileFacts, type TileState } from './tile-state';

const NOW = Date.parse('2026-01-10T12:00:00.000Z');

function aCamera(changes: Partial<CameraLive> = {}): CameraLive {
  return {
    camera_id: 'cam_01',
    status: 'online',
    state: 'online',
    reason: null,
    detail: null,
    since: '2026-01-10T11:00:00.000Z',
    fps: 25,
    ...changes,
  };
}

function derive(changes: Partial<TileFacts> = {}, previous?: TileState): TileState {
  const facts: TileFacts = {
    nowMs: NOW,
    camera: aCamera(),
    fault: null,
    connection: 'open',
    frameAgeMs: 40,
    detectionsSilentMs: 200,
    lateShare: 0,
    droppedShare: 0,
    ...changes,
  };
  return deriveTileState(facts, previous);
}

describe('deriveTileState', () => {
  it('is live with a fresh frame', () => {
    expect(derive()).toEqual({
      kind: 'live',
      reason: null,
      detail: null,
      sinceMs: NOW,
      lastFrameAgeMs: null,
    });
  });

  it('connects before the first frame', () => {
    expect(derive({ frameAgeMs: null, camera: undefined, connection: 'new' })).toMatchObject({
      kind: 'connecting',
      reason: 'starting',
    });
    expect(derive({ frameAgeMs: null, connection: 'lost' })).toMatchObject({
      kind: 'connecting',
      reason: 'connection_lost',
    });
  });

  it('never lets a frame older than two seconds pass as live', () => {
    expect(derive({ frameAgeMs: 2_000 }).kind).toBe('live');
    expect(derive({ frameAgeMs: 14_900 })).toEqual({
      kind: 'stale',
      reason: 'no_frames',
      detail: null,
      sinceMs: NOW - 14_900,
      lastFrameAgeMs: 14_000,
    });
    expect(derive({ frameAgeMs: 3_000, connection: 'lost' }).reason).toBe('connection_lost');
  });

  it('is offline with the reason of the camera, since the camera is, whatever is on the screen', () => {
    const camera = aCamera({ state: 'offline', reason: 'unauthorised', detail: 'Wrong password' });
    expect(derive({ camera })).toEqual({
      kind: 'offline',
      reason: 'unauthorised',
      detail: 'Wrong password',
      sinceMs: Date.parse('2026-01-10T11:00:00.000Z'),
      lastFrameAgeMs: 0,
    });
  });

  it('tells a camera that reconnects from one that never was there', () => {
    const camera = aCamera({ state: 'connecting', reason: 'stalled' });
    expect(derive({ camera })).toMatchObject({ kind: 'degraded', reason: 'stalled' });
    expect(derive({ camera, frameAgeMs: 5_000 })).toMatchObject({
      kind: 'stale',
      reason: 'stalled',
    });
    expect(derive({ camera, frameAgeMs: null })).toMatchObject({ kind: 'connecting' });
  });

  it('says when this browser cannot play it', () => {
    const fault = { reason: 'unsupported_codec', detail: 'no' } as const;
    expect(derive({ fault, frameAgeMs: null })).toMatchObject({ kind: 'offline', ...fault });
    const blocked = { reason: 'autoplay_blocked', detail: 'click' } as const;
    expect(derive({ fault: blocked, frameAgeMs: null })).toMatchObject({
      kind: 'connecting',
      ...blocked,
    });
  });

  it.each([
    ['no_detections', { detectionsSilentMs: 5_001 }],
    ['boxes_late', { lateShare: 0.6 }],
    ['dropping_frames', { droppedShare: 0.3 }],
  ])('is degraded: %s', (reason, facts) => {
    const state = derive(facts);
    expect(state).toMatchObject({ kind: 'degraded', reason });
    expect(state.detail).not.toBeNull();
  });

  it('does not miss detections that nobody wants to see', () => {
    expect(derive({ detectionsSilentMs: null, lateShare: 1 }).kind).toBe('live');
  });

  it('remembers since when, and equals itself while nothing changes', () => {
    const first = derive({ frameAgeMs: 2_100 });
    const second = derive({ nowMs: NOW + 500, frameAgeMs: 2_600 }, first);
    expect(second).toEqual(first);
    const live = derive({ nowMs: NOW + 900 }, second);
    expect(live).toMatchObject({ kind: 'live', sinceMs: NOW + 900 });
  });
});

describe('healthAfter', () => {
  it('keeps saying lost through the attempts that follow a loss', () => {
    const phases = ['connecting', 'open', 'connecting', 'waiting', 'connecting', 'open'] as const;
    let health = healthAfter('new', 'idle');
    const seen = phases.map((phase) => {
      health = healthAfter(health, phase);
      return health;
    });
    expect(seen).toEqual(['new', 'open', 'lost', 'lost', 'lost', 'open']);
  });
});
