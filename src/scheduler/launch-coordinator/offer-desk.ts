/**
 * Everything that happens to offers but the choice of what runs on them: they are taken in, remembered, held for a while,
 * used, given back with a refusal, taken back by the master; and their flow is opened and closed.
 */
import type { EpochMs } from '../../lib/brand.ts';
import type { AgentId, OfferId, TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { Offer } from '../../mesos-api-client/protocol/mesos.ts';
import type { FrameBuilder } from '../frame-builder.ts';
import type { OfferRound } from '../model/offer-views.ts';
import { KnownAgents } from './known-agents.ts';
import { type Demand, OfferFlow } from './offer-flow.ts';
import { OfferRounds } from './offer-rounds.ts';
import { OfferShelf } from './offer-shelf.ts';
import { offerSummary } from './offer-summary.ts';
import { type Pool, poolsOf } from './pools.ts';
import { Refusals } from './refusals.ts';
import { roleOf } from './roles.ts';

export class OfferDesk {
  readonly agents = new KnownAgents();
  readonly flow: OfferFlow;
  readonly #onlyRole: string;
  readonly #shelf = new OfferShelf();
  readonly #rounds = new OfferRounds();
  readonly #refusals = new Refusals();

  constructor(roles: readonly string[], onlyRole: string) {
    this.flow = new OfferFlow(roles);
    this.#onlyRole = onlyRole;
  }

  get held(): number {
    return this.#shelf.size;
  }

  heldIds(): readonly OfferId[] {
    return this.#shelf.ids();
  }

  rounds(): readonly OfferRound[] {
    return this.#rounds.view();
  }

  pools(): Pool[] {
    return poolsOf(this.#shelf.all(), this.#onlyRole);
  }

  /** When the first of those held has been held for too long. */
  firstEnd(): EpochMs | undefined {
    return this.#shelf.firstEnd();
  }

  receive(frame: FrameBuilder, offers: readonly Offer[], waiting: number): void {
    const summaries = offers.map((offer) => offerSummary(offer, this.#onlyRole));
    this.#rounds.begin(frame.at, waiting, summaries);
    for (const offer of offers) {
      this.#shelf.put(frame.at, offer);
      this.agents.offered(frame.at, offer, this.#onlyRole);
    }
    for (const offer of summaries) {
      frame.fact({ kind: 'offer.received', offer });
    }
  }

  rescind(frame: FrameBuilder, offerId: OfferId): void {
    const known = this.#shelf.take(offerId) !== undefined;
    if (known) {
      this.#rounds.settle([offerId], { outcome: 'rescinded', at: frame.at });
    }
    frame.fact({ kind: 'offer.rescinded', offerId, known });
  }

  agentFailed(agentId: AgentId): void {
    this.agents.forget(agentId);
    this.#refusals.forget(agentId);
  }

  /** After any break all offers are void (MA-23). */
  disconnected(frame: FrameBuilder): void {
    this.#rounds.settle(this.#shelf.ids(), { outcome: 'lost', at: frame.at });
    this.#shelf.clear();
    this.agents.clear();
    this.#refusals.clear();
    this.flow.disconnected(frame);
  }

  /** The offers of a pool are used. Answers for how many seconds what is left of them is refused. */
  use(at: EpochMs, { offerIds, role }: Pool, tasks: readonly TaskId[], demand: Demand): number {
    for (const offerId of offerIds) {
      this.#shelf.take(offerId);
    }
    this.flow.refused(role);
    const refuseMs = this.#refusals.afterUse(isWanted(demand, role));
    this.#rounds.settle(offerIds, { outcome: 'accepted', at, tasks, refuseMs });
    return refuseMs / 1000;
  }

  /** Declines all but those that are kept for a reason, which do not stay for ever either. */
  giveBackAllBut(frame: FrameBuilder, kept: ReadonlyMap<OfferId, string>, demand: Demand): void {
    const declined = new Map<number, OfferId[]>();
    for (const offer of this.#shelf.all()) {
      const offerId = offer.id.value;
      const keptFor = kept.get(offerId);
      const until = this.#shelf.heldUntil(offerId);
      if (keptFor !== undefined && until !== undefined && frame.at < until) {
        this.#rounds.settle([offerId], { outcome: 'held', at: frame.at, why: keptFor, heldUntil: until });
      } else {
        const refuseMs = this.#decline(frame, offer, demand, keptFor !== undefined);
        const alike = declined.get(refuseMs) ?? [];
        alike.push(offerId);
        declined.set(refuseMs, alike);
      }
    }
    for (const [refuseMs, offerIds] of declined) {
      decline(frame, offerIds, refuseMs);
    }
  }

  /** The master took an ACCEPT for wrong: it still counts these offers as ours. */
  giveBackUnused(frame: FrameBuilder, offerIds: readonly OfferId[], demand: Demand): void {
    for (const role of demand.keys()) {
      this.flow.refused(role);
    }
    decline(frame, offerIds, this.#refusals.afterUse(demand.size > 0));
  }

  adjustFlow(frame: FrameBuilder, demand: Demand): void {
    for (const role of this.flow.adjust(frame, demand)) {
      this.#refusals.startAnew(role);
    }
  }

  #decline(frame: FrameBuilder, offer: Offer, demand: Demand, heldTooLong: boolean): number {
    const [offerId, agentId] = [offer.id.value, offer.agent_id.value];
    const role = roleOf(offer, this.#onlyRole);
    const refuseMs = this.#refusals.next(role, agentId, isWanted(demand, role));
    const why = heldTooLong ? heldInVain : isWanted(demand, role) ? 'no task that waits fits' : 'no task waits';
    this.#shelf.take(offerId);
    this.flow.refused(role);
    this.#rounds.settle([offerId], { outcome: 'declined', at: frame.at, why, refuseMs });
    frame.fact({ kind: 'offer.declined', offerId, agentId, why, refuseMs });
    return refuseMs;
  }
}

const heldInVain = 'it was held for as long as others can be made to wait';

function isWanted(demand: Demand, role: string): boolean {
  return (demand.get(role) ?? 0) > 0;
}

function decline(frame: FrameBuilder, offerIds: readonly OfferId[], refuseMs: number): void {
  const filters = { refuse_seconds: refuseMs / 1000 };
  frame.call({ type: 'DECLINE', decline: { offer_ids: offerIds.map((value) => ({ value })), filters } });
}
