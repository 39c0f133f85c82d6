import { queryOptions } from '@tanstack/react-query';
import { api, unwrap } from './client';
import type { Rule } from './types';

/** All rules with their parameters. They change with the product's version alone. */
export const rulesQuery = queryOptions({
  queryKey: ['rules'],
  queryFn: async ({ signal }): Promise<Rule[]> => unwrap(api.GET('/api/rules', { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});
