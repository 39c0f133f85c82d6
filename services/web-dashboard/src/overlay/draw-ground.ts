import { NO_TRACK, type ObjectList, type Sample } from './detection-ring';
import { colourOfClass, HALO_COLOUR, INCIDENT_COLOUR, ZONE_COLOUR } from './palette';
import type { OverlayScene, ZoneOutline } from './scene';
import { TICKS_PER_MS } from './ticks';

const TRAIL_MS = 2_000;
const INCIDENT_FILL_ALPHA = 0.12;

/** The zone of an incident is filled and outlined always, the others only on demand. */
export function drawZones(ctx: CanvasRenderingContext2D, scene: OverlayScene): void {
  for (const zone of scene.zones) {
    const hasIncident = scene.incidentZoneIds.has(zone.id);
    if (!hasIncident && !scene.options.zones) continue;
    tracePolygon(ctx, scene, zone);
    if (hasIncident) {
      ctx.globalAlpha = INCIDENT_FILL_ALPHA;
      ctx.fillStyle = INCIDENT_COLOUR;
      ctx.fill();
    }
    ctx.globalAlpha = hasIncident ? 0.95 : 0.7;
    ctx.strokeStyle = HALO_COLOUR;
    ctx.lineWidth = 3 * scene.pixelRatio;
    ctx.stroke();
    ctx.strokeStyle = hasIncident ? INCIDENT_COLOUR : ZONE_COLOUR;
    ctx.lineWidth = (hasIncident ? 1.5 : 1) * scene.pixelRatio;
    ctx.stroke();
  }
}

function tracePolygon(
  ctx: CanvasRenderingContext2D,
  { picture }: OverlayScene,
  zone: ZoneOutline,
): void {
  ctx.beginPath();
  for (const [x, y] of zone.polygon) {
    ctx.lineTo(picture.x + x * picture.width, picture.y + y * picture.height);
  }
  ctx.closePath();
}

/** Where the foot of each tracked object was in the last two seconds. */
export function drawTrails(ctx: CanvasRenderingContext2D, scene: OverlayScene): void {
  const { frame, pixelRatio } = scene;
  const newest = scene.ring.floorIndex(frame.pts90k);
  ctx.lineWidth = 1.5 * pixelRatio;
  for (let i = 0; i < frame.count; i += 1) {
    const trackId = frame.trackIds[i] as number;
    if (trackId === NO_TRACK) continue;
    ctx.globalAlpha = 0.75 * (frame.alphas[i] as number);
    ctx.strokeStyle = colourOfClass(frame.classes[i] as string);
    ctx.beginPath();
    traceFoot(ctx, scene, frame, i);
    traceTrack(ctx, scene, trackId, newest);
    ctx.stroke();
  }
}

function traceTrack(
  ctx: CanvasRenderingContext2D,
  scene: OverlayScene,
  trackId: number,
  newest: number,
): void {
  const { ring, frame } = scene;
  const epoch = ring.at(newest)?.epoch;
  const limit = frame.pts90k - TRAIL_MS * TICKS_PER_MS;
  for (let at = newest; at >= 0; at -= 1) {
    const sample = ring.at(at) as Sample;
    if (sample.epoch !== epoch || sample.pts90k < limit) return;
    const found = sample.indexOfTrack(trackId);
    if (found >= 0) traceFoot(ctx, scene, sample, found);
  }
}

/** A line to the middle of a box's lower edge. */
function traceFoot(
  ctx: CanvasRenderingContext2D,
  { picture }: OverlayScene,
  objects: ObjectList,
  index: number,
): void {
  const { boxes } = objects;
  const at = index * 4;
  const x = (boxes[at] as number) + (boxes[at + 2] as number) / 2;
  const y = (boxes[at + 1] as number) + (boxes[at + 3] as number);
  ctx.lineTo(picture.x + x * picture.width, picture.y + y * picture.height);
}
