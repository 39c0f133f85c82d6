import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveHub } from './live-hub';

const NOW = Date.parse('2026-01-10T12:00:00.000Z');

/** A hub whose words to the server are kept. */
function connectedHub() {
  const hub = new LiveHub();
  const said: { type?: string }[] = [];
  hub.attach({
    send: (text) => {
      said.push(JSON.parse(text));
      return true;
    },
  });
  const hear = (message: object) => hub.receive(JSON.stringify(message));
  const greet = (boot: string, seq: number) =>
    hear({ type: 'hello', seq, boot, server_time: new Date(Date.now()).toISOString() });
  return { hub, said, hear, greet };
}

function cameraState(state: string, seq = 1) {
  return {
    type: 'camera_state',
    seq,
    camera_id: 'cam_01',
    status: state === 'online' ? 'online' : 'offline',
    state,
    reason: null,
    detail: null,
    since: '2026-01-10T12:00:00.000Z',
    fps: 25,
  };
}

function incident(seq: number) {
  return { type: 'incident', seq, transition: 'opened', incident: { id: `i${seq}` } };
}

describe('LiveHub', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: NOW });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('subscribes what is watched after each greeting and after each change', () => {
    const { hub, said, greet } = connectedHub();
    hub.watch(['cam_02', 'cam_01']);
    greet('b1', 0);
    hub.watch(['cam_01', 'cam_02', 'cam_01']);
    hub.watch(['cam_03']);
    const subscribe = (cameras: string[]) => ({ type: 'subscribe', cameras, detections: true });
    expect(said).toEqual([
      subscribe(['cam_01', 'cam_02']),
      subscribe(['cam_01', 'cam_02']),
      subscribe(['cam_03']),
    ]);
  });

  it('is live after the first greeting, with nothing to catch up on', () => {
    const { hub, said, greet } = connectedHub();
    greet('b1', 40);
    expect(hub.connection.get()).toEqual({ phase: 'live' });
    expect(said.some((message) => message.type === 'resume')).toBe(false);
  });

  it('resumes from its last message when the same server comes back', () => {
    const { hub, said, hear, greet } = connectedHub();
    const incidents = vi.fn();
    hub.onIncident(incidents);
    greet('b1', 0);
    hear(incident(3));
    hub.phaseChanged({ kind: 'waiting', retryAtMs: NOW + 500, failures: 1 });
    expect(hub.connection.get()).toEqual({ phase: 'waiting', retryAtMs: NOW + 500, failures: 1 });
    hub.phaseChanged({ kind: 'connecting', failures: 1 });
    hub.phaseChanged({ kind: 'open' });
    greet('b1', 9);
    expect(hub.connection.get()).toEqual({ phase: 'catching-up', missed: 6 });
    expect(said.at(-1)).toEqual({ type: 'resume', boot: 'b1', seq: 3 });
    hear(incident(5));
    expect(hub.connection.get().phase).toBe('catching-up');
    hear(incident(10));
    expect(hub.connection.get()).toEqual({ phase: 'live' });
    expect(incidents).toHaveBeenCalledTimes(3);
  });

  it('resumes from the same message when the connection is lost during the replay', () => {
    const { hub, said, hear, greet } = connectedHub();
    greet('b1', 0);
    hear(incident(3));
    greet('b1', 9);
    hear(cameraState('online', 9));
    hub.phaseChanged({ kind: 'waiting', retryAtMs: NOW, failures: 1 });
    greet('b1', 12);
    expect(said.at(-1)).toEqual({ type: 'resume', boot: 'b1', seq: 3 });
  });

  it('counts a replay as over when nothing newer comes', () => {
    const { hub, greet } = connectedHub();
    greet('b1', 0);
    greet('b1', 9);
    expect(hub.connection.get().phase).toBe('catching-up');
    vi.advanceTimersByTime(2_000);
    expect(hub.connection.get()).toEqual({ phase: 'live' });
  });

  it('has everything fetched again when another server answers', () => {
    const { hub, said, greet } = connectedHub();
    const resyncs = vi.fn();
    hub.onResync(resyncs);
    greet('b1', 100);
    greet('b2', 3);
    expect(resyncs).toHaveBeenCalledOnce();
    expect(said.some((message) => message.type === 'resume')).toBe(false);
    expect(hub.connection.get()).toEqual({ phase: 'live' });
  });

  it('passes a resync of the server on', () => {
    const { hub, hear } = connectedHub();
    const resyncs = vi.fn();
    const leave = hub.onResync(resyncs);
    hear({ type: 'resync', seq: 1, reason: 'gone' });
    leave();
    hear({ type: 'resync', seq: 2, reason: 'gone' });
    expect(resyncs.mock.calls).toEqual([['gone']]);
  });

  it('keeps camera states and tells only changes', () => {
    const { hub, hear } = connectedHub();
    const changed = vi.fn();
    hub.cameras.topic('cam_01').subscribe(changed);
    hear(cameraState('online', 1));
    hear(cameraState('online', 2));
    expect(changed).toHaveBeenCalledOnce();
    hear(cameraState('offline', 3));
    expect(changed).toHaveBeenCalledTimes(2);
    expect(hub.cameras.get('cam_01')).not.toHaveProperty('seq');
  });

  it('puts detections into the ring of their camera and wakes nobody', () => {
    const { hub, hear } = connectedHub();
    const woken = vi.fn();
    hub.cameras.topic('cam_01').subscribe(woken);
    hub.connection.subscribe(woken);
    const ring = hub.ringOf('cam_01');
    const event = {
      camera_id: 'cam_01',
      stream_epoch: 'e1',
      pts_90k: 18_000,
      detections: [],
      incidents: [],
    };
    hear({ type: 'detections', seq: 1, event });
    const calls = woken.mock.calls.length;
    hear({ type: 'detections', seq: 2, event: { ...event, pts_90k: 36_000 } });
    expect(woken.mock.calls.length).toBe(calls);
    expect(ring.newest?.pts90k).toBe(36_000);
    expect(hub.ringOf('cam_01')).toBe(ring);
    expect(hub.ringOf('cam_02').length).toBe(0);
  });

  it('ignores what it cannot read', () => {
    const { hub } = connectedHub();
    hub.receive('{');
    hub.receive('{"type":"detections","seq":1,"event":{}}');
    expect(hub.connection.get()).toEqual({ phase: 'idle' });
  });

  it('knows the capture time of a frame by the anchor of its epoch and the server’s clock', () => {
    const { hub, hear } = connectedHub();
    expect(hub.capturedAtMs('cam_01', 0)).toBeNull();
    const serverTime = new Date(NOW + 2_000).toISOString();
    hear({ type: 'hello', seq: 0, boot: 'b1', server_time: serverTime });
    const sync = (epoch: string, pts: number, utc: string) =>
      hear({ type: 'sync', seq: 1, camera_id: 'cam_01', epoch, pts_90k: pts, utc });
    sync('e1', 0, '2026-01-10T12:00:00.000Z');
    sync('e2', 900_000, '2026-01-10T12:00:20.000Z');
    const greetedAtMs = performance.now();
    expect(hub.capturedAtMs('cam_01', 45_000)).toBeCloseTo(greetedAtMs + 500 - 2_000, 6);
    expect(hub.capturedAtMs('cam_01', 990_000)).toBeCloseTo(greetedAtMs + 21_000 - 2_000, 6);
    vi.setSystemTime(NOW + 86_400_000);
    expect(hub.capturedAtMs('cam_01', 45_000)).toBeCloseTo(greetedAtMs + 500 - 2_000, 6);
    expect(hub.ptsAt('cam_01', greetedAtMs - 1_500)).toBeCloseTo(45_000, 3);
  });
});
