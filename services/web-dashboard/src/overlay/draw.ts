import { NO_TRACK } from './detection-ring';
import { drawTrails, drawZones } from './draw-ground';
import {
  colourOfClass,
  HALO_COLOUR,
  INCIDENT_COLOUR,
  LABEL_BACKGROUND,
  LABEL_ON_INCIDENT,
} from './palette';
import type { OverlayScene } from './scene';

const FONT_PX = 11;
const LABEL_HEIGHT_PX = 15;
const LABEL_PADDING_PX = 4;
/** Smaller boxes (long side, CSS pixels) carry no label unless an incident names them. */
const LABELLED_FROM_PX = 24;

/** Draws zones, trails, boxes and labels of one displayed frame on a cleared canvas. */
export function drawOverlay(ctx: CanvasRenderingContext2D, scene: OverlayScene): void {
  const { canvas } = ctx;
  ctx.clearRect(0, 0, canvas.width, canvas.height);
  ctx.lineJoin = 'round';
  drawZones(ctx, scene);
  if (scene.frame.kind !== 'none') {
    if (scene.options.tracks) drawTrails(ctx, scene);
    if (scene.options.boxes) drawBoxes(ctx, scene);
    if (scene.options.labels) drawLabels(ctx, scene);
  }
  ctx.globalAlpha = 1;
}

/** The incident that an object belongs to, by its own event or by the lists. */
function incidentOfObject(scene: OverlayScene, index: number): string | null {
  const own = scene.frame.incidents[index];
  if (own) return own;
  const trackId = scene.frame.trackIds[index] ?? NO_TRACK;
  return trackId === NO_TRACK
    ? null
    : (scene.incidentTracks.get(scene.frame.epoch)?.get(trackId) ?? null);
}

function drawBoxes(ctx: CanvasRenderingContext2D, scene: OverlayScene): void {
  const { frame, picture, pixelRatio } = scene;
  for (let i = 0; i < frame.count; i += 1) {
    const x = picture.x + (frame.boxes[i * 4] as number) * picture.width;
    const y = picture.y + (frame.boxes[i * 4 + 1] as number) * picture.height;
    const width = (frame.boxes[i * 4 + 2] as number) * picture.width;
    const height = (frame.boxes[i * 4 + 3] as number) * picture.height;
    const highlighted = incidentOfObject(scene, i) !== null;
    const line = (highlighted ? 2.5 : 1.5) * pixelRatio;
    ctx.globalAlpha = frame.alphas[i] as number;
    ctx.strokeStyle = HALO_COLOUR;
    ctx.lineWidth = line + 2 * pixelRatio;
    ctx.strokeRect(x, y, width, height);
    ctx.strokeStyle = highlighted ? INCIDENT_COLOUR : colourOfClass(frame.classes[i] as string);
    ctx.lineWidth = line;
    ctx.strokeRect(x, y, width, height);
  }
}

function drawLabels(ctx: CanvasRenderingContext2D, scene: OverlayScene): void {
  const { frame, picture, pixelRatio } = scene;
  ctx.font = `600 ${FONT_PX * pixelRatio}px "Inter Variable", system-ui, sans-serif`;
  ctx.textBaseline = 'middle';
  for (let i = 0; i < frame.count; i += 1) {
    const incident = incidentOfObject(scene, i);
    const width = (frame.boxes[i * 4 + 2] as number) * picture.width;
    const height = (frame.boxes[i * 4 + 3] as number) * picture.height;
    if (!incident && Math.max(width, height) < LABELLED_FROM_PX * pixelRatio) continue;
    ctx.globalAlpha = frame.alphas[i] as number;
    drawLabel(ctx, scene, i, incident);
  }
}

/** Above its box; inside the picture where there is no room. */
function drawLabel(
  ctx: CanvasRenderingContext2D,
  scene: OverlayScene,
  index: number,
  incident: string | null,
): void {
  const { frame, picture, pixelRatio } = scene;
  const name = frame.classes[index] as string;
  const label = scene.labels.get(ctx, name, frame.trackIds[index] as number, incident);
  const padding = LABEL_PADDING_PX * pixelRatio;
  const width = label.width + 2 * padding;
  const height = LABEL_HEIGHT_PX * pixelRatio;
  const left = picture.x + (frame.boxes[index * 4] as number) * picture.width;
  const top = picture.y + (frame.boxes[index * 4 + 1] as number) * picture.height;
  const x = Math.max(picture.x, Math.min(left, picture.x + picture.width - width));
  const y = Math.max(picture.y, top - height - pixelRatio);
  ctx.fillStyle = incident ? INCIDENT_COLOUR : LABEL_BACKGROUND;
  ctx.fillRect(x, y, width, height);
  ctx.fillStyle = incident ? LABEL_ON_INCIDENT : colourOfClass(name);
  ctx.fillText(label.text, x + padding, y + height / 2 + 0.5 * pixelRatio);
}
