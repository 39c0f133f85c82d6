import { useQuery } from '@tanstack/react-query';
import type { GeoJSONSource, Map as MapLibre } from 'maplibre-gl';
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { Layer, type MapLayerMouseEvent, type MapRef, Source } from 'react-map-gl/maplibre';
import { camerasQuery } from '@/shared/api/cameras';
import type { Camera } from '@/shared/api/types';
import { BaseMap } from '@/shared/map/base-map';
import { useSelection } from '@/shared/state/selection';
import {
  CAMERA_LAYER,
  CLUSTER_COUNT_LAYER,
  CLUSTER_LAYER,
  CLUSTER_PROPERTIES,
  cameraFeatures,
  HALO_LAYER,
  selectedLayer,
} from './camera-layers';
import { addMarkerImages } from './marker-images';

const CLICKABLE = ['cameras', 'clusters'];
const NO_CAMERAS: readonly Camera[] = [];
const FLIGHT_MS = 150;

/** All cameras on the map of the city, by state; shares the selection with wall and lists. */
export default function CityMap() {
  const cameras = useQuery(camerasQuery).data ?? NO_CAMERAS;
  // A map that opens before the cameras are known would open in the wrong place.
  if (cameras === NO_CAMERAS) return <div className="size-full bg-page" />;
  return <CameraMap cameras={cameras} />;
}

function CameraMap({ cameras }: { readonly cameras: readonly Camera[] }) {
  const map = useRef<MapRef>(null);
  const [hasImages, setHasImages] = useState(false);
  const { cameraKey, selectCamera } = useSelection();
  const features = useMemo(() => cameraFeatures(cameras), [cameras]);
  const selection = useMemo(() => selectedLayer(cameraKey), [cameraKey]);
  useFlyToSelection(map, cameras, cameraKey);

  const prepare = (loaded: MapLibre) => {
    void addMarkerImages(loaded).then(() => setHasImages(true));
  };
  const click = (event: MapLayerMouseEvent) => {
    const feature = event.features?.[0];
    if (feature === undefined) return;
    const cluster: unknown = feature.properties['cluster_id'];
    if (typeof cluster === 'number') void openCluster(event.target, cluster, event);
    else selectCamera(String(feature.properties['key']));
  };
  const isDemo = cameras.some((camera) => camera.is_demo && camera.location !== null);
  return (
    <BaseMap
      label="Map of the cameras"
      cameras={cameras}
      mapRef={map}
      interactiveLayerIds={CLICKABLE}
      onClick={click}
      onLoad={prepare}
    >
      {hasImages && (
        <Source
          id="cameras"
          type="geojson"
          data={features}
          cluster
          clusterRadius={26}
          clusterMaxZoom={15}
          clusterProperties={CLUSTER_PROPERTIES}
        >
          <Layer {...HALO_LAYER} />
          <Layer {...CLUSTER_LAYER} />
          <Layer {...CLUSTER_COUNT_LAYER} />
          <Layer {...CAMERA_LAYER} />
          <Layer {...selection} />
        </Source>
      )}
      {isDemo && (
        <p className="absolute top-2 left-2 rounded-sm bg-page/80 px-1.5 py-0.5 text-muted text-xs">
          Demo: positions are invented
        </p>
      )}
    </BaseMap>
  );
}

async function openCluster(map: MapLibre, id: number, event: MapLayerMouseEvent): Promise<void> {
  const source = map.getSource<GeoJSONSource>('cameras');
  const zoom = await source?.getClusterExpansionZoom(id);
  if (zoom !== undefined)
    map.easeTo({ center: event.lngLat, zoom: zoom + 0.4, duration: FLIGHT_MS });
}

/** Brings the selected camera into view, if it is out of it. */
function useFlyToSelection(
  ref: RefObject<MapRef | null>,
  cameras: readonly Camera[],
  cameraKey: string | null,
): void {
  const place = cameras.find((camera) => camera.key === cameraKey)?.location;
  const lng = place?.lng;
  const lat = place?.lat;
  useEffect(() => {
    const map = ref.current;
    if (map === null || lng === undefined || lat === undefined) return;
    if (map.getBounds().contains([lng, lat])) return;
    const isStill = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    map.easeTo({ center: [lng, lat], duration: isStill ? 0 : FLIGHT_MS });
  }, [ref, lng, lat]);
}
