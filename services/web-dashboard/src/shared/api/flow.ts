import { queryOptions } from '@tanstack/react-query';
import { api, unwrap } from './client';
import type { FlowReport, FlowStep } from './types';

export interface FlowSpan {
  readonly step: FlowStep;
  readonly hours: number;
}

const MINUTE_MS = 60_000;

/** The last `hours`, up to the minute that runs now. */
function spanOf(hours: number): { start: string; end: string } {
  const end = Math.ceil(Date.now() / MINUTE_MS) * MINUTE_MS;
  return {
    start: new Date(end - hours * 60 * MINUTE_MS).toISOString(),
    end: new Date(end).toISOString(),
  };
}

export function flowQuery(cameraKey: string, { step, hours }: FlowSpan) {
  return queryOptions({
    queryKey: ['flow', cameraKey, step, hours],
    queryFn: async ({ signal }): Promise<FlowReport> => {
      const params = { path: { camera: cameraKey }, query: { ...spanOf(hours), step } };
      return unwrap(api.GET('/api/cameras/{camera}/flow', { params, signal }));
    },
    refetchInterval: MINUTE_MS,
    staleTime: MINUTE_MS / 2,
  });
}

/** Where the same figures are as a table. */
export function flowTablePath(cameraKey: string, { step, hours }: FlowSpan): string {
  const query = new URLSearchParams({ ...spanOf(hours), step });
  return `/api/cameras/${encodeURIComponent(cameraKey)}/flow.csv?${query}`;
}
