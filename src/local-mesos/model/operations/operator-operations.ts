/**
 * RESERVE_RESOURCES, CREATE_VOLUMES and their like: an operator converts resources of an agent that nobody uses. Offers that
 * stand in the way are taken back first, and stay away from their frameworks for a moment, even if it comes to nothing then
 * (src/master/http.cpp of Mesos, _operation).
 */
import type { AgentId } from '../../../mesos-api-client/protocol/ids.ts';
import type { Resource } from '../../../mesos-api-client/protocol/mesos.ts';
import { add, contains, subtract } from '../../../mesos-api-client/protocol/resources.ts';
import { usedOn } from '../holdings.ts';
import type { Answer } from '../master-io.ts';
import type { Agent, MasterState } from '../master-state.ts';
import { refuse, rescindOffer } from '../offers.ts';
import { describeResources } from '../resource-forms.ts';
import { type Conversion, conversionsOf, convert, type ResourceOperation } from './conversions.ts';
import { operationFault } from './operation-faults.ts';
import { applyConversions, startOperation } from './operations.ts';

export function operateOnAgent(
  master: MasterState,
  id: AgentId | undefined,
  operation: ResourceOperation,
  principal: string | undefined,
): Answer {
  const agent = id === undefined ? undefined : master.agents.get(id);
  if (agent === undefined) {
    return { status: 400, text: 'No agent found with specified ID' };
  }
  const fault = operationFault(operation, { principal, total: agent.total, used: usedOn(agent) });
  if (fault !== undefined) {
    return { status: 400, text: `Invalid ${operation.type} operation on agent ${agent.id}: ${fault}` };
  }
  const conversions = conversionsOf(operation);
  makeRoom(master, agent, conversions);
  if (!applyConversions(master, agent, conversions)) {
    return { status: 409, text: lackOf(agent.free, conversions) };
  }
  startOperation(master, agent, undefined, operation);
  return { status: 202, text: '' };
}

/** Why they could not be applied to these resources. */
export function lackOf(resources: readonly Resource[], conversions: readonly Conversion[], role?: string): string {
  let now: readonly Resource[] = resources;
  for (const conversion of conversions) {
    if (!contains(now, conversion.consumed)) {
      return `${describeResources(now, role)} does not contain ${describeResources(conversion.consumed, role)}`;
    }
    now = convert(now, [conversion]) ?? now;
  }
  return '';
}

/** Only offers that hold something of what is needed are rescinded, one by one until it is enough. */
function makeRoom(master: MasterState, agent: Agent, conversions: readonly Conversion[]): void {
  let recovered: Resource[] = [];
  let required = add(conversions.flatMap(({ consumed }) => [...consumed]));
  for (const offer of [...agent.offers]) {
    if (convert(recovered, conversions) !== undefined) {
      return;
    }
    const rest = withoutWhatIsIn(required, offer.resources);
    if (rest === undefined) {
      continue;
    }
    required = rest;
    recovered = add(recovered, offer.resources);
    const framework = master.frameworks.get(offer.frameworkId);
    rescindOffer(master, offer);
    if (framework !== undefined) {
      refuse(master, framework, offer, undefined);
    }
  }
}

/** Undefined if the offer holds nothing of it. */
function withoutWhatIsIn(required: readonly Resource[], offered: readonly Resource[]): Resource[] | undefined {
  let touched = false;
  const rest = required.flatMap((resource) => {
    const whole = subtract([resource], [resource]) !== undefined && contains(offered, [resource]);
    const part = whole || offered.some((each) => isAlike(each, resource));
    touched ||= part;
    return whole ? [] : [resource];
  });
  return touched ? rest : undefined;
}

/** They add up. */
function isAlike(left: Resource, right: Resource): boolean {
  return left.name === right.name && add([left], [right]).length === 1;
}
