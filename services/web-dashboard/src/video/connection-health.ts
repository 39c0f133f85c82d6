import type { SocketPhase } from '@/realtime';

/** `new`: not connected yet. `lost`: was, or could not be; attempts go on. */
export type ConnectionHealth = 'new' | 'open' | 'lost';

export function healthAfter(
  before: ConnectionHealth,
  phase: SocketPhase['kind'],
): ConnectionHealth {
  switch (phase) {
    case 'open':
      return 'open';
    case 'idle':
      return 'new';
    case 'connecting':
      return before === 'open' ? 'lost' : before;
    default:
      return 'lost';
  }
}
