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
import type { Ports } from '../model/task.ts';
import { eligibilityOf } from './eligibility.ts';
import { inFairOrder } from './fair-order.ts';
import type { Claims } from './kept-places.ts';
import { type Keeping, type Kept, keepOf } from './kept-resources.ts';
import { placeInOrder } from './match-requests.ts';
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
    const [claiming, free] = _.partition(requests, ({ spec }) => this.#keeper.claims.has(spec.taskId));
    for (const request of claiming) {
      this.#placeWhereKept(request);
    }
    const [returning, others] = _.partition(free, ({ prefer }) => prefer !== undefined);
    for (const request of returning) {
      this.#placeAsPreferred(request);
    }
    const awaited = new Set(returning.flatMap(({ prefer }) => prefer?.agentId ?? []));
    let waiting: readonly Request[] = inFairOrder(others, this.#running, this.#capacity());
    for (const tier of tiersOf(this.#pots, awaited)) {
      waiting = this.#placeOn(tier, waiting);
    }
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
        this.#put(request, pot, { ...share, taken: [...place.resources, ...share.taken] }, { how: 'again' });
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
          ? this.#takeFreely(pot, request)
          : takeSameShare(pot.free, spec.resources, prefer.ports);
      if (share !== undefined && eligible(pool).length === 0) {
        this.#put(request, pot, share);
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
      return placeInOrder(ofRole, offered, this.#running, (request, pot) => this.#putFreely(request, pot));
    });
  }

  #putFreely(request: Request, pot: Pot): boolean {
    const share = this.#takeFreely(pot, request);
    if (share === undefined) {
      return false;
    }
    if (request.spec.keep === undefined) {
      this.#put(request, pot, share);
      return true;
    }
    const [ports, others] = _.partition(share.taken, ({ name }) => name === 'ports');
    const kept = keepOf(others, request.spec.keep, this.#keeper.keeping(request));
    if (kept === undefined) {
      return false;
    }
    this.#put(request, pot, { ...share, taken: [...kept.resources, ...ports] }, { how: 'anew', ...kept });
    return true;
  }

  /** What is offered and what is ours already: all that can be shared out at present. */
  #capacity(): Amounts {
    return sumOfAmounts([...this.#pots.map(({ amounts }) => amounts), sumOf(this.#running.all())]);
  }

  #takeFreely(pot: Pot, request: Request): Share | undefined {
    return takeShare(pot.free, request.spec.resources, this.#nextPorts.get(pot.pool.agentId) ?? 0);
  }

  #put(request: Request, pot: Pot, { taken, rest, ports }: Share, kept?: Placed['kept']): void {
    const { agentId, hostname, attributes, domain } = pot.pool;
    pot.free = rest;
    pot.amounts = amountsOf(rest);
    pot.placed.push({ request, ports, resources: taken, ...(kept && { kept }) });
    this.#running.add({ spec: request.spec, place: { agentId, hostname, attributes, ...(domain && { domain }) } });
    const last = request.spec.resources.ports.at(-1);
    const port = last === undefined ? undefined : ports[last];
    if (port !== undefined) {
      this.#nextPorts.set(agentId, port + 1);
    }
  }
}

/** First those that nobody else would rather have; among them such with gpus last, which are dear. */
function tiersOf(pots: readonly Pot[], awaited: ReadonlySet<AgentId>): readonly (readonly Pot[])[] {
  const rank = ({ pool, amounts }: Pot) =>
    (pool.leaving ? 4 : awaited.has(pool.agentId) ? 2 : 0) + ((amounts.others.gpus ?? 0) > 0 ? 1 : 0);
  const tiers = _.groupBy(pots, rank);
  return _.sortBy(Object.keys(tiers), Number).map((tier) => tiers[tier] ?? []);
}
