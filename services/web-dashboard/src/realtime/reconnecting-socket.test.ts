// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Backoff } from './backoff';
import { type Credentials, ReconnectingSocket, type SocketPhase } from './reconnecting-socket';

/** What a browser's socket looks like from outside; the test plays the server. */
class FakeSocket {
  readyState: number = WebSocket.CONNECTING;
  binaryType = 'blob';
  sent: string[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;

  constructor(
    readonly url: string,
    readonly protocols: string[],
  ) {}

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.readyState = WebSocket.CLOSED;
  }

  accept(): void {
    this.readyState = WebSocket.OPEN;
    this.onopen?.();
  }

  say(data: unknown): void {
    this.onmessage?.({ data });
  }

  lose(code = 1006): void {
    this.readyState = WebSocket.CLOSED;
    this.onclose?.({ code, reason: '' });
  }
}

function aSocket(credentials: Partial<Credentials> = {}) {
  const sockets: FakeSocket[] = [];
  const phases: SocketPhase['kind'][] = [];
  const received: unknown[] = [];
  const closed = vi.fn();
  const socket = new ReconnectingSocket(
    {
      url: 'ws://host/api/live',
      credentials: () => ({ getToken: () => null, onUnauthorised: () => {}, ...credentials }),
      backoff: new Backoff(1_000, 8_000, () => 1),
      createSocket: (url, protocols) => {
        const fake = new FakeSocket(url, protocols);
        sockets.push(fake);
        return fake as unknown as WebSocket;
      },
    },
    {
      phaseChanged: ({ kind }) => phases.push(kind),
      received: (data) => received.push(data),
      closed,
    },
  );
  const newest = () => {
    const last = sockets.at(-1);
    if (!last) throw new Error('no socket was opened');
    return last;
  };
  return { socket, sockets, phases, received, closed, newest };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

describe('ReconnectingSocket', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('offers the protocol, and the token where there is one', async () => {
    const anonymous = aSocket();
    anonymous.socket.start();
    await settle();
    expect(anonymous.newest().protocols).toEqual(['sentinel.v1']);
    expect(anonymous.newest().binaryType).toBe('arraybuffer');
    const known = aSocket({ getToken: async () => 'abc' });
    known.socket.start();
    await settle();
    expect(known.newest().protocols).toEqual(['sentinel.v1', 'bearer.abc']);
    anonymous.socket.stop();
    known.socket.stop();
  });

  it('passes messages on and sends only while it is open', async () => {
    const { socket, newest, received } = aSocket();
    socket.start();
    await settle();
    expect(socket.send('early')).toBe(false);
    newest().accept();
    expect(socket.send('now')).toBe(true);
    newest().say('hello');
    expect(received).toEqual(['hello']);
    expect(newest().sent).toEqual(['now']);
    socket.stop();
  });

  it('comes back, later each time, until a message proves the server well', async () => {
    const { socket, sockets, newest } = aSocket();
    socket.start();
    await settle();
    for (const waitMs of [1_000, 2_000, 4_000]) {
      newest().accept();
      newest().lose();
      const opened = sockets.length;
      await vi.advanceTimersByTimeAsync(waitMs - 1);
      expect(sockets.length).toBe(opened);
      await vi.advanceTimersByTimeAsync(1);
      expect(sockets.length).toBe(opened + 1);
    }
    newest().accept();
    newest().say('hello');
    newest().lose();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sockets.length).toBe(5);
    socket.stop();
  });

  it('asks for a new token when the old one is refused', async () => {
    let token = 'old';
    const { socket, newest, phases } = aSocket({
      getToken: () => token,
      onUnauthorised: async () => {
        token = 'new';
      },
    });
    socket.start();
    await settle();
    newest().accept();
    newest().lose(4401);
    await settle();
    expect(phases).toContain('unauthorised');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(newest().protocols).toContain('bearer.new');
    socket.stop();
  });

  it('waits where no token can be had', async () => {
    const { socket, sockets, phases } = aSocket({ getToken: () => Promise.reject(new Error('x')) });
    socket.start();
    await settle();
    expect(sockets).toHaveLength(0);
    expect(phases.at(-1)).toBe('waiting');
    socket.stop();
  });

  it('does not wait any longer when the network is back', async () => {
    const { socket, sockets, newest } = aSocket();
    socket.start();
    await settle();
    newest().lose();
    window.dispatchEvent(new Event('online'));
    await settle();
    expect(sockets).toHaveLength(2);
    socket.stop();
  });

  it('does not wait any longer when another socket hears from the server', async () => {
    const [one, two] = [aSocket(), aSocket()];
    for (const { socket } of [one, two]) socket.start();
    await settle();
    one.newest().lose();
    two.newest().lose();
    await settle();
    window.dispatchEvent(new Event('online'));
    await settle();
    two.newest().lose();
    one.newest().accept();
    one.newest().say('hello');
    await settle();
    expect(two.sockets).toHaveLength(3);
    for (const { socket } of [one, two]) socket.stop();
  });

  it('tells how it was closed, and hears nothing of a socket that it gave up', async () => {
    const { socket, newest, closed, received } = aSocket();
    socket.start();
    await settle();
    const first = newest();
    first.accept();
    socket.reopen();
    await settle();
    first.say('late');
    first.lose(1000);
    expect(received).toEqual([]);
    expect(closed).not.toHaveBeenCalled();
    newest().accept();
    newest().lose(4404);
    expect(closed).toHaveBeenCalledWith(4404, '');
    socket.stop();
  });

  it('stays stopped, even if stopped while it waits for a token', async () => {
    let give: (token: string) => void = () => {};
    const { socket, sockets, phases } = aSocket({
      getToken: () =>
        new Promise((resolve) => {
          give = resolve;
        }),
    });
    socket.start();
    socket.stop();
    give('abc');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sockets).toHaveLength(0);
    expect(phases.at(-1)).toBe('idle');
  });
});
