import { create } from 'zustand';
import { ApiError, parseProblem, unreachable } from './problem';
import type { User } from './types';

/**
 * Who is signed in. The access token lives in memory only; what survives a reload is the
 * HttpOnly refresh cookie, which no script can read.
 */
interface Session {
  /** `open`: the server asks nobody to sign in. */
  readonly status: 'unknown' | 'open' | 'signed-in' | 'signed-out' | 'unreachable';
  readonly user: User | null;
  readonly token: string | null;
  /** `Date.now()` scale, ms. */
  readonly expiresAt: number;
}

const SIGNED_OUT: Session = { status: 'signed-out', user: null, token: null, expiresAt: 0 };
const REFRESH_AHEAD_MS = 20_000;

export const useSession = create<Session>(() => ({ ...SIGNED_OUT, status: 'unknown' }));

interface TokenAnswer {
  access_token: string;
  expires_in_s: number;
  user: User;
}

/** The CSRF token that the cookie routes ask for, from the cookie the server set beside it. */
export function readCsrfToken(cookies: string): string {
  const entry = cookies.split('; ').find((cookie) => cookie.startsWith('sentinel_csrf='));
  return entry === undefined ? '' : decodeURIComponent(entry.slice('sentinel_csrf='.length));
}

async function post(path: string, body: unknown): Promise<Response> {
  const headers = {
    'content-type': 'application/json',
    'x-csrf-token': readCsrfToken(document.cookie),
  };
  try {
    return await fetch(path, { method: 'POST', headers, body: JSON.stringify(body ?? {}) });
  } catch {
    throw unreachable();
  }
}

function accept(answer: TokenAnswer): void {
  useSession.setState({
    status: 'signed-in',
    user: answer.user,
    token: answer.access_token,
    expiresAt: Date.now() + answer.expires_in_s * 1000,
  });
}

const CLASH = 409;
const CLASH_PAUSE_MS = 300;

async function rotate(): Promise<boolean> {
  let response = await post('/api/auth/refresh', null);
  if (response.status === CLASH) {
    // Another tab was faster: by now its newer cookie is ours too.
    await new Promise((resolve) => setTimeout(resolve, CLASH_PAUSE_MS));
    response = await post('/api/auth/refresh', null);
  }
  if (response.ok) accept((await response.json()) as TokenAnswer);
  else useSession.setState(SIGNED_OUT);
  return response.ok;
}

let rotation: Promise<boolean> | null = null;

/**
 * A new access token by the refresh cookie, one request at a time, over all tabs: a cookie that
 * two tabs hand in twice would look stolen to the server.
 */
export function refreshSession(): Promise<boolean> {
  rotation ??= rotateAlone().finally(() => {
    rotation = null;
  });
  return rotation;
}

async function rotateAlone(): Promise<boolean> {
  // Browsers offer locks to secure origins only.
  if (!('locks' in navigator)) return rotate();
  return navigator.locks.request('sentinel-refresh', rotate);
}

/** Whether this browser may have a session: the server sets this cookie beside the hidden one. */
function mayHaveSession(): boolean {
  return readCsrfToken(document.cookie) !== '';
}

/** Finds out whether the server asks for a sign-in and, if so, whether this browser has one. */
export async function openSession(): Promise<void> {
  try {
    const response = await fetch('/api/auth/config');
    if (!response.ok) throw unreachable();
    const config = (await response.json()) as { auth_required: boolean };
    if (config.auth_required) {
      if (mayHaveSession()) await refreshSession();
      else useSession.setState(SIGNED_OUT);
      return;
    }
    const me = await fetch('/api/auth/me');
    const user = me.ok ? ((await me.json()) as User) : null;
    useSession.setState({ status: 'open', user, token: null, expiresAt: Number.POSITIVE_INFINITY });
  } catch {
    useSession.setState({ ...SIGNED_OUT, status: 'unreachable' });
  }
}

/** @throws {ApiError} with the reason of the refusal. */
export async function signIn(name: string, password: string): Promise<void> {
  const response = await post('/api/auth/login', { name, password });
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(parseProblem(response.status, body));
  accept(body as TokenAnswer);
}

export async function signOut(): Promise<void> {
  await post('/api/auth/logout', null).catch(() => null);
  useSession.setState(SIGNED_OUT);
}

/** A token that is good for a while yet; null where none is asked for or none can be had. */
export async function getToken(): Promise<string | null> {
  const { status, token, expiresAt } = useSession.getState();
  if (status === 'open') return null;
  if (token !== null && expiresAt - Date.now() > REFRESH_AHEAD_MS) return token;
  await refreshSession().catch(() => false);
  return useSession.getState().token;
}
