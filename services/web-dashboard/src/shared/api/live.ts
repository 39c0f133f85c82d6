import { api, unwrap } from './client';
import type { components } from './generated/openapi';

/** One way to watch a camera, as the server offers it. */
export type LiveOffer = components['schemas']['Player'];

/**
 * How a camera can be watched, best first.
 *
 * @throws {ApiError} when the server cannot be reached or refuses.
 */
export async function fetchLiveOffers(camera: string): Promise<readonly LiveOffer[]> {
  const params = { path: { camera } };
  return (await unwrap(api.GET('/api/cameras/{camera}/live', { params }))).players;
}
