import type { Backtest } from '@/shared/api/types';

/** What a back-test found, as the rows of its chart. Pure. */
export interface BacktestRow {
  readonly key: string;
  /** The value that was tried, with its unit. */
  readonly label: string;
  readonly alarms: number;
  /** `12 a day`; null where there was none, or too little is kept to tell. */
  readonly perDay: string | null;
  /** Of the longest bar, 0 to 1. */
  readonly share: number;
  /** It is what the form holds. */
  readonly isCurrent: boolean;
}

const DIGITS = 4;

export function rowsOf(
  run: Pick<Backtest, 'variants'>,
  unit: string,
  current: number | null,
): BacktestRow[] {
  const variants = run.variants ?? [];
  const most = Math.max(1, ...variants.map(({ alarms }) => alarms));
  return variants.map(({ value, alarms, alarms_per_day: perDay }) => ({
    key: String(value),
    label: value === null ? 'As set' : `${value} ${unit}`.trim(),
    alarms,
    perDay: perDay === null || alarms === 0 ? null : `${rateWords(perDay)} a day`,
    share: alarms / most,
    isCurrent: value === null || value === Number(current?.toPrecision(DIGITS)),
  }));
}

function rateWords(alarms: number): string {
  return alarms >= 10 ? String(Math.round(alarms)) : alarms.toFixed(1).replace(/\.0$/, '');
}

/** Why a run that is over has nothing to show; null where it has. */
export function outcomeFault(run: Backtest): string | null {
  if (run.state === 'cancelled') return 'Stopped before it was through.';
  if (run.state === 'failed') return `It failed: ${run.message ?? 'the server does not say why'}.`;
  if (run.coverage?.frames === 0) {
    return 'No frames are kept of this time. They are kept from the moment on that a camera runs.';
  }
  return null;
}

/** How much the rule knew of what is usual; null where it does not ask. */
export function usualWords({ rule, usual_hours: hours }: Pick<Backtest, 'rule' | 'usual_hours'>) {
  if (rule !== 'congestion' || hours === null) return null;
  if (hours === 0) return 'Nothing was learned of what is usual here: every jam counts.';
  return `It knew what is usual in ${hours} ${hours === 1 ? 'hour' : 'hours'} of the week.`;
}
