import * as maplibregl from 'maplibre-gl';
import { type ReactNode, type Ref, useMemo, useState } from 'react';
import MapGl, {
  type MapLayerMouseEvent,
  type MapRef,
  NavigationControl,
} from 'react-map-gl/maplibre';
import type { Camera } from '../api/types';
import { boundsAround } from './bounds';
import { CITY_STYLE, loadCityData } from './city-style';

// A bundler emits the worker without what it imports: it is served as it is, from public/.
maplibregl.setWorkerUrl('/maplibre/maplibre-gl-worker.mjs');

const FIT = { padding: 28, maxZoom: 16 };

interface BaseMapProps {
  readonly label: string;
  /** What the map must be able to show. */
  readonly cameras: readonly Camera[];
  /** Fills its frame with streets, rather than show all cameras at once. */
  readonly isFilled?: boolean;
  readonly mapRef?: Ref<MapRef>;
  readonly interactiveLayerIds?: string[];
  readonly cursor?: string;
  readonly onClick?: (event: MapLayerMouseEvent) => void;
  readonly onLoad?: (map: maplibregl.Map) => void;
  readonly children?: ReactNode;
}

/** The city without anything on it. */
export function BaseMap(props: BaseMapProps) {
  const {
    label,
    cameras,
    isFilled = false,
    mapRef,
    interactiveLayerIds = [],
    cursor,
    onClick,
    onLoad,
  } = props;
  const [isBroken, setBroken] = useState(false);
  const bounds = useMemo(() => boundsAround(cameras), [cameras]);
  return (
    <section aria-label={label} data-own-keys className="city-map relative isolate size-full">
      <MapGl
        ref={mapRef ?? null}
        mapLib={maplibregl}
        mapStyle={CITY_STYLE}
        initialViewState={{ bounds: bounds.cameras, fitBoundsOptions: FIT }}
        maxBounds={isFilled ? bounds.data : bounds.limit}
        minZoom={11}
        maxZoom={18.5}
        dragRotate={false}
        touchPitch={false}
        fadeDuration={0}
        interactiveLayerIds={interactiveLayerIds}
        {...(cursor === undefined ? {} : { cursor })}
        onClick={(event) => onClick?.(event)}
        onLoad={({ target }) => {
          loadCityData().then(
            (data) => target.getSource<maplibregl.GeoJSONSource>('city')?.setData(data),
            () => setBroken(true),
          );
          onLoad?.(target);
        }}
        attributionControl={{ compact: false }}
      >
        <NavigationControl showCompass={false} position="top-right" />
        {props.children}
        {isBroken && (
          <p className="absolute inset-x-0 top-1/2 text-center text-muted text-sm">
            The streets could not be loaded
          </p>
        )}
      </MapGl>
    </section>
  );
}
