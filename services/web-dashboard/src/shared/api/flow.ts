import { queryOptions } from '@tanstack/react-query';
import { api, unwrap } from './client';
import type { FlowReport, FlowStep } from './types';

const MINUTE_MS = 60_000;

export interface FlowAsked {
  /** Keeps apart what is kept: the time goes on. */
  readonly key: string;
  readonly step: FlowStep;
  /** The time that is asked for when it is asked. */
  readonly range: () => { readonly startMs: number; readonly endMs: number };
}

function toQuery({ step, range }: FlowAsked) {
  const { startMs, endMs } = range();
  return { start: new Date(startMs).toISOString(), end: new Date(endMs).toISOString(), step };
}

export function flowQuery(cameraKey: string, asked: FlowAsked) {
  return queryOptions({
    queryKey: ['flow', cameraKey, asked.key],
    queryFn: async ({ signal }): Promise<FlowReport> => {
      const params = { path: { camera: cameraKey }, query: toQuery(asked) };
      return unwrap(api.GET('/api/cameras/{camera}/flow', { params, signal }));
    },
    refetchInterval: MINUTE_MS,
    staleTime: MINUTE_MS / 2,
  });
}

/** Where the same figures are as a table. */
export function flowTablePath(cameraKey: string, asked: FlowAsked): string {
  const query = new URLSearchParams(toQuery(asked));
  return `/api/cameras/${encodeURIComponent(cameraKey)}/flow.csv?${query}`;
}
