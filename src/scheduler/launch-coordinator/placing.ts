/**
 * Finds a place for what waits among what is offered. Whoever would rather go back to its old agent comes first; the
 * others are matched together, all that wait at once: on agents that nobody waits for, then on the others, and last on those that
 * are to be taken away (MA-55); on such with gpus after such without. The matcher chooses the agent; what exactly is cut out of its offers is decided here.
 */
import _ from 'lodash';
import type { AgentId } from '../../mesos-api-client/protocol/ids.ts';
import type { Resource } from '../../mesos-api-client/protocol/mesos.ts';
import type { OfferOperation } from '../../mesos-api-client/protocol/operations.ts';
import { subtract } from '../../mesos-api-client/protocol/resources.ts';
import type { Placement, Ports } from '../model/task.ts';
import { chooseSets } from './agent-sets.ts';
import { eligibilityOf } from './eligibility.ts';
import { inFairOrder } from './fair-order.ts';
import type { Claims } from './kept-places.ts';
import { type Keeping, type Kept, keepOf } from './kept-resources.ts';
import { type Choice, placeInOrder } from './match-requests.ts';
import { type Amounts, amountsOf, amountsWanted, hasRoom, type Pool, sumOfAmounts } from './pools.ts';
import type { Request } from './request.ts';
import { type RunningTasks, sumOf } from './running-tasks.ts';
import { type Share, takeSameShare, takeShare } from './share.ts';

/** A pool while it is being used: what is left of it, and what was placed on it. */
export interface Pot {
  readonly pool: Pool;
  free: readonly Resource[];
  /** The sum of what is free. */
  amounts: Amounts;
  readonly placed: Placed[];
  /** To be done before what was placed is launched, and after it. */
  readonly before: OfferOperation[];
  readonly after: OfferOperation[];
}

export function potOf(pool: Pool): Pot {
  return { pool, free: pool.free, amounts: amountsOf(pool.free), placed: [], before: [], after: [] };
}

export interface Placed {
  readonly request: Request;
  readonly ports: Ports;
  readonly resources: readonly Resource[];
  readonly sets?: Placement['sets'];
  /** What is kept of it for those that come after. */
  readonly kept?: { readonly how: 'again' } | ({ readonly how: 'anew' } & Kept);
}

/** What becomes of the resources of a task that asks to have its place kept. */
export interface Keeper {
  readonly claims: Claims;
  keeping(request: Request): Keeping;
}

export class Placing {
  readonly #pots: readonly Pot[];
  readonly #running: RunningTasks;
  /** Where the next choice of ports begins at each agent: so that those of a task that has just ended come last. */
  readonly #nextPorts: Map<AgentId, number>;

  readonly #keeper: Keeper;

  constructor(pots: readonly Pot[], running: RunningTasks, nextPorts: Map<AgentId, number>, keeper: Keeper) {
    this.#keeper = keeper;
    this.#pots = pots;
    this.#running = running;
    this.#nextPorts = nextPorts;
  }

  place(requests: readonly Request[]): void {
    const [alone, bands] = _.partition(requests, ({ spec }) => spec.together === undefined);
    const [claiming, free] = _.partition(alone, ({ spec }) => this.#keeper.claims.has(spec.taskId));
    for (const request of claiming) {
      this.#placeWhereKept(request);
    }
    const [returning, others] = _.partition(free, ({ prefer }) => prefer !== undefined);
    for (const request of returning) {
      this.#placeAsPreferred(request);
    }
    const awaited = new Set(returning.flatMap(({ prefer }) => prefer?.agentId ?? []));
    let waiting: readonly Request[] = inFairOrder([...others, ...bands], this.#running, this.#capacity());
    for (const tier of tiersOf(this.#pots, awaited)) {
      waiting = this.#placeOn(tier, waiting);
    }
    // What starts together may take some of each tier.
    this.#placeOn(
      this.#pots,
      waiting.filter(({ spec }) => spec.together !== undefined),
    );
  }

  /** Exactly what is kept, and ports as they come. */
  #placeWhereKept(request: Request): void {
    const place = this.#keeper.claims.get(request.spec.taskId);
    for (const pot of this.#pots) {
      const { agentId, role, kept } = pot.pool;
      if (place === undefined || agentId !== place.agentId || role !== request.role) {
        continue;
      }
      const rest = subtract([...pot.free, ...(kept.get(place.id) ?? [])], place.resources);
      const portsOnly = { ...request.spec.resources, cpus: 0, memMiB: 0, diskMiB: 0, others: {} };
      const share = rest && takeShare(rest, portsOnly, this.#nextPorts.get(agentId) ?? 0);
      if (share !== undefined) {
        const taken = [...place.resources, ...share.taken];
        this.#put(this.#choice(request, pot), { ...share, taken, kept: { how: 'again' } });
        return;
      }
    }
  }

  #placeAsPreferred(request: Request): void {
    const { spec, prefer, role } = request;
    const wanted = amountsWanted(spec.resources);
    const eligible = eligibilityOf(spec, this.#running);
    for (const pot of this.#pots) {
      const { pool } = pot;
      if (pool.agentId !== prefer?.agentId || pool.role !== role || !hasRoom(pot.amounts, wanted)) {
        continue;
      }
      const share =
        prefer.ports === undefined
          ? this.#takeFreely(request, pot.free, pool.agentId)
          : takeSameShare(pot.free, spec.resources, prefer.ports);
      if (share !== undefined && eligible(pool).length === 0) {
        this.#put(this.#choice(request, pot), share);
        return;
      }
    }
  }

  /** Answers those that found no place. A framework has few roles; offers of one are no use to another. */
  #placeOn(pots: readonly Pot[], requests: readonly Request[]): readonly Request[] {
    if (pots.length === 0 || requests.length === 0) {
      return requests;
    }
    return [...Map.groupBy(requests, ({ role }) => role)].flatMap(([role, ofRole]) => {
      const offered = pots.filter(({ pool }) => pool.role === role);
      return placeInOrder(ofRole, offered, this.#running, (choices) => this.#putAll(choices));
    });
  }

  /** All of them or none: each is cut out of what those before it leave. */
  #putAll(choices: readonly Choice[]): boolean {
    const free = new Map<Pot, readonly Resource[]>();
    const cuts: [Choice, Cut][] = [];
    for (const choice of choices) {
      const { request, pot } = choice;
      const cut = this.#cut(request, free.get(pot) ?? pot.free, pot.pool.agentId);
      if (cut === undefined) {
        return false;
      }
      free.set(pot, cut.rest);
      cuts.push([choice, cut]);
    }
    for (const [choice, cut] of cuts) {
      this.#put(choice, cut);
    }
    return true;
  }

  #cut(request: Request, free: readonly Resource[], agentId: AgentId): Cut | undefined {
    const share = this.#takeFreely(request, free, agentId);
    if (share === undefined || request.spec.keep === undefined) {
      return share;
    }
    const [ports, others] = _.partition(share.taken, ({ name }) => name === 'ports');
    const kept = keepOf(others, request.spec.keep, this.#keeper.keeping(request));
    return kept && { ...share, taken: [...kept.resources, ...ports], kept: { how: 'anew', ...kept } };
  }

  #choice(request: Request, pot: Pot): Choice {
    const sets = chooseSets(request.spec, pot.pool, this.#running.at(pot.pool.agentId));
    return { request, pot, ...(!_.isEmpty(sets) && { sets }) };
  }

  /** What is offered and what is ours already: all that can be shared out at present. */
  #capacity(): Amounts {
    return sumOfAmounts([...this.#pots.map(({ amounts }) => amounts), sumOf(this.#running.all())]);
  }

  #takeFreely(request: Request, free: readonly Resource[], agentId: AgentId): Share | undefined {
    return takeShare(free, request.spec.resources, this.#nextPorts.get(agentId) ?? 0);
  }

  #put({ request, pot, sets }: Choice, { taken, rest, ports, kept }: Cut): void {
    const { agentId, hostname, attributes, domain } = pot.pool;
    const named = sets && { sets };
    pot.free = rest;
    pot.amounts = amountsOf(rest);
    pot.placed.push({ request, ports, resources: taken, ...named, ...(kept && { kept }) });
    this.#running.add({
      spec: request.spec,
      place: { agentId, hostname, attributes, ...(domain && { domain }) },
      ...named,
    });
    const last = request.spec.resources.ports.at(-1);
    const port = last === undefined ? undefined : ports[last];
    if (port !== undefined) {
      this.#nextPorts.set(agentId, port + 1);
    }
  }
}

/** What a task gets of an agent, and what of it is kept. */
type Cut = Share & Pick<Placed, 'kept'>;

/** First those that nobody else would rather have; among them such with gpus last, which are dear. */
function tiersOf(pots: readonly Pot[], awaited: ReadonlySet<AgentId>): readonly (readonly Pot[])[] {
  const rank = ({ pool, amounts }: Pot) =>
    (pool.leaving ? 4 : awaited.has(pool.agentId) ? 2 : 0) + ((amounts.others.gpus ?? 0) > 0 ? 1 : 0);
  const tiers = _.groupBy(pots, rank);
  return _.sortBy(Object.keys(tiers), Number).map((tier) => tiers[tier] ?? []);
}
