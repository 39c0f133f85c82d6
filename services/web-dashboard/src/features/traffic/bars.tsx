import { usePreferences } from '@/shared/state/preferences';
import { formatMinute, formatSlot } from '@/shared/time/format';
import { figureWords } from './flow-figures';
import type { Bar } from './flow-span';

interface BarsProps<Point> {
  readonly label: string;
  /** Behind the numbers. */
  readonly unit?: string;
  readonly bars: readonly Bar<Point>[];
  readonly read: (points: readonly Point[]) => number | null;
  readonly colour?: string;
}

const HEIGHT = 40;
const UNWATCHED = '#3b4856';

/** A small chart with its name, peak and time: a tick on the ground where nothing was watched. */
export function Bars<Point>(props: BarsProps<Point>) {
  const { label, unit = '', bars, read, colour = '#22d3ee' } = props;
  const zone = usePreferences((state) => state.timeZone);
  const values = bars.map((bar) => read(bar.points));
  const highest = Math.max(0, ...values.map((value) => value ?? 0));
  const first = bars[0];
  const last = bars.at(-1);
  if (first === undefined || last === undefined) return null;
  const words = (value: number | null) =>
    value === null ? 'not measured' : `${figureWords(value)} ${unit}`.trim();
  const peak = values.every((value) => value === null)
    ? 'not measured'
    : `at most ${words(highest)}`;
  const slot = (at: number) => formatSlot(at, zone, last.endMs);
  return (
    <figure className="flex flex-col gap-0.5">
      <figcaption className="flex justify-between gap-2 text-faint text-xs">
        <span>{label}</span>
        <span className="tabular-nums">{peak}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${bars.length} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${label}, ${slot(first.startMs)} to ${slot(last.endMs)}: ${peak}`}
        className="h-10 w-full"
      >
        {bars.map((bar, index) => {
          const value = values[index] ?? null;
          const height = Math.max(1, ((value ?? 0) / Math.max(highest, 1e-9)) * HEIGHT);
          return (
            <g key={bar.startMs}>
              {/* All of the height answers the pointer, not the bar alone. */}
              <rect x={index} y={0} width={1} height={HEIGHT} fill="transparent">
                <title>
                  {`${slot(bar.startMs)} – ${formatMinute(bar.endMs, zone)}: ${words(value)}`}
                </title>
              </rect>
              <rect
                x={index + 0.1}
                y={HEIGHT - height}
                width={0.8}
                height={height}
                fill={value === null ? UNWATCHED : colour}
                className="pointer-events-none"
              />
            </g>
          );
        })}
      </svg>
      <p className="flex justify-between gap-2 text-faint text-xs tabular-nums">
        <span>{slot(first.startMs)}</span>
        <span>{slot(last.endMs)}</span>
      </p>
    </figure>
  );
}
