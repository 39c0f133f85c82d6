import createClient from 'openapi-fetch';
import type { paths } from './generated/openapi';
import { ApiError, parseProblem, unreachable } from './problem';
import { getToken, refreshSession, useSession } from './session';

async function send(request: Request, token: string | null): Promise<Response> {
  if (token !== null) request.headers.set('authorization', `Bearer ${token}`);
  try {
    return await fetch(request);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw unreachable();
  }
}

/** Sends with the access token; on 401 gets a new one and tries once more. */
export async function authorisedFetch(request: Request): Promise<Response> {
  const again = request.clone();
  const response = await send(request, await getToken());
  if (response.status !== 401 || useSession.getState().status === 'open') return response;
  if (!(await refreshSession().catch(() => false))) return response;
  return send(again, useSession.getState().token);
}

// Pages are also rendered where there is no window: at build time, when nothing is fetched.
const baseUrl = typeof window === 'undefined' ? '' : window.location.origin;

export const api = createClient<paths>({ baseUrl, fetch: authorisedFetch });

interface Answer<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/**
 * The body of an answer.
 *
 * @throws {ApiError} for every answer that is not a success.
 */
export async function unwrap<Data>(answer: Promise<Answer<Data>>): Promise<Data> {
  const { data, error, response } = await answer;
  if (!response.ok) throw new ApiError(parseProblem(response.status, error));
  return data as Data;
}

async function fetchBytes(path: string, signal: AbortSignal | null): Promise<Response> {
  const url = new URL(path, window.location.origin);
  const response = await authorisedFetch(new Request(url, { signal }));
  if (response.ok) return response;
  throw new ApiError(parseProblem(response.status, await response.json().catch(() => null)));
}

/** A picture of the API, which needs the token that an `<img>` cannot send. */
export async function fetchPicture(path: string, signal: AbortSignal): Promise<Blob> {
  return (await fetchBytes(path, signal)).blob();
}

/** A file of the API, and what the server calls it. */
export async function fetchFile(
  path: string,
): Promise<{ readonly blob: Blob; readonly name: string | null }> {
  const response = await fetchBytes(path, null);
  const disposition = response.headers.get('content-disposition') ?? '';
  const name = /filename="([^"]+)"/.exec(disposition)?.[1] ?? null;
  return { blob: await response.blob(), name };
}
