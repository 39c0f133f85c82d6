import { queryOptions } from '@tanstack/react-query';
import { api, unwrap } from './client';
import type { Backtest, BacktestStart } from './types';

const POLL_MS = 500;

/** Starts a run; it goes on in the background. */
export async function startBacktest(body: BacktestStart): Promise<Backtest> {
  return (await unwrap(api.POST('/api/backtest', { body }))) as Backtest;
}

export async function cancelBacktest(run: string): Promise<Backtest> {
  const answer = api.DELETE('/api/backtest/{run}', { params: { path: { run } } });
  return (await unwrap(answer)) as Backtest;
}

/** A run, asked for until it is over. */
export function backtestQuery(run: string) {
  return queryOptions({
    queryKey: ['backtest', run],
    queryFn: async ({ signal }): Promise<Backtest> => {
      const params = { path: { run } };
      return (await unwrap(api.GET('/api/backtest/{run}', { params, signal }))) as Backtest;
    },
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? POLL_MS : false),
    retry: false,
  });
}
