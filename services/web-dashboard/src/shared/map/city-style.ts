import type { FeatureCollection, Position } from 'geojson';
import type { ExpressionSpecification, StyleSpecification } from 'maplibre-gl';

const CITY_DATA = '/map/helsinki.geojson';

/**
 * The offline map: one GeoJSON file of this server, no tiles, no glyphs, no sprites. Labels are
 * drawn with the page's own font. One object for ever: a new one would make the map start anew.
 */

const COLOURS = {
  land: '#0d131a',
  water: '#10212e',
  green: '#0f1c1a',
  building: '#17212b',
  buildingEdge: '#202c38',
  path: '#1d2833',
  road: '#2a3948',
  roadEdge: '#0d131a',
  rail: '#33414f',
  label: '#8ea2b7',
} as const;

/** West, south, east, north of the data, degrees. */
export const CITY_BOUNDS = [24.9352, 60.1642, 24.9534, 60.1791] as const;

const [WEST, SOUTH, EAST, NORTH] = CITY_BOUNDS;
const EDGE: Position[] = [
  [WEST, SOUTH],
  [EAST, SOUTH],
  [EAST, NORTH],
  [WEST, NORTH],
  [WEST, SOUTH],
];

const kind = (value: string): ExpressionSpecification => ['==', ['get', 'k'], value];

/** Width of a road of `w` (1 = a lane) in px: it grows with the zoom as the street does. */
const roadWidth = (extra: number): ExpressionSpecification => [
  'interpolate',
  ['exponential', 1.7],
  ['zoom'],
  13,
  ['+', ['*', ['get', 'w'], 0.5], extra * 0.5],
  16,
  ['+', ['*', ['get', 'w'], 2.1], extra],
  19,
  ['+', ['*', ['get', 'w'], 11], extra * 2],
];

export const CITY_STYLE: StyleSpecification = {
  version: 8,
  sources: {
    city: {
      type: 'geojson',
      // Filled by `loadCityData`: the worker that draws the map may not fetch anything itself.
      data: { type: 'FeatureCollection', features: [] },
      attribution: '© OpenStreetMap contributors',
    },
    edge: {
      type: 'geojson',
      data: { type: 'LineString', coordinates: EDGE },
    },
  },
  layers: [
    { id: 'land', type: 'background', paint: { 'background-color': COLOURS.land } },
    {
      id: 'green',
      type: 'fill',
      source: 'city',
      filter: kind('green'),
      paint: { 'fill-color': COLOURS.green },
    },
    {
      id: 'water',
      type: 'fill',
      source: 'city',
      filter: kind('water'),
      paint: { 'fill-color': COLOURS.water },
    },
    {
      id: 'paths',
      type: 'line',
      source: 'city',
      filter: kind('path'),
      minzoom: 15,
      paint: { 'line-color': COLOURS.path, 'line-width': 1 },
    },
    {
      id: 'buildings',
      type: 'fill',
      source: 'city',
      filter: kind('building'),
      paint: { 'fill-color': COLOURS.building, 'fill-outline-color': COLOURS.buildingEdge },
    },
    {
      id: 'rails',
      type: 'line',
      source: 'city',
      filter: kind('rail'),
      paint: { 'line-color': COLOURS.rail, 'line-width': 1, 'line-dasharray': [4, 2] },
    },
    {
      id: 'road-edges',
      type: 'line',
      source: 'city',
      filter: kind('road'),
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': COLOURS.roadEdge, 'line-width': roadWidth(2) },
    },
    {
      id: 'roads',
      type: 'line',
      source: 'city',
      filter: kind('road'),
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': COLOURS.road, 'line-width': roadWidth(0) },
    },
    // The data ends in a straight cut: let it fade instead.
    {
      id: 'edge',
      type: 'line',
      source: 'edge',
      paint: { 'line-color': COLOURS.land, 'line-width': 56, 'line-blur': 28 },
    },
    {
      id: 'road-names',
      type: 'symbol',
      source: 'city',
      filter: ['all', kind('road'), ['has', 'name']],
      minzoom: 13.6,
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': 320,
        'text-field': ['get', 'name'],
        'text-font': ['Inter Variable'],
        'text-size': ['interpolate', ['linear'], ['zoom'], 14, 10.5, 17, 13],
        'text-letter-spacing': 0.02,
      },
      paint: {
        'text-color': COLOURS.label,
        'text-halo-color': COLOURS.land,
        'text-halo-width': 1.4,
      },
    },
  ],
};

let cityData: Promise<FeatureCollection> | null = null;

async function fetchCityData(): Promise<FeatureCollection> {
  const response = await fetch(CITY_DATA);
  if (!response.ok) throw new Error(`The map data could not be loaded: ${response.status}`);
  return response.json();
}

/** Streets and houses, fetched once for all maps of the page. */
export function loadCityData(): Promise<FeatureCollection> {
  cityData ??= fetchCityData().catch((error: unknown) => {
    cityData = null;
    throw error;
  });
  return cityData;
}
