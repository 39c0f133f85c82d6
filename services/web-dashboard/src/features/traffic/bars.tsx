import { usePreferences } from '@/shared/state/preferences';
import { formatMoment } from '@/shared/time/format';
import type { Bar } from './flow-figures';

interface BarsProps {
  readonly label: string;
  readonly bars: readonly Bar[];
  readonly colour?: string;
}

const HEIGHT = 40;

/** A small chart with its name, peak and time: one bar a span, a tick on the ground where nothing was watched. */
export function Bars({ label, bars, colour = '#22d3ee' }: BarsProps) {
  const zone = usePreferences((state) => state.timeZone);
  const first = bars[0];
  const last = bars.at(-1);
  const end = Date.parse(last?.at ?? '');
  const highest = Math.max(1e-9, ...bars.map((bar) => bar.value ?? 0));
  return (
    <figure className="flex flex-col gap-0.5">
      <figcaption className="flex justify-between gap-2 text-faint text-xs">
        <span>{label}</span>
        <span className="tabular-nums">at most {round(highest)}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${bars.length} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${label}: at most ${round(highest)}`}
        className="h-10 w-full"
      >
        {bars.map((bar, index) => {
          const height = bar.value === null ? 1 : Math.max(1, (bar.value / highest) * HEIGHT);
          return (
            <rect
              key={bar.at}
              x={index + 0.1}
              y={HEIGHT - height}
              width={0.8}
              height={height}
              fill={bar.value === null ? '#30363d' : colour}
            >
              <title>
                {`${formatMoment(bar.at, zone, end)}: ${bar.value === null ? 'not watched' : round(bar.value)}`}
              </title>
            </rect>
          );
        })}
      </svg>
      <p className="flex justify-between gap-2 text-faint text-xs tabular-nums">
        <span>{first !== undefined && formatMoment(first.at, zone, end)}</span>
        <span>{last !== undefined && formatMoment(last.at, zone, end)}</span>
      </p>
    </figure>
  );
}

function round(value: number): string {
  return value >= 10 ? String(Math.round(value)) : value.toFixed(1).replace(/\.0$/, '');
}
