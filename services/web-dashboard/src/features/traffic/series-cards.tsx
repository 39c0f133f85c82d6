import clsx from 'clsx';
import type { ReactNode } from 'react';
import type { FlowReport, LineSeries, ZonePoint, ZoneSeries } from '@/shared/api/types';
import { usePreferences } from '@/shared/state/preferences';
import { Bars } from './bars';
import {
  countWords,
  crossedIn,
  enteredIn,
  latestOf,
  levelWords,
  shareWords,
  speedIn,
  speedWords,
  sumOf,
  turnsOf,
  vehiclesOf,
} from './flow-figures';
import { barsOf } from './flow-span';

function Card({ title, badge, children }: CardProps) {
  return (
    <article className="flex flex-col gap-2 rounded-md border border-hairline bg-panel p-3">
      <header className="flex items-center justify-between gap-2">
        <h3 className="truncate font-strong" title={title}>
          {title}
        </h3>
        {badge}
      </header>
      {children}
    </article>
  );
}

interface CardProps {
  readonly title: string;
  readonly badge?: ReactNode;
  readonly children: ReactNode;
}

const LEVEL_COLOURS: Readonly<Record<string, string>> = {
  A: 'bg-ok/20 text-ok',
  B: 'bg-ok/20 text-ok',
  C: 'bg-ok/20 text-ok',
  D: 'bg-warn/20 text-warn',
  E: 'bg-warn/20 text-warn',
  F: 'bg-critical/20 text-critical',
};

function Level({ point }: { readonly point: ZonePoint }) {
  const level = point.level_of_service;
  if (level === null) return null;
  const basis = point.los_basis === 'density' ? 'by density' : 'by speed against free flow';
  return (
    <span
      title={`Level of service ${level}, ${basis}: ${levelWords(level)}`}
      className={clsx('rounded px-1.5 py-0.5 font-strong text-xs', LEVEL_COLOURS[level])}
    >
      {level} · {levelWords(level)}
    </span>
  );
}

const KM_H = 3.6;

interface ZoneCardProps {
  readonly report: FlowReport;
  readonly zone: ZoneSeries;
  readonly name: string;
}

export function ZoneCard({ report, zone, name }: ZoneCardProps) {
  const timeZone = usePreferences((state) => state.timeZone);
  const bars = barsOf(report, zone.points, timeZone);
  const latest = latestOf(report, zone);
  const isMetric = zone.points.at(-1)?.unit === 'm';
  return (
    <Card title={name} badge={latest !== null && <Level point={latest} />}>
      <dl className="grid grid-cols-4 gap-2 text-xs">
        <Figure term="Vehicles" value={String(vehiclesOf(zone))} />
        <Figure
          term={report.step === 'minute' ? 'Speed now' : 'Speed this hour'}
          value={latest === null ? '–' : speedWords(latest.speed_mean, latest.unit)}
        />
        <Figure term="Occupied" value={latest === null ? '–' : shareWords(latest.occupancy)} />
        <Room point={latest} />
      </dl>
      <Bars label="Vehicles that came in" bars={bars} read={enteredIn} />
      <Bars
        label="Mean speed"
        unit={isMetric ? 'km/h' : 'body lengths/s'}
        colour="#7dd3fc"
        bars={bars}
        read={(points) => {
          const speed = speedIn(points);
          return speed === null || !isMetric ? speed : speed * KM_H;
        }}
      />
    </Card>
  );
}

/** How full the zone is: by the kilometre where that is known. */
function Room({ point }: { readonly point: ZonePoint | null }) {
  if (point === null || point.density === null) {
    return (
      <Figure term="At a time" value={point === null ? '–' : point.vehicles_mean.toFixed(1)} />
    );
  }
  return <Figure term="Density" value={`${point.density.toFixed(0)}/km`} />;
}

interface LineCardProps {
  readonly report: FlowReport;
  readonly line: LineSeries;
  readonly name: string;
}

export function LineCard({ report, line, name }: LineCardProps) {
  const timeZone = usePreferences((state) => state.timeZone);
  const bars = barsOf(report, line.points, timeZone);
  return (
    <Card title={name}>
      <dl className="grid grid-cols-2 gap-2 text-xs">
        <Figure
          term="Forward"
          value={String(sumOf(line.forward))}
          note={countWords(line.forward)}
        />
        <Figure
          term="Backward"
          value={String(sumOf(line.backward))}
          note={countWords(line.backward)}
        />
      </dl>
      <Bars label="Forward" bars={bars} read={(points) => crossedIn(points, 'forward')} />
      <Bars
        label="Backward"
        colour="#f9a8d4"
        bars={bars}
        read={(points) => crossedIn(points, 'backward')}
      />
    </Card>
  );
}

interface FigureProps {
  readonly term: string;
  readonly value: string;
  readonly note?: string;
}

function Figure({ term, value, note }: FigureProps) {
  return (
    <div className="min-w-0">
      <dt className="text-muted">{term}</dt>
      <dd className="font-strong text-base tabular-nums">{value}</dd>
      {note !== undefined && <dd className="truncate text-faint">{note}</dd>}
    </div>
  );
}

interface TurnTableProps {
  readonly report: FlowReport;
  readonly names: ReadonlyMap<string, string>;
}

export function TurnTable({ report, names }: TurnTableProps) {
  const turns = turnsOf(report.turns, names);
  if (turns.length === 0) return null;
  return (
    <section className="flex flex-col gap-2">
      <h2 className="font-strong text-base">Turning counts</h2>
      <table className="max-w-2xl text-sm">
        <thead className="text-left text-muted text-xs">
          <tr>
            <th scope="col" className="py-1 pr-4 font-normal">
              Came in by
            </th>
            <th scope="col" className="pr-4 font-normal">
              Left by
            </th>
            <th scope="col" className="pr-4 text-right font-normal">
              Together
            </th>
            <th scope="col" className="font-normal">
              By class
            </th>
          </tr>
        </thead>
        <tbody>
          {turns.map((turn) => (
            <tr key={turn.key} className="border-hairline border-t">
              <td className="py-1.5 pr-4">{turn.from}</td>
              <td className="pr-4">{turn.to}</td>
              <td className="pr-4 text-right tabular-nums">{sumOf(turn.counts)}</td>
              <td className="text-muted">{countWords(turn.counts)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
