import { queryOptions, useQuery } from '@tanstack/react-query';
import { serverClock } from '../time/server-clock';
import { siteClock } from '../time/site-clock';
import { api, unwrap } from './client';

export const statsQuery = queryOptions({
  queryKey: ['stats'],
  queryFn: async ({ signal }) => {
    const asked = Date.now();
    const askedAtMs = performance.now();
    const stats = await unwrap(api.GET('/api/stats', { signal }));
    const serverMs = Date.parse(stats.server_time);
    // The answer was written half a round trip ago.
    siteClock.adjust(serverMs, (asked + Date.now()) / 2);
    serverClock.noteAnswer(serverMs, askedAtMs, performance.now());
    return stats;
  },
  refetchInterval: 3_000,
  staleTime: 2_000,
});

/** Whether the camera has shown a picture since the server started: before, there is no snapshot. */
export function useHasPicture(cameraKey: string): boolean {
  const accounts = useQuery(statsQuery).data?.cameras;
  const account = accounts?.find(({ camera_id }) => camera_id === cameraKey);
  return (account?.captured ?? 0) > 0;
}
