import { fetchLiveOffers, type LiveOffer } from '@/shared/api/live';
import { getToken } from '@/shared/api/session';
import type { Admission, LiveAddress } from './live-address';
import type { PlayerKind } from './player';

/** A token with less than this share of its life left is not used any more. */
const RENEWED_AT_SHARE = 0.2;
/** Offers without an end are asked for again after this: the server may have learnt a way. */
const KEPT_MS = 300_000;

/** What the server offers for one camera, asked for again before its tokens run out. */
export class LiveDirectory {
  private offers: Promise<readonly LiveOffer[]> | null = null;
  private known: readonly LiveOffer[] = [];
  private usableUntilMs = 0;

  constructor(
    private readonly cameraKey: string,
    private readonly fetchOffers: typeof fetchLiveOffers = fetchLiveOffers,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** The offers of now; the same until they must be renewed. */
  list(): Promise<readonly LiveOffer[]> {
    if (this.offers === null || this.nowMs() >= this.usableUntilMs) this.offers = this.ask();
    return this.offers;
  }

  forget(): void {
    this.offers = null;
  }

  /** Where a kind was found last; empty where it was not. */
  urlOf(kind: PlayerKind): string {
    return this.known.find((one) => one.kind === kind)?.url ?? '';
  }

  /** The address of one kind; it always leads to the newest offer. */
  addressOf(kind: PlayerKind): LiveAddress {
    return {
      forHeaders: async () => this.admission(await this.find(kind)),
      forUrl: async () => addressWithToken(await this.find(kind)),
      expire: () => this.forget(),
    };
  }

  private async ask(): Promise<readonly LiveOffer[]> {
    // While the answer is under way, nobody asks again.
    this.usableUntilMs = Number.POSITIVE_INFINITY;
    try {
      const offers = await this.fetchOffers(this.cameraKey);
      this.known = offers;
      const lives = offers.flatMap(({ expires_in_s }) => expires_in_s ?? []);
      const shortestMs = Math.min(KEPT_MS, ...lives.map((seconds) => seconds * 1_000));
      this.usableUntilMs = this.nowMs() + shortestMs * (1 - RENEWED_AT_SHARE);
      return offers;
    } catch (error) {
      this.offers = null;
      throw error;
    }
  }

  private async find(kind: PlayerKind): Promise<LiveOffer> {
    const offer = (await this.list()).find((one) => one.kind === kind);
    if (!offer) throw new Error(`the server does not offer ${kind} any more`);
    return offer;
  }

  private async admission({ url, token }: LiveOffer): Promise<Admission> {
    const absolute = absoluteAddress(url);
    const used = token ?? (await sessionTokenFor(absolute));
    return { url: absolute.href, authorisation: used === null ? null : `Bearer ${used}` };
  }
}

async function addressWithToken({ url, token }: LiveOffer): Promise<string> {
  const absolute = absoluteAddress(url);
  const used = token ?? (await sessionTokenFor(absolute));
  if (used !== null) absolute.searchParams.set('token', used);
  return absolute.href;
}

/** The session's token opens everything: it never leaves for another host. */
async function sessionTokenFor({ origin }: URL): Promise<string | null> {
  return origin === window.location.origin ? getToken() : null;
}

function absoluteAddress(url: string): URL {
  return new URL(url, window.location.href);
}
