import { describe, expect, it } from 'vitest';
import { makeCamera } from '@/testing/builders';
import { draftFaults, draftOf, EMPTY_DRAFT, toCreate, toPatch } from './camera-draft';
import { describeAccount, droppedFrames, dropShare } from './frame-accounts';
import { kindOf } from './source-kind';

describe('the account of frames', () => {
  const account = {
    camera_id: 'cam_01',
    state: 'online' as const,
    sampled_fps: 4.9,
    captured: 1000,
    inferred: 985,
    in_flight: 1,
    dropped: { stale: 10, queue_full: 4 },
  };

  it('adds up and names each loss', () => {
    expect(droppedFrames(account)).toBe(14);
    expect(dropShare(account)).toBe('1.4 %');
    expect(describeAccount(account)).toBe(
      [
        '1000 frames due = 985 inferred + 1 under way + 14 dropped',
        '10 too old when its turn came',
        '4 queue full',
      ].join('\n'),
    );
  });

  it('has no share before the first frame, and a round one of none', () => {
    expect(dropShare({ ...account, captured: 0 })).toBe('–');
    expect(dropShare({ ...account, dropped: {} })).toBe('0 %');
  });
});

it('knows a source by how it begins', () => {
  const kinds = ['rtsps://a', 'http://a/x.m3u8', '/a.mp4', 'file:///a', 'sim:clock', 'a.mp4'].map(
    kindOf,
  );
  expect(kinds).toEqual(['rtsp', 'http', 'file', 'file', 'simulated', 'file']);
  expect([kindOf(''), kindOf('ftp://a')]).toEqual([null, null]);
});

describe('the form of a camera', () => {
  it('says what is missing', () => {
    expect(Object.keys(draftFaults(EMPTY_DRAFT))).toEqual(['name', 'sourceUrl']);
    const fast = { ...EMPTY_DRAFT, name: 'a', sourceUrl: '/b.mp4', sampleFps: '31' };
    expect(Object.keys(draftFaults(fast))).toEqual(['sampleFps']);
    expect(draftFaults({ ...fast, sampleFps: '2.5' })).toEqual({});
  });

  it('adds what was typed, without the spaces around it', () => {
    const draft = { ...EMPTY_DRAFT, name: ' Toll ', sourceUrl: ' rtsp://a ' };
    expect(toCreate(draft)).toEqual({
      name: 'Toll',
      source_url: 'rtsp://a',
      sample_fps: 5,
      location: null,
      enabled: true,
      live_view: 'source',
      rtsp_transport: 'tcp',
      loops: true,
      motion_gating: false,
      privacy_masks: [],
    });
  });

  it('changes only what was changed, and names the revision it saw', () => {
    const camera = makeCamera();
    expect(toPatch(draftOf(camera), camera)).toEqual({ revision: 3 });
    const draft = { ...draftOf(camera), name: 'Toll north', location: null };
    expect(toPatch(draft, camera)).toEqual({ revision: 3, name: 'Toll north', location: null });
    const masks = [[[0, 0] as const, [1, 0] as const, [1, 1] as const]];
    expect(toPatch({ ...draftOf(camera), masks, motionGating: true }, camera)).toEqual({
      revision: 3,
      motion_gating: true,
      privacy_masks: masks,
    });
    const moved = { ...draftOf(camera), location: { lat: 60.18, lng: 24.94 } };
    expect(toPatch(moved, camera)).toEqual({ revision: 3, location: { lat: 60.18, lng: 24.94 } });
  });
});
