import { authorisedFetch } from './client';
import { ApiError, parseProblem } from './problem';

/** One way to watch a camera, as the server offers it. */
export interface LiveOffer {
  readonly kind: 'whep' | 'll_hls' | 'mse';
  /** Absolute, or a path of the API. */
  readonly url: string;
  /** For this stream alone; null where the session's own token opens it. */
  readonly token: string | null;
  readonly expires_in_s: number | null;
}

interface LiveAnswer {
  readonly players: readonly LiveOffer[];
}

const NOT_FOUND = 404;
const KINDS: readonly string[] = ['whep', 'll_hls', 'mse'];

/**
 * How a camera can be watched, best first. A server that does not say so has the one way that was
 * there from the beginning.
 *
 * @throws {ApiError} when the server cannot be reached or refuses.
 */
export async function fetchLiveOffers(cameraKey: string): Promise<readonly LiveOffer[]> {
  const path = `/api/cameras/${encodeURIComponent(cameraKey)}`;
  const response = await authorisedFetch(
    new Request(new URL(`${path}/live`, window.location.origin)),
  );
  if (response.status === NOT_FOUND) {
    return [{ kind: 'mse', url: `${path}/stream`, token: null, expires_in_s: null }];
  }
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(parseProblem(response.status, body));
  return (body as LiveAnswer).players.filter(({ kind }) => KINDS.includes(kind));
}
