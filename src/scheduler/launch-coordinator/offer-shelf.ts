/** The offers held, and since when: in order, until they are used, given back, taken back, or held for too long. */
import type { EpochMs } from '../../lib/brand.ts';
import type { OfferId } from '../../mesos-api-client/protocol/ids.ts';
import type { Offer } from '../../mesos-api-client/protocol/mesos.ts';

/** Whatever the reason to hold an offer, others want it too. */
const holdAtMostMs = 30_000;

interface Held {
  readonly offer: Offer;
  readonly since: EpochMs;
}

export class OfferShelf {
  readonly #held = new Map<OfferId, Held>();

  get size(): number {
    return this.#held.size;
  }

  put(at: EpochMs, offer: Offer): void {
    this.#held.set(offer.id.value, { offer, since: at });
  }

  /** The offer, no longer held. */
  take(offerId: OfferId): Offer | undefined {
    const held = this.#held.get(offerId);
    this.#held.delete(offerId);
    return held?.offer;
  }

  all(): readonly Offer[] {
    return [...this.#held.values()].map(({ offer }) => offer);
  }

  ids(): readonly OfferId[] {
    return [...this.#held.keys()];
  }

  heldUntil(offerId: OfferId): EpochMs | undefined {
    const held = this.#held.get(offerId);
    return held && held.since + holdAtMostMs;
  }

  /** When the first of them has been held for too long. */
  firstEnd(): EpochMs | undefined {
    const [first] = this.#held.values();
    return first && first.since + holdAtMostMs;
  }

  clear(): void {
    this.#held.clear();
  }
}
