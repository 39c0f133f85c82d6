import { useMutation, useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { FlaskConical } from 'lucide-react';
import { useState } from 'react';
import { backtestQuery, cancelBacktest, startBacktest } from '@/shared/api/backtests';
import { useMay } from '@/shared/api/roles';
import type { Backtest, Rule, ZoneType } from '@/shared/api/types';
import { Button } from '@/shared/ui/button';
import { Select } from '@/shared/ui/field';
import { FormProblem } from '@/shared/ui/panel-state';
import { defaultOf, parameterWords, type RuleValues } from './rule-values';
import { sweepValues } from './sweep-values';

const HOURS = { 1: 'Last hour', 6: 'Last 6 hours', 24: 'Last 24 hours' } as const;
const HOUR_MS = 3_600_000;

interface BacktestPanelProps {
  readonly cameraKey: string;
  readonly zoneName: string;
  readonly type: ZoneType;
  readonly rule: Rule;
  readonly values: RuleValues;
}

/** What a rule would have raised lately, with the values of the form, before they are saved. */
export function BacktestPanel({ cameraKey, zoneName, type, rule, values }: BacktestPanelProps) {
  const isAllowed = useMay('engineer');
  const [hours, setHours] = useState('1');
  const [swept, setSwept] = useState('');
  const parameter = rule.parameters.find(({ name }) => name === swept);
  const own = values[rule.name] ?? {};
  const current = parameter && (own[parameter.name] ?? defaultOf(parameter, type));
  const start = useMutation({
    mutationFn: () => {
      const end = Date.now();
      return startBacktest({
        camera: cameraKey,
        start: new Date(end - Number(hours) * HOUR_MS).toISOString(),
        end: new Date(end).toISOString(),
        rule: rule.name,
        zone: zoneName,
        set: own,
        sweep:
          parameter !== undefined && typeof current === 'number'
            ? { parameter: swept, values: sweepValues(parameter, current) }
            : null,
      });
    },
  });
  const run = useQuery({
    ...backtestQuery(start.data?.id ?? ''),
    enabled: start.data !== undefined,
  });
  if (rule.needs_pixels) {
    return (
      <p className="text-faint text-xs">
        This rule looks at pixels, and boxes alone are kept: it cannot be tried on the past.
      </p>
    );
  }
  const isRunning = run.data?.state === 'running';
  return (
    <section aria-label="Back-test" className="flex flex-col gap-2 rounded-md bg-page p-2">
      <div className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-1.5">
        <Select
          aria-label="Time to try it on"
          value={hours}
          onChange={(event) => setHours(event.target.value)}
          className="h-7!"
        >
          {Object.entries(HOURS).map(([value, word]) => (
            <option key={value} value={value}>
              {word}
            </option>
          ))}
        </Select>
        {isRunning ? (
          <Button onClick={() => void cancelBacktest(start.data?.id ?? '')}>Stop</Button>
        ) : (
          <Button
            disabled={!isAllowed || start.isPending}
            title="What it would have raised, by the boxes that were kept"
            onClick={() => start.mutate()}
          >
            <FlaskConical className="size-3.5" aria-hidden="true" /> Try
          </Button>
        )}
        <Select
          aria-label="Parameter to vary"
          value={swept}
          onChange={(event) => setSwept(event.target.value)}
          className="col-span-2 h-7!"
        >
          <option value="">As set here</option>
          {rule.parameters
            .filter(({ minimum }) => minimum !== null)
            .map((entry) => (
              <option key={entry.name} value={entry.name}>
                Vary: {parameterWords(entry)}
              </option>
            ))}
        </Select>
      </div>
      <FormProblem error={start.error ?? run.error} />
      {run.data !== undefined && <Outcome run={run.data} current={current} />}
    </section>
  );
}

interface OutcomeProps {
  readonly run: Backtest;
  readonly current: number | boolean | undefined;
}

function Outcome({ run, current }: OutcomeProps) {
  if (run.state === 'running') {
    return <progress aria-label="Progress" value={run.progress} className="h-1.5 w-full" />;
  }
  if (run.state !== 'done' || run.coverage === null) {
    return <p className="text-warn text-xs">{run.message ?? 'It was stopped.'}</p>;
  }
  const { share, frames } = run.coverage;
  if (frames === 0) return <p className="text-muted text-xs">No frames are kept of this time.</p>;
  return (
    <div className="flex flex-col gap-1 text-xs">
      <table>
        <tbody>
          {run.variants?.map((variant) => (
            <tr
              key={variant.value ?? 'set'}
              className={clsx(variant.value === current && 'font-strong text-accent')}
            >
              <td className="tabular-nums">{variant.value ?? 'As set'}</td>
              <td className="text-right tabular-nums">{variant.alarms} alarms</td>
              <td className="text-right text-muted tabular-nums">
                {variant.alarms_per_day === null ? '' : `${perDay(variant.alarms_per_day)} a day`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="text-faint">
        {Math.round(share * 100)} % of the time is kept, {frames} frames.
      </p>
    </div>
  );
}

function perDay(alarms: number): string {
  return alarms >= 10 ? String(Math.round(alarms)) : alarms.toFixed(1);
}
