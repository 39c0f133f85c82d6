import clsx from 'clsx';
import type { ReactNode } from 'react';
import type { FlowReport, LineSeries, ZonePoint, ZoneSeries } from '@/shared/api/types';
import { Bars } from './bars';
import {
  barsOf,
  countWords,
  levelWords,
  shareWords,
  speedWords,
  sumOf,
  turnsOf,
  vehiclesOf,
} from './flow-figures';

function Card({ title, badge, children }: CardProps) {
  return (
    <article className="flex flex-col gap-2 rounded-md border border-hairline bg-panel p-3">
      <header className="flex items-center justify-between gap-2">
        <h3 className="truncate font-strong">{title}</h3>
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

interface ZoneCardProps {
  readonly report: FlowReport;
  readonly zone: ZoneSeries;
}

export function ZoneCard({ report, zone }: ZoneCardProps) {
  const latest = zone.points.at(-1);
  if (latest === undefined) return null;
  return (
    <Card title={zone.name} badge={<Level point={latest} />}>
      <dl className="grid grid-cols-4 gap-2 text-xs">
        <Figure term="Vehicles" value={String(vehiclesOf(zone))} />
        <Figure term="Speed now" value={speedWords(latest.speed_mean, latest.unit)} />
        <Figure term="Occupied" value={shareWords(latest.occupancy)} />
        <Figure
          term={latest.density === null ? 'At a time' : 'Density'}
          value={
            latest.density === null
              ? latest.vehicles_mean.toFixed(1)
              : `${latest.density.toFixed(0)}/km`
          }
        />
      </dl>
      <Bars
        label="Vehicles that came in"
        bars={barsOf(report, zone.points, (point) => point.entered)}
      />
      <Bars
        label={latest.unit === 'm' ? 'Speed, m/s' : 'Speed, body lengths a second'}
        colour="#7dd3fc"
        bars={barsOf(report, zone.points, (point) => point.speed_mean)}
      />
    </Card>
  );
}

interface LineCardProps {
  readonly report: FlowReport;
  readonly line: LineSeries;
}

export function LineCard({ report, line }: LineCardProps) {
  return (
    <Card title={line.name}>
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
      <Bars label="Forward" bars={barsOf(report, line.points, (point) => sumOf(point.forward))} />
      <Bars
        label="Backward"
        colour="#f9a8d4"
        bars={barsOf(report, line.points, (point) => sumOf(point.backward))}
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

export function TurnTable({ report }: { readonly report: FlowReport }) {
  const turns = turnsOf(report);
  if (turns.length === 0) return null;
  return (
    <section className="flex flex-col gap-2">
      <h2 className="font-strong text-base">Turning counts</h2>
      <table className="max-w-2xl text-sm">
        <thead className="text-left text-muted text-xs">
          <tr>
            <th className="py-1 font-normal">From</th>
            <th className="font-normal">To</th>
            <th className="pr-4 text-right font-normal">Together</th>
            <th className="font-normal">By class</th>
          </tr>
        </thead>
        <tbody>
          {turns.map((turn) => (
            <tr key={`${turn.from} ${turn.to}`} className="border-hairline border-t">
              <td className="py-1.5">{turn.from}</td>
              <td>{turn.to}</td>
              <td className="pr-4 text-right tabular-nums">{sumOf(turn.counts)}</td>
              <td className="text-muted">{countWords(turn.counts)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
