import { queryOptions } from '@tanstack/react-query';
import { siteClock } from '../time/site-clock';
import { api, unwrap } from './client';

export const statsQuery = queryOptions({
  queryKey: ['stats'],
  queryFn: async ({ signal }) => {
    const asked = Date.now();
    const stats = await unwrap(api.GET('/api/stats', { signal }));
    // The answer was written half a round trip ago.
    siteClock.adjust(Date.parse(stats.server_time), (asked + Date.now()) / 2);
    return stats;
  },
  refetchInterval: 3_000,
  staleTime: 2_000,
});
