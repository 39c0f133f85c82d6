/** Joining detections to displayed frames and drawing them: pure, no React, no socket, no video. */
export { DetectionRing } from './detection-ring';
export { drawOverlay } from './draw';
export { JoinedFrame, type JoinKind, joinFrame, joinNothing } from './join';
export { LabelCache } from './label-cache';
export type { IncidentTracks, OverlayOptions, OverlayScene, ZoneOutline } from './scene';
export { TICKS_PER_MS } from './ticks';
export { fitContain, type Rectangle } from './viewport';
