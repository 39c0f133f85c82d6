import { describe, expect, it } from 'vitest';
import { DetectionRing } from './detection-ring';
import { drawOverlay } from './draw';
import { JoinedFrame, joinFrame } from './join';
import { LabelCache } from './label-cache';
import { colourOfClass, INCIDENT_COLOUR } from './palette';
import type { OverlayScene } from './scene';
import { anEvent, anObject } from './testing';

interface Call {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly strokeStyle: unknown;
  readonly fillStyle: unknown;
  readonly globalAlpha: unknown;
}

/** A context that only remembers what it was told. */
function recordingContext(): { ctx: CanvasRenderingContext2D; calls: Call[] } {
  const calls: Call[] = [];
  const state: Record<string, unknown> = { canvas: { width: 640, height: 360 } };
  const ctx = new Proxy(state, {
    get: (target, name: string) => {
      if (name in target) return target[name];
      return (...args: unknown[]) => {
        const { strokeStyle, fillStyle, globalAlpha } = target;
        calls.push({ name, args, strokeStyle, fillStyle, globalAlpha });
        return { width: 50 };
      };
    },
  });
  return { ctx: ctx as unknown as CanvasRenderingContext2D, calls };
}

function draw(ring: DetectionRing, pts90k: number, changes: Partial<OverlayScene> = {}): Call[] {
  const frame = new JoinedFrame();
  joinFrame(ring, pts90k, frame);
  const { ctx, calls } = recordingContext();
  drawOverlay(ctx, {
    frame,
    ring,
    picture: { x: 0, y: 20, width: 640, height: 320 },
    pixelRatio: 1,
    options: { boxes: true, labels: true, tracks: false, zones: false },
    zones: [],
    incidentZoneIds: new Set(),
    incidentTracks: new Map(),
    labels: new LabelCache(),
    ...changes,
  });
  return calls;
}

function aRing(...objects: ReturnType<typeof anObject>[]): DetectionRing {
  const ring = new DetectionRing();
  ring.add(anEvent(0, objects), 0);
  return ring;
}

const zone = {
  id: 'z1',
  name: 'lane',
  polygon: [
    [0, 0],
    [1, 0],
    [1, 1],
  ] as [number, number][],
};

describe('drawOverlay', () => {
  it('clears first, and draws no object on a frame without any', () => {
    const calls = draw(new DetectionRing(), 0);
    expect(calls.map((call) => call.name)).toEqual(['clearRect']);
  });

  it('puts a box where the picture lies in the canvas, halo under the colour of its class', () => {
    const boxes = draw(aRing(anObject(1, 0.5, 0.5)), 0).filter((c) => c.name === 'strokeRect');
    expect(boxes).toHaveLength(2);
    for (const { args } of boxes) {
      expect(args.map((n) => Math.round(Number(n)))).toEqual([320, 180, 64, 64]);
    }
    expect(boxes[1]?.strokeStyle).toBe(colourOfClass('car'));
    expect(boxes[0]?.strokeStyle).not.toBe(boxes[1]?.strokeStyle);
  });

  it('writes class and track, and keeps the label inside the picture', () => {
    const calls = draw(aRing(anObject(42, 0.95, 0)), 0);
    const text = calls.find((call) => call.name === 'fillText');
    expect(text?.args[0]).toBe('car 42');
    const background = calls.find((call) => call.name === 'fillRect')?.args.map(Number) ?? [];
    expect((background[0] ?? 0) + (background[2] ?? 0)).toBeLessThanOrEqual(640);
    expect(background[1]).toBeGreaterThanOrEqual(20);
  });

  it('highlights what the event or the lists say belongs to an incident', () => {
    const incidentTracks = new Map([['epoch-1', new Map([[1, 'stopped_vehicle']])]]);
    const calls = draw(aRing(anObject(1)), 0, { incidentTracks });
    expect(calls.findLast((c) => c.name === 'strokeRect')?.strokeStyle).toBe(INCIDENT_COLOUR);
    expect(calls.find((c) => c.name === 'fillText')?.args[0]).toBe('car 1 · stopped vehicle');
  });

  it('does not highlight the same track number of another epoch', () => {
    const incidentTracks = new Map([['epoch-0', new Map([[1, 'stopped_vehicle']])]]);
    const calls = draw(aRing(anObject(1)), 0, { incidentTracks });
    expect(calls.findLast((c) => c.name === 'strokeRect')?.strokeStyle).toBe(colourOfClass('car'));
  });

  it('leaves out what is switched off', () => {
    const options = { boxes: false, labels: false, tracks: false, zones: false };
    const names = draw(aRing(anObject(1)), 0, { options, zones: [zone] }).map((c) => c.name);
    expect(names).toEqual(['clearRect']);
  });

  it('fills the zone of an incident at 12 % even where zones are off', () => {
    const calls = draw(aRing(), 0, { zones: [zone], incidentZoneIds: new Set(['z1']) });
    expect(calls.find((c) => c.name === 'fill')).toMatchObject({
      globalAlpha: 0.12,
      fillStyle: INCIDENT_COLOUR,
    });
  });

  it('outlines other zones on demand, unfilled', () => {
    const options = { boxes: true, labels: true, tracks: false, zones: true };
    const names = draw(aRing(), 0, { options, zones: [zone] }).map((call) => call.name);
    expect(names).toContain('stroke');
    expect(names).not.toContain('fill');
  });

  it('draws the way of a track over the last two seconds only', () => {
    const ring = new DetectionRing();
    for (let i = 0; i < 20; i += 1) ring.add(anEvent(i * 18_000, [anObject(1, i * 0.04)]), 0);
    const options = { boxes: false, labels: false, tracks: true, zones: false };
    const points = draw(ring, 19 * 18_000, { options }).filter((c) => c.name === 'lineTo');
    expect(points).toHaveLength(12);
  });
});

describe('LabelCache', () => {
  it('measures a label once per font', () => {
    let measured = 0;
    const measure = {
      font: '11px x',
      measureText: () => {
        measured += 1;
        return { width: 10 } as TextMetrics;
      },
    };
    const cache = new LabelCache();
    cache.get(measure, 'car', 1, null);
    cache.get(measure, 'car', 1, null);
    expect(measured).toBe(1);
    expect(cache.get(measure, 'car', 1, 'wrong_way').text).toBe('car 1 · wrong way');
    expect(measured).toBe(2);
    cache.get({ ...measure, font: '22px x' }, 'car', 1, null);
    expect(measured).toBe(3);
  });
});
