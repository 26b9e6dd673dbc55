/**
 * Who is offered what (docs/allocation-module.md, docs/quota.md and src/master/allocator/mesos/hierarchical.cpp of Mesos).
 * Rounds are event-driven (a framework or agent came, offers were revived) and every second. Agent by agent, roles and in
 * them frameworks are asked in the order of their fair shares; the first that may have it gets all that is free and
 * available to its role. First come roles whose guarantees are not met, then all; as much as the guarantees still need
 * is laid away, and limits cut an offer down. Agents are asked in the order in which they came (Mesos shuffles them), so a
 * history repeats itself. As in Mesos a quota is one of a top-level role, and offers to roles below it are not cut.
 */
import type { EpochMs } from '../../lib/brand.ts';
import type { FrameworkId } from '../../mesos-api-client/protocol/ids.ts';
import type { Resource } from '../../mesos-api-client/protocol/mesos.ts';
import { add, reservedRole } from '../../mesos-api-client/protocol/resources.ts';
import { consumedQuota, frameworksOf, isCharged, type Quota, topLevel } from './allocation/books.ts';
import {
  addQuantities,
  addResources,
  containsQuantities,
  isNothing,
  type Quantities,
  quantitiesOf,
  subtractQuantities,
} from './allocation/quantities.ts';
import { availableTo, type Share, shareOf, shrinkTo, shrinkWithin, understandable } from './allocation/shares.ts';
import { hasCapability } from './capabilities.ts';
import { exclusive } from './holdings.ts';
import { offerInversely } from './maintenance/inverse-offers.ts';
import type { Agent, Framework, MasterState, OfferRecord } from './master-state.ts';
import { isOffering, sendEvent } from './master-state.ts';
import { createOffer, offerMessage } from './offers.ts';

interface Round {
  readonly master: MasterState;
  readonly made: Map<Framework, { readonly offer: OfferRecord; readonly agent: Agent }[]>;
  /** Of roles with a quota; grows with what they are given. */
  readonly consumed: Map<string, Quantities>;
  /** Present if some guarantee is not met: what has to stay unallocated for it, and what is. */
  readonly headroom: { readonly required: Quantities; readonly available: Quantities } | undefined;
  /** By role, as long as its order is the same. */
  readonly members: Map<string, { readonly order: readonly string[]; readonly frameworks: readonly Framework[] }>;
  /** By generation: the roles of the frameworks that changed since. */
  readonly changed: Map<number, ReadonlySet<string>>;
}

export function allocate(master: MasterState, agents: readonly Agent[] = [...master.agents.values()]): void {
  const round = beginRound(master);
  const offering = agents.filter((agent) => agent.free.length > 0 && isOffering(master, agent));
  if (round.headroom !== undefined) {
    for (const agent of offering) {
      giveGuaranteed(round, agent);
    }
  }
  for (const agent of offering) {
    giveFairly(round, agent);
  }
  for (const [framework, offers] of round.made) {
    sendEvent(master, framework, {
      type: 'OFFERS',
      offers: { offers: offers.map(({ offer, agent }) => offerMessage(framework, agent, offer)) },
    });
  }
  if (master.maintenance.machines.size > 0) {
    offerInversely(master, agents);
  }
}

function beginRound(master: MasterState): Round {
  const { books } = master;
  const consumed = new Map([...books.quotas.keys()].map((role) => [role, consumedQuota(books, role)]));
  const required: Quantities = new Map();
  for (const [role, { guarantees }] of books.quotas) {
    addQuantities(required, lacking(guarantees, consumed.get(role)));
  }
  const headroom = isNothing(required) ? undefined : { required, available: unallocated(master) };
  return { master, made: new Map(), consumed, headroom, members: new Map(), changed: new Map() };
}

function unallocated(master: MasterState): Quantities {
  const available: Quantities = new Map();
  for (const { free } of master.agents.values()) {
    addResources(available, free.filter(isCharged));
  }
  return available;
}

function lacking(guarantees: Quantities, consumed: Quantities = new Map()): Quantities {
  const missing = new Map(guarantees);
  subtractQuantities(missing, consumed);
  return missing;
}

/** To roles that have less than they were promised; what helps them brings all else of the agent with it. */
function giveGuaranteed(round: Round, agent: Agent): void {
  const { books } = round.master;
  for (const role of books.roles.sorted()) {
    const quota = books.quotas.get(role);
    for (const framework of quota === undefined ? [] : membersOf(round, role)) {
      const missing = lacking(quota?.guarantees ?? new Map(), round.consumed.get(role));
      if (quota === undefined || isNothing(missing)) {
        break;
      }
      const share = shareFor(round.master, agent, role, framework);
      if (share !== undefined) {
        giveWithGuarantee(round, { agent, role, framework, share, quota, missing });
      }
    }
  }
}

interface Promised {
  readonly agent: Agent;
  readonly role: string;
  readonly framework: Framework;
  readonly share: Share;
  readonly quota: Quota;
  readonly missing: Quantities;
}

function giveWithGuarantee(round: Round, { agent, role, framework, share, quota, missing }: Promised): void {
  const charged = share.resources.filter(isCharged);
  const guaranteed = shrinkTo(charged, missing);
  if (guaranteed.length === 0) {
    return;
  }
  const promised = quantitiesOf(guaranteed);
  const limits = limitsLeft(quota.limits, round.consumed.get(role));
  subtractPresent(limits, promised);
  const more = cutToHeadroom(round, shrinkWithin(withoutAmounts(charged, promised), limits));
  const others = share.resources.filter((each) => !isCharged(each) && (reservedRole(each) ?? role) === role);
  if (give(round, framework, agent, role, shareOf([...others, ...add(guaranteed, more)])) === given) {
    subtractQuantities(round.headroom?.required ?? new Map(), promised);
  }
}

function giveFairly(round: Round, agent: Agent): void {
  const { books } = round.master;
  const changed = changedSince(round, agent);
  if (changed !== undefined && changed.size === 0) {
    return;
  }
  let until = changed === undefined ? Number.POSITIVE_INFINITY : (agent.settled?.until ?? 0);
  for (const role of books.roles.sorted()) {
    if (agent.free.length === 0) {
      return;
    }
    if (changed !== undefined && !changed.has(role)) {
      continue;
    }
    for (const framework of membersOf(round, role)) {
      const share = shareFor(round.master, agent, role, framework);
      if (share !== undefined) {
        until = Math.min(until, give(round, framework, agent, role, cutToQuota(round, role, share)));
      }
    }
  }
  agent.settled = { free: agent.free, generation: books.generation, until };
}

/**
 * The roles that have to be asked again about an agent that nobody wanted: those of frameworks that have changed since.
 * Undefined if all have to: its free share is another one, or a filter's time is over. With quotas in force what one role
 * may have depends on what all others do, so that nothing is settled.
 */
function changedSince({ master, changed }: Round, { settled, free }: Agent): ReadonlySet<string> | undefined {
  if (settled === undefined || settled.free !== free || settled.until <= master.now || master.books.quotas.size > 0) {
    return undefined;
  }
  let roles = changed.get(settled.generation);
  if (roles === undefined) {
    const frameworks = [...master.frameworks.values()].filter((each) => each.changed > settled.generation);
    roles = new Set(frameworks.flatMap((each) => each.roles));
    changed.set(settled.generation, roles);
  }
  return roles;
}

function membersOf({ master, members }: Round, role: string): readonly Framework[] {
  const order = frameworksOf(master.books, role).sorted();
  const known = members.get(role);
  if (known?.order === order) {
    return known.frameworks;
  }
  const frameworks = order.flatMap((id) => master.frameworks.get(id as FrameworkId) ?? []);
  members.set(role, { order, frameworks });
  return frameworks;
}

/** What the framework may be told of; undefined if nothing of this agent is for it. */
function shareFor(master: MasterState, agent: Agent, role: string, framework: Framework): Share | undefined {
  const share = availableTo(agent.free, role);
  if (share.resources.length === 0 || !isWorthOffering(master, framework, role, share)) {
    return undefined;
  }
  if (framework.constraints.excludes(role, agent.description) || !isCapableOf(master, framework, agent)) {
    return undefined;
  }
  return understandable(share, framework.info);
}

/** GPUs are kept for those who know of them, other regions for those who know of regions. */
function isCapableOf({ options }: MasterState, { info }: Framework, agent: Agent): boolean {
  if (agent.hasGpus && !hasCapability(info, 'GPU_RESOURCES')) {
    return false;
  }
  const here = options.domain?.fault_domain?.region.name;
  const there = agent.description.domain?.fault_domain?.region.name;
  return here === undefined || there === undefined || here === there || hasCapability(info, 'REGION_AWARE');
}

/**
 * --min_allocatable_resources, or what the framework itself asks for in that role (offer_filters). Shared volumes alone are
 * not: they are always free.
 */
function isWorthOffering(master: MasterState, framework: Framework, role: string, share: Share): boolean {
  const least = framework.minAllocatable.get(role) ?? master.options.minAllocatable;
  const own = share.plain ? share.resources : exclusive(share.resources);
  const quantities = own === share.resources ? share.quantities : quantitiesOf(own);
  return own.length > 0 && (least.length === 0 || least.some((each) => containsQuantities(quantities, each)));
}

/** It was taken. */
const given = 0;

/** Until when it is of no use to ask again, unless something changes; `given` if it was taken. */
function give(round: Round, framework: Framework, agent: Agent, role: string, share: Share): EpochMs {
  const { master, made } = round;
  const { resources } = share;
  if (resources.length === 0 || !isWorthOffering(master, framework, role, share)) {
    return Number.POSITIVE_INFINITY;
  }
  const heldUntil = framework.filters.holdBack(role, agent.id, resources, master.now);
  if (heldUntil !== undefined) {
    return heldUntil;
  }
  const offer = createOffer(master, framework, agent, role, resources);
  const ofFramework = made.get(framework);
  if (ofFramework === undefined) {
    made.set(framework, [{ offer, agent }]);
  } else {
    ofFramework.push({ offer, agent });
  }
  if (round.consumed.size > 0) {
    charge(round, role, quantitiesOf(resources.filter(isCharged)));
  }
  return given;
}

function charge({ consumed, headroom }: Round, role: string, quantities: Quantities): void {
  const ofRole = consumed.get(topLevel(role));
  if (ofRole !== undefined) {
    addQuantities(ofRole, quantities);
  }
  if (headroom !== undefined) {
    subtractQuantities(headroom.available, quantities);
  }
}

/** Reservations, ports and revocable resources always pass: quotas are about the rest. */
function cutToQuota(round: Round, role: string, share: Share): Share {
  const limits = round.master.books.quotas.get(role)?.limits;
  if (round.headroom === undefined && (limits === undefined || limits.size === 0)) {
    return share;
  }
  const charged = share.resources.filter(isCharged);
  const within = limits === undefined ? charged : shrinkWithin(charged, limitsLeft(limits, round.consumed.get(role)));
  return shareOf([...share.resources.filter((each) => !isCharged(each)), ...cutToHeadroom(round, within)]);
}

function cutToHeadroom({ headroom }: Round, resources: readonly Resource[]): readonly Resource[] {
  if (headroom === undefined || isNothing(headroom.required)) {
    return resources;
  }
  const surplus = new Map(headroom.available);
  subtractQuantities(surplus, headroom.required);
  return shrinkTo(resources, surplus);
}

/** A limit that is used up stays a limit, of nothing. */
function limitsLeft(limits: Quantities, consumed: Quantities = new Map()): Quantities {
  const left = new Map(limits);
  subtractPresent(left, consumed);
  return left;
}

function subtractPresent(from: Quantities, less: Quantities): void {
  for (const [name, amount] of from) {
    from.set(name, Math.max(0, amount - (less.get(name) ?? 0)));
  }
}

function withoutAmounts(resources: readonly Resource[], less: Quantities): Resource[] {
  const kept = quantitiesOf(resources);
  subtractQuantities(kept, less);
  return shrinkTo(resources, kept);
}
