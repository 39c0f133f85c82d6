import { serverClock } from '@/shared/time/server-clock';
import { LiveHub } from './live-hub';
import { type Credentials, ReconnectingSocket, type SocketHandlers } from './reconnecting-socket';

/** The one hub of this page. */
export const hub = new LiveHub(serverClock);

const ANONYMOUS: Credentials = { getToken: () => null, onUnauthorised: () => undefined };

let credentials = ANONYMOUS;

/**
 * A socket of the API with the credentials given to `startRealtime`; not started yet.
 *
 * @param path For example `/api/live`.
 */
export function apiSocket(path: string, handlers: SocketHandlers): ReconnectingSocket {
  const url = new URL(path, window.location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return new ReconnectingSocket({ url: url.href, credentials: () => credentials }, handlers);
}

/** Connects this page with the server. Returns what ends it again. */
export function startRealtime(given: Credentials): () => void {
  credentials = given;
  const socket = apiSocket('/api/live', {
    phaseChanged: (phase) => hub.phaseChanged(phase),
    received: (data) => {
      if (typeof data === 'string') hub.receive(data);
    },
  });
  hub.attach(socket);
  socket.start();
  return () => {
    socket.stop();
    hub.attach(null);
    credentials = ANONYMOUS;
  };
}
