/**
 * The agents as their offers showed them: attributes, fault domain, maintenance ahead, and what was left of the last
 * offer to each role after what we took. Bounded: those that were not offered for the longest time are forgotten first.
 */
import type { EpochMs } from '../../lib/brand.ts';
import type { AgentId } from '../../mesos-api-client/protocol/ids.ts';
import type { Offer } from '../../mesos-api-client/protocol/mesos.ts';
import type { AgentDomain } from '../model/placement.ts';
import { type Amounts, amountsOf, domainOf, type Pool, textAttributes } from './pools.ts';
import { roleOf } from './roles.ts';

const mostAgents = 20_000;
const nanosecondsPerMs = 1_000_000;

export interface Leaving {
  readonly from: EpochMs;
  readonly forMs?: number;
}

export interface KnownAgent {
  readonly agentId: AgentId;
  readonly hostname: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly domain?: AgentDomain;
  readonly leaving?: Leaving;
  readonly offered: ReadonlyMap<string, { readonly at: EpochMs; readonly left: Amounts }>;
}

export class KnownAgents {
  readonly #agents = new Map<AgentId, KnownAgent>();
  readonly #offeredAt = new Map<string, EpochMs>();

  get size(): number {
    return this.#agents.size;
  }

  get(agentId: AgentId): KnownAgent | undefined {
    return this.#agents.get(agentId);
  }

  all(): readonly KnownAgent[] {
    return [...this.#agents.values()];
  }

  /** When an offer last came to a role, since the subscription began. */
  offeredAt(role: string): EpochMs | undefined {
    return this.#offeredAt.get(role);
  }

  offered(at: EpochMs, offer: Offer, onlyRole: string): void {
    const agentId = offer.agent_id.value;
    const role = roleOf(offer, onlyRole);
    const before = this.#agents.get(agentId);
    this.#offeredAt.set(role, at);
    this.#put({
      agentId,
      hostname: offer.hostname,
      attributes: textAttributes(offer.attributes ?? []),
      ...domainOf(offer),
      ...leavingOf(offer),
      offered: new Map(before?.offered).set(role, { at, left: amountsOf(offer.resources ?? []) }),
    });
  }

  /** What is left once we have taken our part. */
  left(at: EpochMs, pools: Iterable<Pool>): void {
    for (const pool of pools) {
      const agent = this.#agents.get(pool.agentId);
      if (agent !== undefined) {
        const offered = new Map(agent.offered).set(pool.role, { at, left: amountsOf(pool.free) });
        this.#agents.set(pool.agentId, { ...agent, offered });
      }
    }
  }

  forget(agentId: AgentId): void {
    this.#agents.delete(agentId);
  }

  /** After any break all offers are void (MA-23), and what was free is no longer known. */
  clear(): void {
    this.#agents.clear();
    this.#offeredAt.clear();
  }

  #put(agent: KnownAgent): void {
    this.#agents.delete(agent.agentId);
    this.#agents.set(agent.agentId, agent);
    if (this.#agents.size > mostAgents) {
      const [oldest] = this.#agents.keys();
      if (oldest !== undefined) {
        this.#agents.delete(oldest);
      }
    }
  }
}

/** Times beyond 2^53 ns are known to the microsecond, which is enough. */
function leavingOf({ unavailability }: Offer): { readonly leaving?: Leaving } {
  return unavailability === undefined ? {} : { leaving: leavingFrom(unavailability) };
}

export function leavingFrom({ start, duration }: NonNullable<Offer['unavailability']>): Leaving {
  const from = Math.round(Number(start.nanoseconds) / nanosecondsPerMs);
  return duration === undefined
    ? { from }
    : { from, forMs: Math.round(Number(duration.nanoseconds) / nanosecondsPerMs) };
}
