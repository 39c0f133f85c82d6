// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { LiveOffer } from '@/shared/api/live';
import { useSession } from '@/shared/api/session';
import { LiveDirectory } from './live-directory';

const OFFERS: readonly LiveOffer[] = [
  { kind: 'whep', url: 'https://media.test/cam_01/whep', token: 'short', expires_in_s: 300 },
  { kind: 'mse', url: '/api/cameras/cam_01/stream', token: null, expires_in_s: null },
];

function aDirectory(offers = OFFERS) {
  let nowMs = 0;
  const fetchOffers = vi.fn(async () => offers);
  const directory = new LiveDirectory('cam_01', fetchOffers, () => nowMs);
  const wait = (ms: number) => {
    nowMs += ms;
  };
  return { directory, fetchOffers, wait };
}

describe('LiveDirectory', () => {
  beforeEach(() => {
    useSession.setState({ status: 'signed-in', token: 'mine', expiresAt: Date.now() + 900_000 });
  });

  it('asks once, and again before the token runs out', async () => {
    const { directory, fetchOffers, wait } = aDirectory();
    await Promise.all([directory.list(), directory.list()]);
    wait(200_000);
    await directory.list();
    expect(fetchOffers).toHaveBeenCalledTimes(1);
    wait(50_000);
    await directory.list();
    expect(fetchOffers).toHaveBeenCalledTimes(2);
  });

  it('asks again once a token was refused, and after a failure', async () => {
    const { directory, fetchOffers } = aDirectory();
    await directory.list();
    directory.addressOf('whep').expire();
    fetchOffers.mockRejectedValueOnce(new Error('away'));
    await expect(directory.list()).rejects.toThrow('away');
    await directory.list();
    expect(fetchOffers).toHaveBeenCalledTimes(3);
  });

  it('sends the token of the stream, or that of the session to its own server', async () => {
    const { directory } = aDirectory();
    expect(await directory.addressOf('whep').forHeaders()).toEqual({
      url: 'https://media.test/cam_01/whep',
      authorisation: 'Bearer short',
    });
    const own = await directory.addressOf('mse').forHeaders();
    expect(own).toEqual({
      url: `${window.location.origin}/api/cameras/cam_01/stream`,
      authorisation: 'Bearer mine',
    });
    expect(await directory.addressOf('whep').forUrl()).toContain('?token=short');
    expect(directory.urlOf('mse')).toBe('/api/cameras/cam_01/stream');
  });

  it('never hands the token of the session to another host', async () => {
    const bare: LiveOffer = { ...(OFFERS[0] as LiveOffer), token: null };
    const { directory } = aDirectory([bare]);
    expect((await directory.addressOf('whep').forHeaders()).authorisation).toBeNull();
    expect(await directory.addressOf('whep').forUrl()).not.toContain('mine');
  });
});
