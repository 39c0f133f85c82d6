import { NO_TRACK } from './detection-ring';

const MAX_LABELS = 512;

/** A label's text and its width in pixels, worked out once and not once a frame. */
export interface Label {
  readonly text: string;
  readonly width: number;
}

/** What to write at an object: its class, its track, the incident that it belongs to. */
function labelText(name: string, trackId: number, incident: string | null): string {
  const object = trackId === NO_TRACK ? name : `${name} ${trackId}`;
  return incident ? `${object} · ${incident.replaceAll('_', ' ')}` : object;
}

/** The labels of one canvas. Forgets everything when the font changes or when it is full. */
export class LabelCache {
  private font = '';
  private size = 0;
  private readonly byClass = new Map<string, Map<number, Label>>();

  get(measure: TextMeasure, name: string, trackId: number, incident: string | null): Label {
    if (measure.font !== this.font || this.size >= MAX_LABELS) this.clear(measure.font);
    const key = incident ? `${name}/${incident}` : name;
    let tracks = this.byClass.get(key);
    if (!tracks) {
      tracks = new Map();
      this.byClass.set(key, tracks);
    }
    const known = tracks.get(trackId);
    if (known) return known;
    const text = labelText(name, trackId, incident);
    const label = { text, width: measure.measureText(text).width };
    tracks.set(trackId, label);
    this.size += 1;
    return label;
  }

  private clear(font: string): void {
    this.font = font;
    this.size = 0;
    this.byClass.clear();
  }
}

export type TextMeasure = Pick<CanvasRenderingContext2D, 'font' | 'measureText'>;
