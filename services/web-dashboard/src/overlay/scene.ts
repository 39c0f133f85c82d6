import type { DetectionRing } from './detection-ring';
import type { JoinedFrame } from './join';
import type { LabelCache } from './label-cache';
import type { Rectangle } from './viewport';

/** What of a zone is drawn. Points are 0..1 of the picture. */
export interface ZoneOutline {
  readonly id: string;
  readonly name: string;
  readonly polygon: readonly (readonly [number, number])[];
}

/** What an operator switched on. */
export interface OverlayOptions {
  readonly boxes: boolean;
  readonly labels: boolean;
  readonly tracks: boolean;
  readonly zones: boolean;
}

export type IncidentTracks = ReadonlyMap<string, ReadonlyMap<number, string>>;

/** Everything that one drawing needs; nothing else is read. */
export interface OverlayScene {
  readonly frame: JoinedFrame;
  readonly ring: DetectionRing;
  /** Where the picture lies in the canvas, device pixels. */
  readonly picture: Rectangle;
  readonly pixelRatio: number;
  readonly options: OverlayOptions;
  readonly zones: readonly ZoneOutline[];
  readonly incidentZoneIds: ReadonlySet<string>;
  /** Incident type by stream epoch and track, where the lists know more than the frame's event. */
  readonly incidentTracks: IncidentTracks;
  readonly labels: LabelCache;
}
