/**
 * Outstanding offers: how they are made, withdrawn and refused. An offer's resources go back to the agent's free share
 * whenever it ends; a refusal may leave a filter behind (docs/scheduler-http-api.md of Mesos, DECLINE).
 */
import type { AgentId, OfferId } from '../../mesos-api-client/protocol/ids.ts';
import type { Filters, Offer, Resource, Url } from '../../mesos-api-client/protocol/mesos.ts';
import { add, subtract } from '../../mesos-api-client/protocol/resources.ts';
import type { AgentDescription } from './agent-protocol.ts';
import { enterHolding, strikeHolding } from './allocation/books.ts';
import { hasCapability } from './capabilities.ts';
import { exclusive, sharedIn } from './holdings.ts';
import type { Agent, Framework, MasterState, OfferRecord } from './master-state.ts';
import { clearTimer, countFor, sendEvent, setTimer } from './master-state.ts';
import { offeredForm } from './resource-forms.ts';

const defaultRefuseSeconds = 5;
const maxRefuseSeconds = 365 * 24 * 3600;

export function createOffer(
  master: MasterState,
  framework: Framework,
  agent: Agent,
  role: string,
  resources: readonly Resource[],
): OfferRecord {
  const rest = resources === agent.free ? sharedIn(resources) : subtract(agent.free, exclusive(resources));
  if (rest === undefined) {
    throw new Error(`agent ${agent.id} has not free what is to be offered`);
  }
  agent.free = rest;
  const id = nextOfferId(master);
  const offer: OfferRecord = { id, frameworkId: framework.id, agentId: agent.id, role, resources };
  master.offers.set(id, offer);
  framework.offers.set(id, offer);
  agent.offers.add(offer);
  enterHolding(master.books, offer, exclusive(resources), true);
  countFor(framework, 'offers/sent');
  if (master.options.offerTimeoutMs !== undefined) {
    setTimer(master, `offer ${id}`, master.options.offerTimeoutMs);
  }
  return offer;
}

/** Inverse offers count with the others. */
export function nextOfferId(master: MasterState): OfferId {
  return `${master.options.masterId}-O${master.counters.offer++}` as OfferId;
}

export function pidOf({ ip, port }: AgentDescription): string {
  return `slave(1)@${ip ?? '127.0.0.1'}:${port}`;
}

export function agentUrl({ hostname, ip, port }: AgentDescription): Url {
  return { scheme: 'http', address: { hostname, ip: ip ?? '127.0.0.1', port }, path: '/slave(1)' };
}

export function offerMessage(framework: Framework, agent: Agent, offer: OfferRecord): Offer {
  const { hostname, attributes, domain } = agent.description;
  return {
    id: { value: offer.id },
    framework_id: { value: framework.id },
    agent_id: { value: agent.id },
    hostname,
    url: agentUrl(agent.description),
    ...(domain === undefined ? {} : { domain }),
    resources: offeredForm(offer.resources, framework.info, offer.role),
    ...(attributes.length > 0 ? { attributes: [...attributes] } : {}),
    ...executorIds(framework, agent),
    ...(agent.maintenance === undefined ? {} : { unavailability: agent.maintenance.unavailability }),
    ...(hasCapability(framework.info, 'MULTI_ROLE') ? { allocation_info: { role: offer.role } } : {}),
  };
}

/** Of the framework's executors there: what it launches with one of them needs only its own resources. */
function executorIds(framework: Framework, agent: Agent): Pick<Offer, 'executor_ids'> {
  const here = [...agent.executors.values()].filter(({ frameworkId }) => frameworkId === framework.id);
  return here.length === 0 ? {} : { executor_ids: here.map(({ id }) => ({ value: id })) };
}

/** Ends the offer; its resources are free again. */
export function removeOffer(master: MasterState, offer: OfferRecord): void {
  if (!master.offers.delete(offer.id)) {
    return;
  }
  if (master.options.offerTimeoutMs !== undefined) {
    clearTimer(master, `offer ${offer.id}`);
  }
  strikeHolding(master.books, offer, exclusive(offer.resources));
  master.frameworks.get(offer.frameworkId)?.offers.delete(offer.id);
  const agent = master.agents.get(offer.agentId);
  if (agent?.offers.delete(offer)) {
    agent.free = agent.free.length === 0 ? offer.resources : add(agent.free, exclusive(offer.resources));
  }
}

/** Ends the offer and says so; resubscriptions and invalid ACCEPTs end offers without a word (LM-11, LM-35). */
export function rescindOffer(master: MasterState, offer: OfferRecord): void {
  removeOffer(master, offer);
  const framework = master.frameworks.get(offer.frameworkId);
  if (framework !== undefined) {
    countFor(framework, 'offers/rescinded');
    sendEvent(master, framework, { type: 'RESCIND', rescind: { offer_id: { value: offer.id } } });
  }
}

/** Holds back what was refused: 5 s unless said otherwise, at least one allocation interval, 0 not at all (LM-21). */
export function refuse(
  master: MasterState,
  framework: Framework,
  refused: { agentId: AgentId; role: string; resources: readonly Resource[] },
  filters: Filters | undefined,
): void {
  const forMs = refuseMs(filters);
  if (forMs === 0 || refused.resources.length === 0) {
    return;
  }
  const until = master.now + Math.max(forMs, master.options.allocationMs);
  framework.filters.add(refused.role, refused.agentId, refused.resources, master.now, until);
}

/** A time below zero is none, and counts as unsaid. */
export function refuseMs(filters: Filters | undefined): number {
  const asked = filters?.refuse_seconds ?? defaultRefuseSeconds;
  return Math.min(asked >= 0 ? asked : defaultRefuseSeconds, maxRefuseSeconds) * 1000;
}

export function declineOffers(
  master: MasterState,
  framework: Framework,
  ids: readonly OfferId[],
  filters: Filters | undefined,
): void {
  for (const id of ids) {
    const offer = framework.offers.get(id);
    if (offer !== undefined) {
      removeOffer(master, offer);
      refuse(master, framework, offer, filters);
      countFor(framework, 'offers/declined');
    }
  }
}
