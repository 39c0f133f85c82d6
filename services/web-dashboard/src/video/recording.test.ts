import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DetectionRing, JoinedFrame, joinFrame } from '@/overlay';
import { anEvent, anObject } from '@/overlay/testing';
import { MediaClock } from '@/realtime/media-clock';
import { ServerClock } from '@/shared/time/server-clock';
import { type FrameClock, type FrameMetadata, mseFrameClock } from './frame-clock';
import { RtpClock } from './rtp-clock';

/**
 * What Chromium told of ten seconds of a looped clip (10 frames per second, boxes on about three of
 * them, a new epoch within), through the running product and, for WebRTC, a real MediaMTX.
 */
interface Recording {
  readonly frames: readonly (FrameMetadata & { readonly width: number })[];
  readonly messages: readonly Message[];
}

type Message =
  | { readonly type: 'hello'; readonly atMs: number; readonly server_time: string }
  | {
      readonly type: 'sync';
      readonly atMs: number;
      readonly epoch: string;
      readonly pts_90k: number;
      readonly utc: string;
    }
  | {
      readonly type: 'detections';
      readonly atMs: number;
      readonly epoch: string;
      readonly pts_90k: number;
      readonly objects: number;
    };

const FRAME_TICKS = 9_000;
const CYCLE = 2 ** 32;

function read(name: string): Recording {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'));
}

/** A page that hears and shows what was recorded, in the order of then. */
class Replay {
  readonly ring = new DetectionRing();
  readonly server = new ServerClock();
  readonly camera = new MediaClock();
  readonly shown: { pts: number; kind: string; errorMs: number | null; latencyMs: number }[] = [];
  private readonly joined = new JoinedFrame();

  /** @param shiftTicks As if the camera had begun so much earlier. */
  constructor(
    private readonly recording: Recording,
    private readonly shiftTicks = 0,
  ) {}

  readonly ptsAt = (pageMs: number) => this.camera.ptsAt(this.server.at(pageMs));

  run(clock: FrameClock): this {
    const { frames, messages } = this.recording;
    const events = [
      ...messages.map((message) => ({ atMs: message.atMs, run: () => this.hear(message) })),
      ...frames.map((frame) => ({
        atMs: frame.presentationTime,
        run: () => this.show(this.shifted(frame), clock),
      })),
    ];
    for (const event of events.toSorted((a, b) => a.atMs - b.atMs)) event.run();
    return this;
  }

  private hear(message: Message): void {
    if (message.type === 'hello') {
      this.server.noteGreeting(Date.parse(message.server_time), message.atMs);
      return;
    }
    const pts_90k = message.pts_90k + this.shiftTicks;
    if (message.type === 'sync') {
      this.camera.note({ ...message, pts_90k, seq: 0, camera_id: 'cam_01' });
      return;
    }
    const objects = Array.from({ length: message.objects }, (_, i) => anObject(i));
    this.ring.add(anEvent(pts_90k, objects, { stream_epoch: message.epoch }), message.atMs);
  }

  private show(frame: FrameMetadata, clock: FrameClock): void {
    const pts = clock.ptsOf(frame) ?? Number.NaN;
    const { toleranceTicks } = clock;
    const kind = joinFrame(this.ring, pts, this.joined, { mayGuess: false, toleranceTicks });
    const utcMs = this.camera.utcOf(pts) ?? Number.NaN;
    const latencyMs = frame.presentationTime - this.server.pageTimeOf(utcMs);
    this.shown.push({ pts, kind, errorMs: this.joined.errorMs, latencyMs });
  }

  private shifted(frame: FrameMetadata): FrameMetadata {
    if (frame.rtpTimestamp === undefined) return frame;
    return { ...frame, rtpTimestamp: (frame.rtpTimestamp + this.shiftTicks) % CYCLE };
  }
}

function replayWhep(recording: Recording, shiftTicks = 0): Replay {
  const replay = new Replay(recording, shiftTicks);
  return replay.run(new RtpClock(replay.ptsAt));
}

function expectFaithful({ shown }: Replay): void {
  for (const [i, frame] of shown.entries()) {
    // The browser tells of a frame twice now and then, and building up a delay is a step back.
    const before = shown[i - 1]?.pts ?? 0;
    expect(frame.pts).toBeGreaterThan(before - 90_000);
    expect(frame.pts % FRAME_TICKS).toBe(0);
    expect(frame.latencyMs).toBeGreaterThan(0);
    expect(frame.latencyMs).toBeLessThan(3_000);
    expect(frame.errorMs ?? 0).toBe(0);
  }
}

/** Frames whose own detections had come before they were shown. */
function dueFrames({ messages }: Recording, { shown }: Replay, frames: Recording['frames']) {
  const arrivals = new Map(
    messages.flatMap((one): [number, number][] =>
      one.type === 'detections' ? [[one.pts_90k, one.atMs]] : [],
    ),
  );
  return shown.filter(
    ({ pts }, i) =>
      (arrivals.get(pts) ?? Number.POSITIVE_INFINITY) <= (frames[i]?.presentationTime ?? 0),
  );
}

function expectNoneMissed(recording: Recording, replay: Replay): void {
  const due = dueFrames(recording, replay, recording.frames);
  expect(due.length).toBeGreaterThanOrEqual(5);
  expect(due.map(({ kind }) => kind)).toEqual(due.map(() => 'exact'));
}

describe('a recording of MSE', () => {
  it('names every frame, and joins boxes to their own frames only', () => {
    const recording = read('mse-recording');
    const replay = new Replay(recording).run(mseFrameClock);
    expectFaithful(replay);
    expectNoneMissed(recording, replay);
  });
});

describe('a recording of WebRTC', () => {
  const recording = read('whep-recording');

  it('names every frame, and joins boxes to their own frames only', () => {
    const replay = replayWhep(recording);
    expectFaithful(replay);
    expectNoneMissed(recording, replay);
  });

  it('shows the same wherever the 32 bits of the timestamp wrap', () => {
    const original = replayWhep(recording).shown;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 * CYCLE }), (shiftTicks) => {
        const { shown } = replayWhep(recording, shiftTicks);
        expect(shown.map(({ kind }) => kind)).toEqual(original.map(({ kind }) => kind));
        expect(shown.map(({ pts }) => pts - shiftTicks)).toEqual(original.map(({ pts }) => pts));
      }),
      { numRuns: 50, examples: [[CYCLE - 49_700_000], [2 * CYCLE - 49_600_000]] },
    );
  });

  it('is good to two frames where the browser hides the timestamp', () => {
    const truth = replayWhep(recording).shown;
    const hidden = {
      ...recording,
      frames: recording.frames.map(({ rtpTimestamp: _hidden, ...frame }) => frame),
    };
    const { shown } = replayWhep(hidden as Recording);
    for (const [i, { pts }] of shown.entries()) {
      expect(Math.abs(pts - (truth[i]?.pts ?? 0))).toBeLessThanOrEqual(2 * FRAME_TICKS);
    }
  });
});
