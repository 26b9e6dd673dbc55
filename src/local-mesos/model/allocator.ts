/**
 * Who is offered what. Rounds are event-driven (a framework or agent came, offers were revived) and every second; in a
 * round each agent's whole free share goes to one framework: the role with the lowest dominant share first, in it the
 * framework with the lowest (DRF, docs/allocation-module.md of Mesos; ties by the number of allocations, then by name).
 * Roles are weighed equally and not as a tree: weights, quota and nested shares are not built.
 */
import _ from 'lodash';
import { toThousandths } from '../../lib/thousandths.ts';
import type { Resource } from '../../mesos-api-client/protocol/mesos.ts';
import { contains, scalarSum } from '../../mesos-api-client/protocol/resources.ts';
import type { Agent, Framework, MasterState, OfferRecord } from './master-state.ts';
import { hasCapability, sendEvent } from './master-state.ts';
import { createOffer, offerMessage } from './offers.ts';
import { isAvailableTo } from './resource-forms.ts';
import { usesResources } from './tasks.ts';

/** Smaller shares are not worth an offer (--min_allocatable_resources of a Mesos master). */
const minCpus = toThousandths(0.01);
const minMem = toThousandths(32);

export function allocate(master: MasterState, agents: Iterable<Agent> = master.agents.values()): void {
  expireFilters(master);
  const made = new Map<Framework, { offer: OfferRecord; agent: Agent }[]>();
  const shares = sharesOf(master);
  for (const agent of agents) {
    if (agent.link !== undefined && isWorthOffering(agent.free)) {
      for (const { framework, offer } of allocateAgent(master, agent, shares)) {
        made.set(framework, [...(made.get(framework) ?? []), { offer, agent }]);
      }
    }
  }
  for (const [framework, offers] of made) {
    sendEvent(master, framework, {
      type: 'OFFERS',
      offers: { offers: offers.map(({ offer, agent }) => offerMessage(framework, agent, offer)) },
    });
  }
}

interface Candidate {
  readonly framework: Framework;
  readonly role: string;
}

function allocateAgent(
  master: MasterState,
  agent: Agent,
  shares: Shares,
): { framework: Framework; offer: OfferRecord }[] {
  const made: { framework: Framework; offer: OfferRecord }[] = [];
  for (const { framework, role } of shares.sorted(candidates(master))) {
    const resources = agent.free.filter((resource) => isAvailableTo(resource, role));
    if (isWorthOffering(resources) && !isHeldBack(framework, role, agent, resources)) {
      const offer = createOffer(master, framework, agent, role, resources);
      shares.give(framework, role, resources);
      made.push({ framework, offer });
    }
  }
  return made;
}

function candidates(master: MasterState): Candidate[] {
  return [...master.frameworks.values()].flatMap((framework) =>
    framework.stream === undefined
      ? []
      : framework.roles.filter((role) => !framework.suppressedRoles.has(role)).map((role) => ({ framework, role })),
  );
}

function isHeldBack(framework: Framework, role: string, agent: Agent, resources: readonly Resource[]): boolean {
  const hasGpus = agent.total.some(({ name }) => name === 'gpus');
  if (hasGpus && !hasCapability(framework.info, 'GPU_RESOURCES')) {
    return true;
  }
  return framework.filters.some(
    (filter) => filter.agentId === agent.id && filter.role === role && contains(filter.resources, resources),
  );
}

function expireFilters(master: MasterState): void {
  for (const framework of master.frameworks.values()) {
    if (framework.filters.some(({ until }) => until <= master.now)) {
      framework.filters = framework.filters.filter(({ until }) => until > master.now);
    }
  }
}

function isWorthOffering(resources: readonly Resource[]): boolean {
  return scalarSum(resources, 'cpus') >= minCpus || scalarSum(resources, 'mem') >= minMem;
}

type Amounts = Map<string, number>;

interface Shares {
  sorted(candidates: readonly Candidate[]): Candidate[];
  give(framework: Framework, role: string, resources: readonly Resource[]): void;
}

/** Counts what roles and frameworks hold (tasks and offers alike) once per round, then follows the round. */
function sharesOf(master: MasterState): Shares {
  const total: Amounts = new Map();
  const held = new Map<string, Amounts>();
  const hold = (key: string, resources: readonly Resource[]) => {
    const amounts = held.get(key) ?? new Map<string, number>();
    held.set(key, amounts);
    addTo(amounts, resources);
  };
  for (const agent of master.agents.values()) {
    addTo(total, agent.total);
    for (const { role, frameworkId, resources } of [...agent.tasks].filter(usesResources)) {
      hold(role, resources);
      hold(`${role} ${frameworkId}`, resources);
    }
    for (const { role, frameworkId, resources } of agent.offers) {
      hold(role, resources);
      hold(`${role} ${frameworkId}`, resources);
    }
  }
  const share = (key: string) => dominantShare(held.get(key), total);
  return {
    sorted: (candidates) =>
      _.sortBy(candidates, [
        ({ role }) => share(role),
        ({ role }) => master.roles.get(role)?.allocations ?? 0,
        ({ role }) => role,
        ({ framework, role }) => share(`${role} ${framework.id}`),
        ({ framework }) => framework.allocations,
        ({ framework }) => framework.id,
      ]),
    give: (framework, role, resources) => {
      hold(role, resources);
      hold(`${role} ${framework.id}`, resources);
      framework.allocations += 1;
      master.roles.set(role, { allocations: (master.roles.get(role)?.allocations ?? 0) + 1 });
    },
  };
}

function dominantShare(amounts: Amounts | undefined, total: Amounts): number {
  return Math.max(0, ...[...(amounts ?? [])].map(([name, amount]) => amount / (total.get(name) ?? amount)));
}

function addTo(amounts: Amounts, resources: readonly Resource[]): void {
  for (const { name, type, scalar } of resources) {
    if (type === 'SCALAR') {
      amounts.set(name, (amounts.get(name) ?? 0) + toThousandths(scalar?.value ?? 0));
    }
  }
}
