import clsx from 'clsx';
import type { Backtest } from '@/shared/api/types';
import { type BacktestRow, outcomeFault, rowsOf, usualWords } from './backtest-rows';

interface BacktestOutcomeProps {
  readonly run: Backtest;
  /** Of the parameter that was varied. */
  readonly unit: string;
  readonly current: number | null;
}

/** How far a run is, then what it found: a bar for each value that was tried. */
export function BacktestOutcome({ run, unit, current }: BacktestOutcomeProps) {
  if (run.state === 'running') return <Progress share={run.progress} />;
  const fault = outcomeFault(run);
  if (fault !== null) {
    const isBroken = run.state === 'failed';
    return (
      <p
        role={isBroken ? 'alert' : 'status'}
        className={clsx('text-xs', isBroken ? 'text-critical' : 'text-muted')}
      >
        {fault}
      </p>
    );
  }
  return (
    <div className="flex flex-col gap-1.5 text-xs">
      <table className="w-full">
        <caption className="sr-only">Alarms that it would have raised</caption>
        <thead className="sr-only">
          <tr>
            <th>Value</th>
            <th>Bar</th>
            <th>Alarms</th>
          </tr>
        </thead>
        <tbody>
          {rowsOf(run, unit, current).map((row) => (
            <Row key={row.key} row={row} />
          ))}
        </tbody>
      </table>
      {run.coverage !== null && (
        <p className="text-faint">
          {keptWords(run.coverage.share)} of the time is kept,{' '}
          {run.coverage.frames.toLocaleString('en-GB')} frames. {usualWords(run)}
        </p>
      )}
    </div>
  );
}

function keptWords(share: number): string {
  return share < 0.005 ? 'Less than 1 %' : `${Math.round(share * 100)} %`;
}

function Progress({ share }: { readonly share: number }) {
  const percent = Math.round(share * 100);
  return (
    <div className="flex items-center gap-2 text-muted text-xs" role="status">
      <progress
        aria-label="Progress of the back-test"
        value={share}
        className="h-1.5 min-w-0 flex-1 appearance-none overflow-hidden rounded-sm border-0 bg-hover [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-hover [&::-webkit-progress-value]:bg-accent"
      />
      <span className="w-16 text-right tabular-nums">{percent} % read</span>
    </div>
  );
}

function Row({ row }: { readonly row: BacktestRow }) {
  const { label, alarms, perDay, share, isCurrent } = row;
  return (
    <tr className={clsx(isCurrent ? 'text-text' : 'text-muted')}>
      <td className="whitespace-nowrap py-0.5 pr-2 text-right tabular-nums">
        {isCurrent && <span className="sr-only">as set: </span>}
        {label}
      </td>
      <td className="w-full" aria-hidden="true">
        <div
          style={{ width: `${Math.max(1, share * 100)}%` }}
          className={clsx('h-2.5 rounded-sm', isCurrent ? 'bg-accent' : 'bg-control')}
        />
      </td>
      <td className="whitespace-nowrap pl-2 text-right tabular-nums">
        {alarms} {alarms === 1 ? 'alarm' : 'alarms'}
        {perDay !== null && <span className="block text-faint">{perDay}</span>}
      </td>
    </tr>
  );
}
