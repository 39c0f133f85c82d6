import { CITY_BOUNDS } from './city-style';

/** West, south, east, north, degrees. */
export type Bounds = [number, number, number, number];

interface Placed {
  readonly location: { readonly lat: number; readonly lng: number } | null;
}

/** A street or two around a lone camera, degrees. */
const MARGIN_DEG = 0.002;

function around(points: readonly (readonly [number, number])[]): Bounds {
  const lngs = points.map(([lng]) => lng);
  const lats = points.map(([, lat]) => lat);
  return [
    Math.min(...lngs) - MARGIN_DEG,
    Math.min(...lats) - MARGIN_DEG,
    Math.max(...lngs) + MARGIN_DEG,
    Math.max(...lats) + MARGIN_DEG,
  ];
}

/** No map on a screen is wider than this, by its height. */
const WIDEST_ASPECT = 2.5;
/** How much longer a degree of latitude is than one of longitude, in the middle of the city. */
const LATITUDE_STRETCH = 1 / Math.cos((CITY_BOUNDS[1] * Math.PI) / 180);

/** Room beside a tall city, so that a wide map can show all of it at once. */
function widen([west, south, east, north]: Bounds): Bounds {
  const width = (north - south) * LATITUDE_STRETCH * WIDEST_ASPECT;
  const missing = Math.max(0, width - (east - west)) / 2;
  return [west - missing, south, east + missing, north];
}

interface MapBounds {
  /** What the map shows first: all cameras, or the whole city without any. */
  readonly cameras: Bounds;
  /** The map data, and every camera that stands outside it. */
  readonly data: Bounds;
  /** How far one may pan on a map that shows everything at once. */
  readonly limit: Bounds;
}

export function boundsAround(cameras: readonly Placed[]): MapBounds {
  const points = cameras.flatMap(({ location }) =>
    location === null ? [] : [[location.lng, location.lat] as const],
  );
  const [west, south, east, north] = CITY_BOUNDS;
  const shown = points.length === 0 ? ([...CITY_BOUNDS] as Bounds) : around(points);
  const data: Bounds = [
    Math.min(west, shown[0]),
    Math.min(south, shown[1]),
    Math.max(east, shown[2]),
    Math.max(north, shown[3]),
  ];
  return { cameras: shown, data, limit: widen(data) };
}
