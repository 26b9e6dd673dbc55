/**
 * Requests × pools → placements, as a pure function. First come those that would rather go back to their old agent, if
 * it is among the pools; then the others in their order, each to the fullest agent that still has room for it: so large
 * gaps stay for large tasks. Agents that are about to leave, and agents that somebody else waits for, come last.
 */
import type { AgentId, TaskId } from '../../../mesos-api-client/protocol/ids.ts';
import type { Resource } from '../../../mesos-api-client/protocol/mesos.ts';
import type { Ports, Preference, TaskResources } from '../../model/task.ts';
import { type Amounts, amountsOf, type Pool } from './pool.ts';
import { amountsWanted, hasRoom, type Share, takeSameShare, takeShare } from './take.ts';

export interface Request {
  readonly taskId: TaskId;
  readonly resources: TaskResources;
  /** Only while it is still worth waiting for. */
  readonly prefer?: Preference;
}

export interface Match {
  readonly taskId: TaskId;
  readonly pool: Pool;
  readonly ports: Ports;
  readonly resources: readonly Resource[];
}

export interface Matching {
  readonly matches: readonly Match[];
  /** The pools with what is left in them. */
  readonly left: readonly Pool[];
  /** Where the next choice of ports begins at each agent that a task was placed on. */
  readonly nextPorts: ReadonlyMap<AgentId, number>;
}

/** A pool while it is being matched: what is left of it. */
interface Room {
  readonly pool: Pool;
  free: readonly Resource[];
  amounts: Amounts;
}

export function match(
  requests: readonly Request[],
  pools: readonly Pool[],
  nextPorts: ReadonlyMap<AgentId, number>,
): Matching {
  const round = new Round(pools, nextPorts, requests);
  for (const request of requests) {
    if (request.prefer !== undefined) {
      round.placeAsPreferred(request, request.prefer);
    }
  }
  for (const request of requests) {
    if (request.prefer === undefined) {
      round.placeAnywhere(request);
    }
  }
  return round.result();
}

class Round {
  readonly #rooms: Room[];
  readonly #nextPorts: Map<AgentId, number>;
  readonly #matches: Match[] = [];
  readonly #awaited: ReadonlySet<AgentId>;
  readonly #largest: { readonly cpus: number; readonly mem: number };
  /** Sizes that found no room: since rooms only shrink, neither will the next of that size. */
  readonly #hopeless = new Set<string>();

  constructor(pools: readonly Pool[], nextPorts: ReadonlyMap<AgentId, number>, requests: readonly Request[]) {
    this.#rooms = pools.map((pool) => ({ pool, free: pool.free, amounts: amountsOf(pool.free) }));
    this.#nextPorts = new Map(nextPorts);
    this.#awaited = new Set(requests.flatMap(({ prefer }) => prefer?.agentId ?? []));
    this.#largest = {
      cpus: this.#rooms.reduce((most, room) => Math.max(most, room.amounts.cpus), 1),
      mem: this.#rooms.reduce((most, room) => Math.max(most, room.amounts.mem), 1),
    };
  }

  placeAsPreferred(request: Request, prefer: Preference): void {
    for (const room of this.#rooms) {
      if (room.pool.agentId !== prefer.agentId || !hasRoom(room.amounts, amountsWanted(request.resources))) {
        continue;
      }
      const share =
        prefer.ports === undefined
          ? this.#takeFreely(room, request.resources)
          : takeSameShare(room.free, request.resources, prefer.ports);
      if (share !== undefined) {
        this.#place(request, room, share);
        return;
      }
    }
  }

  placeAnywhere(request: Request): void {
    const size = JSON.stringify(request.resources);
    if (this.#hopeless.has(size)) {
      return;
    }
    const room = this.#bestRoom(amountsWanted(request.resources));
    const share = room && this.#takeFreely(room, request.resources);
    if (room === undefined || share === undefined) {
      this.#hopeless.add(size);
      return;
    }
    this.#place(request, room, share);
  }

  result(): Matching {
    const left = this.#rooms.map(({ pool, free }) => ({ ...pool, free }));
    return { matches: this.#matches, left, nextPorts: this.#nextPorts };
  }

  #bestRoom(wanted: Amounts): Room | undefined {
    let best: Room | undefined;
    let lowest = Number.POSITIVE_INFINITY;
    for (const room of this.#rooms) {
      if (hasRoom(room.amounts, wanted)) {
        const cost = this.#costOf(room);
        if (cost < lowest) {
          best = room;
          lowest = cost;
        }
      }
    }
    return best;
  }

  /** The less is free the better: 0 to 2 by the shares of cpus and memory, more for an agent to be avoided. */
  #costOf({ pool, amounts }: Room): number {
    const free = amounts.cpus / this.#largest.cpus + amounts.mem / this.#largest.mem;
    return free + (this.#awaited.has(pool.agentId) ? 10 : 0) + (pool.leaving ? 100 : 0);
  }

  #takeFreely(room: Room, wanted: TaskResources): Share | undefined {
    return takeShare(room.free, wanted, this.#nextPorts.get(room.pool.agentId) ?? 0);
  }

  #place(request: Request, room: Room, share: Share): void {
    room.free = share.rest;
    room.amounts = amountsOf(share.rest);
    const last = request.resources.ports.at(-1);
    const port = last === undefined ? undefined : share.ports[last];
    if (port !== undefined) {
      this.#nextPorts.set(room.pool.agentId, port + 1);
    }
    this.#matches.push({ taskId: request.taskId, pool: room.pool, ports: share.ports, resources: share.taken });
  }
}
