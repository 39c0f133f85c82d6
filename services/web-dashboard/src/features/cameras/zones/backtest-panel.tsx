import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { FlaskConical } from 'lucide-react';
import { useState } from 'react';
import { backtestQuery, cancelBacktest, startBacktest } from '@/shared/api/backtests';
import { useMay } from '@/shared/api/roles';
import type { Rule, ZoneType } from '@/shared/api/types';
import { Button } from '@/shared/ui/button';
import { Select } from '@/shared/ui/field';
import { FormProblem } from '@/shared/ui/panel-state';
import { BacktestOutcome } from './backtest-outcome';
import { isInForce, namedParameters } from './parameter-words';
import { defaultOf, type RuleValues } from './rule-values';
import { sweepValues } from './sweep-values';

const HOURS = { 1: 'Last hour', 6: 'Last 6 hours', 24: 'Last 24 hours' } as const;
const HOUR_MS = 3_600_000;

interface BacktestPanelProps {
  readonly cameraKey: string;
  readonly zone: { readonly name: string; readonly type: ZoneType };
  readonly rule: Rule;
  readonly values: RuleValues;
  readonly isCalibrated: boolean;
  /** A field of the rule holds no value: there is nothing to try. */
  readonly hasFaults: boolean;
}

/** What a rule would have raised lately, with the values of the form, before they are saved. */
export function BacktestPanel(props: BacktestPanelProps) {
  const { rule, isCalibrated, hasFaults } = props;
  const isAllowed = useMay('engineer');
  const [hours, setHours] = useState('1');
  const [swept, setSwept] = useState('');
  const test = useBacktest(props, hours, swept);
  return (
    <section aria-label="Back-test" className="flex flex-col gap-2 rounded-md bg-page p-2">
      <h3 className="text-muted text-xs">What it would have raised</h3>
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
        {test.isRunning ? (
          <Button disabled={test.isStopping} onClick={test.stop}>
            {test.isStopping ? 'Stopping…' : 'Stop'}
          </Button>
        ) : (
          <Button
            disabled={!isAllowed || hasFaults || test.isStarting}
            title={
              hasFaults
                ? 'A value is out of bounds'
                : 'By the boxes that were kept and the zones as saved'
            }
            onClick={test.start}
          >
            <FlaskConical className="size-3.5" aria-hidden="true" />
            {test.isStarting ? 'Starting…' : 'Try'}
          </Button>
        )}
        <Select
          aria-label="Parameter to vary"
          value={swept}
          onChange={(event) => setSwept(event.target.value)}
          className="col-span-2 h-7!"
        >
          <option value="">With the values set here</option>
          {namedParameters(rule, isCalibrated)
            .filter((named) => named.parameter.minimum !== null && isInForce(named, isCalibrated))
            .map(({ parameter, label }) => (
              <option key={parameter.name} value={parameter.name}>
                Vary: {label}
              </option>
            ))}
        </Select>
      </div>
      <FormProblem error={test.error} />
      {test.isOutdated && (
        <p className="text-warn text-xs">The values have changed since: try them anew.</p>
      )}
      {test.run !== undefined && (
        <BacktestOutcome run={test.run} unit={test.tried.unit} current={test.tried.current} />
      )}
    </section>
  );
}

const NOTHING_TRIED = { own: '', unit: '', current: null } as const;

interface Tried {
  readonly own: string;
  readonly unit: string;
  readonly current: number | null;
}

/** One run at a time, with what it was started with. */
function useBacktest(
  { cameraKey, zone, rule, values }: BacktestPanelProps,
  hours: string,
  swept: string,
) {
  const client = useQueryClient();
  const [tried, setTried] = useState<Tried>(NOTHING_TRIED);
  const own = values[rule.name] ?? {};
  const start = useMutation({
    mutationFn: () => {
      const parameter = rule.parameters.find(({ name }) => name === swept);
      const value = parameter && (own[parameter.name] ?? defaultOf(parameter, zone.type));
      const current = typeof value === 'number' ? value : null;
      const end = Date.now();
      setTried({ own: JSON.stringify(own), unit: parameter?.unit ?? '', current });
      return startBacktest({
        camera: cameraKey,
        start: new Date(end - Number(hours) * HOUR_MS).toISOString(),
        end: new Date(end).toISOString(),
        rule: rule.name,
        zone: zone.name,
        set: own,
        sweep:
          parameter !== undefined && current !== null
            ? { parameter: swept, values: sweepValues(parameter, current) }
            : null,
      });
    },
  });
  const id = start.data?.id ?? '';
  const query = backtestQuery(id);
  const run = useQuery({ ...query, enabled: id !== '' });
  const stop = useMutation({
    mutationFn: () => cancelBacktest(id),
    onSuccess: (stopped) => client.setQueryData(query.queryKey, stopped),
  });
  return {
    run: start.isError ? undefined : run.data,
    tried,
    isStarting: start.isPending,
    isRunning: start.data !== undefined && !start.isError && run.data?.state === 'running',
    isStopping: stop.isPending,
    isOutdated: run.data?.state === 'done' && tried.own !== JSON.stringify(own),
    error: start.error ?? stop.error ?? run.error,
    start: () => start.mutate(),
    stop: () => stop.mutate(),
  };
}
