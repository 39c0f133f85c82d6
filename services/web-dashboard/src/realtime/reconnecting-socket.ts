import { Backoff } from './backoff';

/** How the socket gets into the API. */
export interface Credentials {
  /** The access token of now, or null where the API asks for none. Called for every attempt. */
  getToken(): Promise<string | null> | string | null;
  /** The server refused the token; the next attempt waits for this. */
  onUnauthorised(): Promise<void> | void;
}

export type SocketPhase =
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting'; readonly failures: number }
  | { readonly kind: 'open' }
  | { readonly kind: 'waiting'; readonly retryAtMs: number; readonly failures: number }
  | { readonly kind: 'unauthorised' };

export interface SocketHandlers {
  phaseChanged(phase: SocketPhase): void;
  received(data: string | ArrayBuffer): void;
  closed?(code: number, reason: string): void;
}

export type SocketFactory = (url: string, protocols: string[]) => WebSocket;

export interface SocketOptions {
  readonly url: string;
  readonly credentials: () => Credentials;
  readonly backoff?: Backoff;
  readonly createSocket?: SocketFactory;
}

const PROTOCOL = 'sentinel.v1';
const CLOSED_UNAUTHENTICATED = 4401;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

/** Tells the sockets that wait when another one has heard from the server again. */
const server = new EventTarget();
const ANSWERED = 'answered';

/**
 * A WebSocket that comes back: after every loss it waits, jittered and longer each time, and
 * opens a new one with a token of that moment, until it is stopped.
 */
export class ReconnectingSocket {
  private socket: WebSocket | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  /** Grows with each attempt; what belongs to an older one is ignored. */
  private attempt = 0;
  private running = false;
  private readonly backoff: Backoff;

  constructor(
    private readonly options: SocketOptions,
    private readonly handlers: SocketHandlers,
  ) {
    this.backoff = options.backoff ?? new Backoff(FIRST_WAIT_MS, LONGEST_WAIT_MS);
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    window.addEventListener('online', this.retryNow);
    server.addEventListener(ANSWERED, this.retryNow);
    document.addEventListener('visibilitychange', this.retryWhenVisible);
    void this.connect();
  }

  stop(): void {
    if (!this.running) return;
    this.running = false;
    window.removeEventListener('online', this.retryNow);
    server.removeEventListener(ANSWERED, this.retryNow);
    document.removeEventListener('visibilitychange', this.retryWhenVisible);
    this.dropSocket();
    this.backoff.reset();
    this.handlers.phaseChanged({ kind: 'idle' });
  }

  /** Sends where the socket is open; says whether it was. */
  send(text: string): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(text);
    return true;
  }

  /** Gives up the present socket, if any, and opens another one at once. */
  reopen(): void {
    if (this.running) void this.connect();
  }

  private readonly retryNow = (): void => {
    if (this.timer !== null) this.reopen();
  };

  private readonly retryWhenVisible = (): void => {
    if (document.visibilityState === 'visible') this.retryNow();
  };

  private async connect(): Promise<void> {
    this.dropSocket();
    const attempt = this.attempt;
    this.handlers.phaseChanged({ kind: 'connecting', failures: this.backoff.failures });
    const protocols = await this.protocols();
    if (attempt !== this.attempt) return;
    if (protocols === null) {
      this.wait();
      return;
    }
    this.socket = this.open(attempt, protocols);
  }

  private open(attempt: number, protocols: string[]): WebSocket {
    const create = this.options.createSocket ?? ((url, names) => new WebSocket(url, names));
    const socket = create(this.options.url, protocols);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      if (attempt === this.attempt) this.handlers.phaseChanged({ kind: 'open' });
    };
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (attempt !== this.attempt) return;
      // An opened socket proves nothing: a refused token is told after the handshake.
      if (this.backoff.failures > 0) {
        this.backoff.reset();
        server.dispatchEvent(new Event(ANSWERED));
      }
      this.handlers.received(event.data);
    };
    socket.onclose = (event) => {
      if (attempt === this.attempt) void this.lost(event.code, event.reason);
    };
    return socket;
  }

  /** Null where the token could not be had: that is like a server that does not answer. */
  private async protocols(): Promise<string[] | null> {
    try {
      const token = await this.options.credentials().getToken();
      return token === null ? [PROTOCOL] : [PROTOCOL, `bearer.${token}`];
    } catch {
      return null;
    }
  }

  private async lost(code: number, reason: string): Promise<void> {
    this.dropSocket();
    const attempt = this.attempt;
    this.handlers.closed?.(code, reason);
    if (code === CLOSED_UNAUTHENTICATED) {
      this.handlers.phaseChanged({ kind: 'unauthorised' });
      try {
        await this.options.credentials().onUnauthorised();
      } catch {
        // Whoever renews the token tells the user; here it only means another attempt later.
      }
    }
    if (attempt === this.attempt && this.running) this.wait();
  }

  private wait(): void {
    const waitMs = this.backoff.nextMs();
    this.timer = setTimeout(() => void this.connect(), waitMs);
    this.handlers.phaseChanged({
      kind: 'waiting',
      retryAtMs: Date.now() + waitMs,
      failures: this.backoff.failures,
    });
  }

  private dropSocket(): void {
    this.attempt += 1;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const { socket } = this;
    this.socket = null;
    if (socket && socket.readyState <= WebSocket.OPEN) socket.close(1000);
  }
}
