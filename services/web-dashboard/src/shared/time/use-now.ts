import { useSyncExternalStore } from 'react';
import { siteClock } from './site-clock';

const serverSnapshot = () => 0;

/** The site's time in ms, new once a second. */
export function useNow(): number {
  return useSyncExternalStore(siteClock.subscribe, siteClock.snapshot, serverSnapshot);
}
