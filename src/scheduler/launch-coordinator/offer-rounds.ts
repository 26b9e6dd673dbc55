/**
 * The last rounds of offers: what each event of the master brought, and what became of every offer in it. Kept in
 * memory alone and bounded twice, in rounds and in offers that a round lists; the others of a round are counted.
 */
import type { EpochMs } from '../../lib/brand.ts';
import type { OfferId, TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { OfferSummary } from '../model/facts.ts';
import type { OfferOutcome, OfferRound, OfferView } from '../model/offer-views.ts';

const roundsKept = 60;
const offersListed = 100;

export interface Settled {
  readonly outcome: OfferOutcome;
  readonly at: EpochMs;
  readonly why?: string;
  readonly tasks?: readonly TaskId[];
  readonly refuseMs?: number;
  readonly heldUntil?: EpochMs;
}

interface Entry {
  readonly offer: OfferSummary;
  settled: Settled;
}

interface Round {
  readonly number: number;
  readonly at: EpochMs;
  readonly waiting: number;
  readonly listed: Map<OfferId, Entry>;
  readonly unlisted: Map<OfferId, OfferOutcome>;
}

export class OfferRounds {
  readonly #rounds: Round[] = [];
  #number = 0;

  begin(at: EpochMs, waiting: number, offers: readonly OfferSummary[]): void {
    this.#number += 1;
    const listed = offers.slice(0, offersListed);
    this.#rounds.push({
      number: this.#number,
      at,
      waiting,
      listed: new Map(listed.map((offer) => [offer.offerId, { offer, settled: { outcome: 'held', at } }])),
      unlisted: new Map(offers.slice(offersListed).map(({ offerId }) => [offerId, 'held'])),
    });
    if (this.#rounds.length > roundsKept) {
      this.#rounds.shift();
    }
  }

  /** The newest round first: what is settled has mostly just come. */
  settle(offerIds: Iterable<OfferId>, settled: Settled): void {
    for (const offerId of offerIds) {
      const round = this.#rounds.findLast(({ listed, unlisted }) => listed.has(offerId) || unlisted.has(offerId));
      const entry = round?.listed.get(offerId);
      if (entry !== undefined) {
        entry.settled = settled;
      } else {
        round?.unlisted.set(offerId, settled.outcome);
      }
    }
  }

  view(): readonly OfferRound[] {
    return this.#rounds.toReversed().map(({ number, at, waiting, listed, unlisted }) => ({
      number,
      at,
      waiting,
      offers: [...listed.values()].map(viewOf),
      unlisted: counted(unlisted.values()),
    }));
  }
}

function viewOf({ offer, settled }: Entry): OfferView {
  const { offerId, agentId, hostname, role, cpus, memMiB, diskMiB, ports } = offer;
  return { offerId, agentId, hostname, role, resources: { cpus, memMiB, diskMiB, ports }, ...settled };
}

function counted(outcomes: Iterable<OfferOutcome>): Partial<Record<OfferOutcome, number>> {
  const counts: Partial<Record<OfferOutcome, number>> = {};
  for (const outcome of outcomes) {
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}
