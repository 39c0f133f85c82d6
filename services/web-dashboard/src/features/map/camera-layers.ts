import type { FeatureCollection, Point } from 'geojson';
import type {
  CircleLayerSpecification,
  ExpressionSpecification,
  SymbolLayerSpecification,
} from 'maplibre-gl';
import type { Camera } from '@/shared/api/types';
import { statusOf } from '@/shared/ui/status';

type LayerOf<Spec> = Omit<Spec, 'source'>;

export interface CameraProperties {
  readonly key: string;
  readonly name: string;
  readonly status: string;
}

/** Cameras whose place is known, as points. */
export function cameraFeatures(
  cameras: readonly Camera[],
): FeatureCollection<Point, CameraProperties> {
  return {
    type: 'FeatureCollection',
    features: cameras.flatMap((camera) => {
      if (camera.location === null) return [];
      const { lng, lat } = camera.location;
      return {
        type: 'Feature' as const,
        geometry: { type: 'Point' as const, coordinates: [lng, lat] },
        properties: { key: camera.key, name: camera.name, status: statusOf(camera) },
      };
    }),
  };
}

const has = (status: string): ExpressionSpecification => [
  '+',
  ['case', ['==', ['get', 'status'], status], 1, 0],
];

/** Per cluster: how many of its cameras alert, how many are offline. */
export const CLUSTER_PROPERTIES = { alerts: has('alert'), offline: has('offline') };

const IS_CLUSTER: ExpressionSpecification = ['has', 'point_count'];
const IS_CAMERA: ExpressionSpecification = ['!', IS_CLUSTER];

/** A cluster looks like the worst inside it. */
const WORST_COLOUR: ExpressionSpecification = [
  'case',
  ['>', ['get', 'alerts'], 0],
  '#fb923c',
  ['>', ['get', 'offline'], 0],
  '#94a3b8',
  '#34d399',
];

export const CLUSTER_LAYER: LayerOf<CircleLayerSpecification> = {
  id: 'clusters',
  type: 'circle',
  filter: IS_CLUSTER,
  paint: {
    'circle-radius': 15,
    'circle-color': '#0b0f14',
    'circle-stroke-width': 2,
    'circle-stroke-color': WORST_COLOUR,
  },
};

export const CLUSTER_COUNT_LAYER: LayerOf<SymbolLayerSpecification> = {
  id: 'cluster-counts',
  type: 'symbol',
  filter: IS_CLUSTER,
  layout: {
    'text-field': [
      'case',
      ['>', ['get', 'alerts'], 0],
      ['concat', '▲', ['get', 'alerts'], '/', ['get', 'point_count']],
      ['to-string', ['get', 'point_count']],
    ],
    'text-font': ['Inter Variable'],
    'text-size': 11,
    'text-allow-overlap': true,
  },
  paint: { 'text-color': '#e6edf3' },
};

/** Around a camera with an incident: a still halo, nothing that blinks. */
export const HALO_LAYER: LayerOf<CircleLayerSpecification> = {
  id: 'halos',
  type: 'circle',
  filter: ['all', IS_CAMERA, ['==', ['get', 'status'], 'alert']],
  paint: { 'circle-radius': 20, 'circle-color': '#fb923c', 'circle-opacity': 0.2 },
};

export function selectedLayer(cameraKey: string | null): LayerOf<CircleLayerSpecification> {
  return {
    id: 'selected',
    type: 'circle',
    filter: ['all', IS_CAMERA, ['==', ['get', 'key'], cameraKey ?? '']],
    paint: {
      'circle-radius': 15,
      'circle-opacity': 0,
      'circle-stroke-width': 2,
      'circle-stroke-color': '#22d3ee',
    },
  };
}

export const CAMERA_LAYER: LayerOf<SymbolLayerSpecification> = {
  id: 'cameras',
  type: 'symbol',
  filter: IS_CAMERA,
  layout: {
    'icon-image': ['concat', 'camera-', ['get', 'status']],
    'icon-allow-overlap': true,
    'text-field': ['get', 'name'],
    'text-font': ['Inter Variable'],
    'text-size': 11,
    'text-anchor': 'top',
    'text-offset': [0, 1.25],
    'text-max-width': 9,
    'text-optional': true,
    'symbol-sort-key': ['case', ['==', ['get', 'status'], 'alert'], 0, 1],
  },
  paint: {
    'text-color': '#e6edf3',
    'text-halo-color': '#0b0f14',
    'text-halo-width': 1.5,
  },
};
