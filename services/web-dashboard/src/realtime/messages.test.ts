import { describe, expect, it } from 'vitest';
import { decodeLiveMessage } from './messages';

const event = {
  camera_id: 'cam_01',
  stream_epoch: 'e1',
  pts_90k: 18_000,
  detections: [{ class: 'car', confidence: 0.9, bbox: [0, 0, 0.1, 0.1], track_id: null }],
  incidents: [{ id: 'i', type: 'congestion', zone_id: 'z', track_ids: [1] }],
};

function detections(changes: object): string {
  return JSON.stringify({ type: 'detections', seq: 1, event: { ...event, ...changes } });
}

describe('decodeLiveMessage', () => {
  it.each([
    { type: 'hello', seq: 0, boot: 'b', server_time: '2026-01-10T12:00:00.000Z' },
    { type: 'detections', seq: 1, event },
    { type: 'incident', seq: 2, transition: 'opened', incident: { id: 'i' } },
    { type: 'sync', seq: 3, camera_id: 'cam_01', epoch: 'e1', pts_90k: 0, utc: 'x' },
    { type: 'resync', seq: 4, reason: 'gone' },
    { type: 'error', seq: 5, code: 'unreadable', message: 'no' },
    {
      type: 'camera_state',
      seq: 6,
      camera_id: 'cam_01',
      status: 'online',
      state: 'online',
      reason: null,
      detail: null,
      since: 'x',
      fps: null,
    },
  ])('takes $type', (message) => {
    expect(decodeLiveMessage(JSON.stringify(message))).toEqual(message);
  });

  it.each([
    ['no JSON', '{'],
    ['no object', '[1]'],
    ['null', 'null'],
    ['no seq', '{"type":"resync","reason":"x"}'],
    ['no type', '{"seq":1}'],
    ['a type of the future', '{"type":"weather","seq":1}'],
    ['a type that every object has', '{"type":"constructor","seq":1}'],
    ['a member of the wrong type', '{"type":"hello","seq":1,"boot":3,"server_time":"x"}'],
    ['a frame without time', detections({ pts_90k: null })],
    ['a fraction as time', detections({ pts_90k: 0.5 })],
    ['a box of three numbers', detections({ detections: [{ class: 'car', bbox: [0, 0, 1] }] })],
    ['a box of text', detections({ detections: [{ class: 'car', bbox: [0, 0, 1, 'x'] }] })],
    ['incidents that are no list', detections({ incidents: {} })],
  ])('refuses %s', (_, text) => {
    expect(decodeLiveMessage(text)).toBeNull();
  });
});
