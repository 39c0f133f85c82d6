/**
 * Maths of the zone editor. Points are 0..1 of the picture; a direction is a unit vector of the
 * picture in square pixels (x right, y down), which is what the rules measure motion in.
 */

export type Point = readonly [x: number, y: number];

/** Closer than this to its first corner a click closes the polygon, in parts of the picture. */
const CLOSE_DISTANCE = 0.02;
const MIN_CORNERS = 3;

const clamp = (value: number): number => Math.min(1, Math.max(0, value));

/** Four digits are a fifth of a pixel of a 4K picture. */
const round = (value: number): number => Math.round(value * 10_000) / 10_000;

interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A place on the screen as a point of the picture that is shown in `frame`. */
export function toPicture(clientX: number, clientY: number, frame: Frame): Point {
  return [
    round(clamp((clientX - frame.left) / frame.width)),
    round(clamp((clientY - frame.top) / frame.height)),
  ];
}

export function shiftPoint([x, y]: Point, dx: number, dy: number): Point {
  return [round(clamp(x + dx)), round(clamp(y + dy))];
}

export function replaceCorner(polygon: readonly Point[], index: number, point: Point): Point[] {
  return polygon.map((corner, at) => (at === index ? point : corner));
}

/** Whether a click at `point` means "done": near the first corner of enough of them. */
export function closesPolygon(polygon: readonly Point[], point: Point): boolean {
  const first = polygon[0];
  if (first === undefined || polygon.length < MIN_CORNERS) return false;
  return Math.hypot(point[0] - first[0], point[1] - first[1]) < CLOSE_DISTANCE;
}

/** On which side of the line a-b the point lies: the sign. */
function sideOf(a: Point, b: Point, point: Point): number {
  return (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0]);
}

function edgesCross([a, b]: Edge, [c, d]: Edge): boolean {
  return sideOf(a, b, c) * sideOf(a, b, d) < 0 && sideOf(c, d, a) * sideOf(c, d, b) < 0;
}

type Edge = readonly [Point, Point];

function edgesOf(polygon: readonly Point[]): Edge[] {
  return polygon.flatMap((corner, index) => {
    const next = polygon[(index + 1) % polygon.length];
    return next === undefined ? [] : [[corner, next] as const];
  });
}

/** Why these points are no line, in words; null where they are one. */
export function lineFault(line: readonly Point[]): string | null {
  return line.length < 2 ? 'A line needs at least two points.' : null;
}

/** Why this cannot be a zone, in words; null where it can. */
export function polygonFault(polygon: readonly Point[]): string | null {
  if (polygon.length < MIN_CORNERS) return 'A zone needs at least three corners.';
  const edges = edgesOf(polygon);
  const crosses = edges.some((edge, index) =>
    edges.some((other, at) => at > index + 1 && edgesCross(edge, other)),
  );
  return crosses ? 'The outline crosses itself.' : null;
}

/** Signed twice the area: zero for what is no polygon. */
function doubleArea(polygon: readonly Point[]): number {
  return edgesOf(polygon).reduce((sum, [a, b]) => sum + a[0] * b[1] - b[0] * a[1], 0);
}

/** Centre of gravity; of the corners, where the polygon has no area. */
export function centreOf(polygon: readonly Point[]): Point {
  const area = doubleArea(polygon);
  if (Math.abs(area) < 1e-9) {
    const count = Math.max(1, polygon.length);
    const sum = polygon.reduce<Point>(([x, y], corner) => [x + corner[0], y + corner[1]], [0, 0]);
    return [sum[0] / count, sum[1] / count];
  }
  const [x, y] = edgesOf(polygon).reduce<Point>(
    ([sumX, sumY], [a, b]) => {
      const cross = a[0] * b[1] - b[0] * a[1];
      return [sumX + (a[0] + b[0]) * cross, sumY + (a[1] + b[1]) * cross];
    },
    [0, 0],
  );
  return [x / (3 * area), y / (3 * area)];
}

/**
 * The direction from `from` to `to`; null where the two are as good as one.
 *
 * @param aspect width of the picture by its height.
 */
export function directionBetween(from: Point, to: Point, aspect: number): Point | null {
  const dx = (to[0] - from[0]) * aspect;
  const dy = to[1] - from[1];
  const length = Math.hypot(dx, dy);
  return length < 1e-3 ? null : [round(dx / length), round(dy / length)];
}

/** Where an arrow that starts at `from` ends. `length` is in heights of the picture. */
export function arrowTip(from: Point, direction: Point, length: number, aspect: number): Point {
  const norm = Math.hypot(direction[0], direction[1]) || 1;
  return [
    clamp(from[0] + ((direction[0] / norm) * length) / aspect),
    clamp(from[1] + (direction[1] / norm) * length),
  ];
}

/** The middle of a line, half way along it. */
export function middleOf(line: readonly Point[]): Point {
  const parts = line.slice(1).map((end, index) => [line[index] ?? end, end] as const);
  const lengths = parts.map(([from, to]) => Math.hypot(to[0] - from[0], to[1] - from[1]));
  let left = lengths.reduce((sum, length) => sum + length, 0) / 2;
  for (const [index, [from, to]] of parts.entries()) {
    const length = lengths[index] ?? 0;
    if (left <= length && length > 0) {
      const share = left / length;
      return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
    }
    left -= length;
  }
  return line[0] ?? [0, 0];
}

/**
 * Which way traffic crosses a line forward: to the right of who follows it from its first point
 * to its last. A unit vector of the picture in square pixels; null where the line has no length.
 *
 * @param aspect width of the picture by its height.
 */
export function forwardOf(line: readonly Point[], aspect: number): Point | null {
  const first = line[0];
  const last = line.at(-1);
  if (first === undefined || last === undefined) return null;
  const along = directionBetween(first, last, aspect);
  return along === null ? null : [-along[1] || 0, along[0]];
}

export function turnAround([x, y]: Point): Point {
  return [-x || 0, -y || 0];
}
