/**
 * Inverse offers: a master asks a framework that has something on an agent whether it could do without, because the agent
 * will be away. The answers are noted for the operator and change nothing; the question comes again when the answer's
 * filter ends, after a yes as after a no (as recorded).
 */
import type { EpochMs } from '../../../lib/brand.ts';
import type { FrameworkId, OfferId } from '../../../mesos-api-client/protocol/ids.ts';
import type { Filters, InverseOffer, Unavailability } from '../../../mesos-api-client/protocol/mesos.ts';
import { holdingsOn } from '../holdings.ts';
import type { Agent, Framework, MasterState } from '../master-state.ts';
import { sendEvent } from '../master-state.ts';
import { agentUrl, nextOfferId, refuseMs } from '../offers.ts';

/** Of an agent whose machine is in the schedule. */
export interface AgentMaintenance {
  readonly unavailability: Unavailability;
  readonly outstanding: Map<FrameworkId, OfferId>;
  readonly statuses: Map<FrameworkId, { readonly status: 'ACCEPT' | 'DECLINE'; readonly at: EpochMs }>;
  /** Until when a framework is not asked again. */
  readonly refusals: Map<FrameworkId, EpochMs>;
}

/** After each round of offers, for those who hold something there and are not asked already. */
export function offerInversely(master: MasterState, agents: Iterable<Agent>): void {
  const made = new Map<Framework, InverseOffer[]>();
  for (const agent of agents) {
    const { maintenance } = agent;
    if (maintenance === undefined) {
      continue;
    }
    for (const framework of holdersOf(master, agent)) {
      if (!maintenance.outstanding.has(framework.id) && (maintenance.refusals.get(framework.id) ?? 0) <= master.now) {
        const id = nextOfferId(master);
        maintenance.outstanding.set(framework.id, id);
        const offers = made.get(framework) ?? [];
        made.set(framework, offers);
        offers.push(inverseOffer(framework, agent, id, maintenance.unavailability));
      }
    }
  }
  for (const [framework, offers] of made) {
    sendEvent(master, framework, { type: 'INVERSE_OFFERS', inverse_offers: { inverse_offers: offers } });
  }
}

export function answerInverseOffers(
  master: MasterState,
  framework: Framework,
  ids: readonly OfferId[],
  status: 'ACCEPT' | 'DECLINE',
  filters: Filters | undefined,
): void {
  for (const { maintenance } of master.agents.values()) {
    const asked = maintenance?.outstanding.get(framework.id);
    if (maintenance !== undefined && asked !== undefined && ids.includes(asked)) {
      maintenance.outstanding.delete(framework.id);
      maintenance.statuses.set(framework.id, { status, at: master.now });
      maintenance.refusals.set(framework.id, master.now + refuseMs(filters));
    }
  }
}

export function rescindInverseOffers(master: MasterState, { maintenance }: Agent): void {
  for (const [frameworkId, id] of maintenance?.outstanding ?? []) {
    const framework = master.frameworks.get(frameworkId);
    if (framework !== undefined) {
      const rescind_inverse_offer = { inverse_offer_id: { value: id } };
      sendEvent(master, framework, { type: 'RESCIND_INVERSE_OFFER', rescind_inverse_offer });
    }
  }
  maintenance?.outstanding.clear();
}

/** It is not there to answer. */
export function forgetInverseOffers(master: MasterState, { id }: Framework): void {
  for (const { maintenance } of master.agents.values()) {
    maintenance?.outstanding.delete(id);
    maintenance?.refusals.delete(id);
  }
}

function holdersOf(master: MasterState, agent: Agent): Framework[] {
  const ids = new Set([...holdingsOn(agent), ...agent.offers].map(({ frameworkId }) => frameworkId));
  return [...ids].flatMap((id) => {
    const framework = master.frameworks.get(id);
    return framework?.stream === undefined ? [] : [framework];
  });
}

function inverseOffer(framework: Framework, agent: Agent, id: OfferId, unavailability: Unavailability): InverseOffer {
  return {
    id: { value: id },
    url: agentUrl(agent.description),
    framework_id: { value: framework.id },
    agent_id: { value: agent.id },
    unavailability,
  };
}
