import { usePreferences } from '@/shared/state/preferences';
import { formatMoment } from '@/shared/time/format';
import type { Bar } from './flow-figures';

interface BarsProps {
  readonly label: string;
  readonly bars: readonly Bar[];
  readonly colour?: string;
}

const HEIGHT = 40;

/** A small chart: one bar a span, a tick on the ground where nothing was watched. */
export function Bars({ label, bars, colour = '#22d3ee' }: BarsProps) {
  const zone = usePreferences((state) => state.timeZone);
  const end = Date.parse(bars.at(-1)?.at ?? '');
  const highest = Math.max(1e-9, ...bars.map((bar) => bar.value ?? 0));
  return (
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
  );
}

function round(value: number): string {
  return value >= 10 ? String(Math.round(value)) : value.toFixed(1).replace(/\.0$/, '');
}
