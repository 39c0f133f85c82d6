// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { answer, startFakeServer } from '@/testing/fake-server';
import { authorisedFetch } from './client';
import { getToken, openSession, readCsrfToken, signIn, useSession } from './session';

const USER = { name: 'ana', role: 'operator' };
const token = (word: string) => ({ access_token: word, expires_in_s: 900, user: USER });

beforeEach(() => {
  document.cookie = 'sentinel_csrf=c1';
  useSession.setState({ status: 'unknown', user: null, token: null, expiresAt: 0 });
});
afterEach(() => {
  document.cookie = 'sentinel_csrf=; max-age=0';
  vi.unstubAllGlobals();
});

function request(): Request {
  return new Request('http://sentinel.test/api/cameras');
}

it('finds its cookie among others', () => {
  expect(readCsrfToken('a=1; sentinel_csrf=x%2By; b=2')).toBe('x+y');
  expect(readCsrfToken('a=1')).toBe('');
});

describe('openSession', () => {
  it('asks nobody where the server asks nobody', async () => {
    startFakeServer({
      'GET /api/auth/config': () => answer({ auth_required: false }),
      'GET /api/auth/me': () => answer({ name: 'local', role: 'admin' }),
    });
    await openSession();
    expect(useSession.getState()).toMatchObject({ status: 'open', user: { name: 'local' } });
    expect(await getToken()).toBeNull();
  });

  it('takes the session up again, with the CSRF token', async () => {
    const calls = startFakeServer({
      'GET /api/auth/config': () => answer({ auth_required: true }),
      'POST /api/auth/refresh': () => answer(token('t1')),
    });
    await openSession();
    expect(useSession.getState()).toMatchObject({ status: 'signed-in', token: 't1' });
    expect(calls.at(-1)?.headers.get('x-csrf-token')).toBe('c1');
  });

  it('asks for no session that this browser cannot have', async () => {
    document.cookie = 'sentinel_csrf=; max-age=0';
    const calls = startFakeServer({
      'GET /api/auth/config': () => answer({ auth_required: true }),
    });
    await openSession();
    expect(useSession.getState().status).toBe('signed-out');
    expect(calls).toHaveLength(1);
  });

  it('says so when nobody answers', async () => {
    startFakeServer({});
    await openSession();
    expect(useSession.getState().status).toBe('unreachable');
  });
});

describe('authorisedFetch', () => {
  it('gets one new token for all requests that were refused, and sends them again', async () => {
    useSession.setState({ status: 'signed-in', token: 'old', expiresAt: Date.now() + 900_000 });
    const calls = startFakeServer({
      'GET /api/cameras': ({ headers }) =>
        headers.get('authorization') === 'Bearer new' ? answer([]) : answer(null, 401),
      'POST /api/auth/refresh': () => answer(token('new')),
    });
    const responses = await Promise.all([authorisedFetch(request()), authorisedFetch(request())]);
    expect(responses.map((response) => response.status)).toEqual([200, 200]);
    expect(calls.filter(({ path }) => path === '/api/auth/refresh')).toHaveLength(1);
  });

  it('signs out when there is no new token, and asks once', async () => {
    useSession.setState({ status: 'signed-in', token: 'old', expiresAt: Date.now() + 900_000 });
    const calls = startFakeServer({
      'GET /api/cameras': () => answer(null, 401),
      'POST /api/auth/refresh': () => answer(null, 401),
    });
    expect((await authorisedFetch(request())).status).toBe(401);
    expect(useSession.getState().status).toBe('signed-out');
    expect(calls).toHaveLength(2);
  });

  it('renews a token that is about to expire before it is refused', async () => {
    useSession.setState({ status: 'signed-in', token: 'old', expiresAt: Date.now() + 1000 });
    const calls = startFakeServer({
      'GET /api/cameras': () => answer([]),
      'POST /api/auth/refresh': () => answer(token('new')),
    });
    await authorisedFetch(request());
    expect(calls.map(({ path }) => path)).toEqual(['/api/auth/refresh', '/api/cameras']);
  });

  it('tries once more where another tab renewed at the same moment', async () => {
    useSession.setState({ status: 'signed-in', token: 'old', expiresAt: 0 });
    const answers = [answer(null, 409), answer(token('new'))];
    startFakeServer({ 'POST /api/auth/refresh': () => answers.shift() ?? answer(null, 500) });
    vi.useFakeTimers();
    const renewed = getToken();
    await vi.runAllTimersAsync();
    vi.useRealTimers();
    expect(await renewed).toBe('new');
  });
});

it('tells why a sign-in was refused', async () => {
  startFakeServer({
    'POST /api/auth/login': () => answer({ code: 'rate-limited', detail: 'Try in 30 s.' }, 429),
  });
  await expect(signIn('ana', 'wrong')).rejects.toThrow('Try in 30 s.');
  expect(useSession.getState().status).toBe('unknown');
});
