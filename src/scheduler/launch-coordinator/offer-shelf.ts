/** The offers held, and what was free at each agent that offered something lately (for explanations; bounded). */
import type { AgentId, OfferId } from '../../mesos-api-client/protocol/ids.ts';
import type { Offer } from '../../mesos-api-client/protocol/mesos.ts';
import type { OfferSummary } from '../model/facts.ts';
import { type Amounts, amountsOf, inUnits, type Pool, poolsOf } from './matching/pool.ts';

const mostAgentsRemembered = 5_000;

export class OfferShelf {
  readonly #offers = new Map<OfferId, Offer>();
  readonly #seen = new Map<AgentId, Amounts>();

  get size(): number {
    return this.#offers.size;
  }

  put(offer: Offer): void {
    this.#offers.set(offer.id.value, offer);
  }

  /** The offer, no longer held. */
  take(offerId: OfferId): Offer | undefined {
    const offer = this.#offers.get(offerId);
    this.#offers.delete(offerId);
    return offer;
  }

  all(): readonly Offer[] {
    return [...this.#offers.values()];
  }

  pools(): Pool[] {
    return poolsOf(this.#offers.values());
  }

  /** After any break all offers are void (MA-23), and what was free is no longer known. */
  clear(): void {
    this.#offers.clear();
    this.#seen.clear();
  }

  remember(pools: readonly Pool[]): void {
    for (const pool of pools) {
      this.#seen.delete(pool.agentId);
      this.#seen.set(pool.agentId, amountsOf(pool.free));
    }
    for (const agentId of this.#seen.keys()) {
      if (this.#seen.size <= mostAgentsRemembered) {
        break;
      }
      this.#seen.delete(agentId);
    }
  }

  forget(agentId: AgentId): void {
    this.#seen.delete(agentId);
  }

  seen(): readonly Amounts[] {
    return [...this.#seen.values()];
  }
}

export function offerSummary(offer: Offer): OfferSummary {
  const { cpus, mem, disk, ports } = inUnits(amountsOf(offer.resources ?? []));
  return {
    offerId: offer.id.value,
    agentId: offer.agent_id.value,
    hostname: offer.hostname,
    cpus,
    memMiB: mem,
    diskMiB: disk,
    ports,
  };
}
