'use client';

import { type CSSProperties, type RefObject, useEffect, useRef } from 'react';
import type { IncidentTracks, ZoneOutline } from '@/overlay';
import type { OverlayMode, PlayerChoice } from '@/shared/state/preferences';
import { observeDeviceSize } from './device-size';
import type { OverlaySettings } from './overlay-loop';
import { TileSession } from './tile-session';
import type { TileStats } from './tile-stats';

export interface LiveTileVideoProps {
  readonly cameraKey: string;
  readonly player?: PlayerChoice | undefined;
  readonly mode?: OverlayMode | undefined;
  readonly showBoxes?: boolean | undefined;
  readonly showLabels?: boolean | undefined;
  /** Trails of the last two seconds. */
  readonly showTracks?: boolean | undefined;
  /** Outlines of all zones; the zone of an incident is drawn in any case. */
  readonly showZones?: boolean | undefined;
  readonly zones?: readonly ZoneOutline[] | undefined;
  readonly incidentZoneIds?: readonly string[] | undefined;
  /** Incidents whose objects are highlighted, besides those that the detections name. */
  readonly activeIncidents?: readonly HighlightedIncident[] | undefined;
  /** Called once a second. */
  readonly onStats?: ((stats: TileStats) => void) | undefined;
  readonly className?: string | undefined;
}

export interface HighlightedIncident {
  readonly type: string;
  readonly stream_epoch: string;
  readonly track_ids: readonly number[];
}

// Both layers fill the one cell of a grid, so that the caller may position the tile as it likes.
const TILE: CSSProperties = {
  display: 'grid',
  gridTemplate: 'minmax(0, 1fr) / minmax(0, 1fr)',
  overflow: 'hidden',
};
const LAYER: CSSProperties = { gridArea: '1 / 1', width: '100%', height: '100%' };
const VIDEO: CSSProperties = { ...LAYER, objectFit: 'contain' };
const CANVAS: CSSProperties = { ...LAYER, pointerEvents: 'none' };
const NO_ZONES: readonly ZoneOutline[] = [];
const NO_IDS: readonly string[] = [];
const NO_INCIDENTS: readonly HighlightedIncident[] = [];

/** A camera's live video with its detections on the very frames they belong to. */
export function LiveTileVideo(props: LiveTileVideoProps) {
  const { cameraKey, className, player = 'auto', mode = 'exact' } = props;
  const videoRef = useRef<HTMLVideoElement>(null);
  const canvasRef = useRef<HTMLCanvasElement>(null);
  const sessionRef = useRef<TileSession | null>(null);
  const onStatsRef = useRef(props.onStats);
  const choiceRef = useRef({ player, mode });

  useEffect(() => {
    onStatsRef.current = props.onStats;
  }, [props.onStats]);

  useEffect(() => {
    const { current: video } = videoRef;
    const { current: canvas } = canvasRef;
    if (!video || !canvas) return;
    const session = new TileSession(video, canvas, cameraKey, choiceRef.current, (stats) =>
      onStatsRef.current?.(stats),
    );
    sessionRef.current = session;
    session.start();
    const unobserve = observeDeviceSize(canvas, (width, height, ratio) =>
      session.resize(width, height, ratio),
    );
    return () => {
      unobserve();
      session.stop();
      sessionRef.current = null;
    };
  }, [cameraKey]);

  useEffect(() => {
    choiceRef.current = { player, mode };
    sessionRef.current?.choose(choiceRef.current);
  }, [player, mode]);

  useOverlaySettings(sessionRef, props);

  return (
    <div className={className} style={TILE} data-camera={cameraKey}>
      <video ref={videoRef} style={VIDEO} muted playsInline />
      <canvas ref={canvasRef} style={CANVAS} />
    </div>
  );
}

/** Declared after the session's effect, so that a new session is configured in the same commit. */
function useOverlaySettings(
  sessionRef: RefObject<TileSession | null>,
  props: LiveTileVideoProps,
): void {
  const { cameraKey, zones = NO_ZONES, incidentZoneIds = NO_IDS } = props;
  const { activeIncidents = NO_INCIDENTS } = props;
  const { showBoxes = true, showLabels = true, showTracks = false, showZones = false } = props;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new camera has a new session, which must be told.
  useEffect(() => {
    const settings: OverlaySettings = {
      options: { boxes: showBoxes, labels: showLabels, tracks: showTracks, zones: showZones },
      zones,
      incidentZoneIds: new Set(incidentZoneIds),
      incidentTracks: tracksOf(activeIncidents),
    };
    sessionRef.current?.configure(settings);
  }, [
    sessionRef,
    cameraKey,
    zones,
    incidentZoneIds,
    activeIncidents,
    showBoxes,
    showLabels,
    showTracks,
    showZones,
  ]);
}

function tracksOf(incidents: readonly HighlightedIncident[]): IncidentTracks {
  const byEpoch = new Map<string, Map<number, string>>();
  for (const { stream_epoch: epoch, track_ids: trackIds, type } of incidents) {
    const tracks = byEpoch.get(epoch) ?? new Map<number, string>();
    byEpoch.set(epoch, tracks);
    for (const trackId of trackIds) tracks.set(trackId, type);
  }
  return byEpoch;
}
