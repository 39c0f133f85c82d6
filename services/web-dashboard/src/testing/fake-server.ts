import { vi } from 'vitest';

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: unknown;
}

type Answer = { readonly status: number; readonly body: unknown };
type Route = (call: Call) => Answer | Promise<Answer>;

export function answer(body: unknown, status = 200): Answer {
  return { status, body };
}

/** Stands in for the network: routes by `METHOD /path`, and the calls it got. */
export function startFakeServer(routes: Readonly<Record<string, Route>>): Call[] {
  const calls: Call[] = [];
  vi.stubGlobal('fetch', async (input: Request | string, init?: RequestInit) => {
    const url = new URL(typeof input === 'string' ? input : input.url, 'http://sentinel.test');
    const request = typeof input === 'string' ? new Request(url, init) : input;
    const text = await request.text();
    const call = {
      method: request.method,
      path: `${url.pathname}${url.search}`,
      headers: request.headers,
      body: text === '' ? null : JSON.parse(text),
    };
    calls.push(call);
    const route = routes[`${call.method} ${url.pathname}`];
    if (route === undefined) throw new TypeError(`nobody answers ${call.method} ${call.path}`);
    const { status, body } = await route(call);
    return new Response(JSON.stringify(body), { status });
  });
  return calls;
}
