/**
 * The answers of the operator API (POST /api/v1 of a master, include/mesos/v1/master/master.proto): what the model knows,
 * in the shapes of GET_STATE and its parts. Empty lists are printed here, as real masters do in these answers.
 */

import _ from 'lodash';
import { unreachable } from '../../lib/exhaustive.ts';
import type { AgentId } from '../../mesos-api-client/protocol/ids.ts';
import type { FrameworkInfo, Resource } from '../../mesos-api-client/protocol/mesos.ts';
import type { Task as TaskView } from '../../mesos-api-client/protocol/operator-messages.ts';
import { add } from '../../mesos-api-client/protocol/resources.ts';
import { agentCapabilities } from './agent-capabilities.ts';
import type { AgentDescription } from './agent-protocol.ts';
import { viewQuota } from './allocation/quota.ts';
import { viewRoles } from './allocation/roles-view.ts';
import { viewWeights } from './allocation/weights.ts';
import { masterInfo } from './frameworks.ts';
import { holdingsOf, holdingsOn } from './holdings.ts';
import { viewDraining } from './maintenance/draining.ts';
import { viewSchedule, viewStatus } from './maintenance/machines.ts';
import type { Agent, Framework, MasterState, OfferRecord, Task } from './master-state.ts';
import { isOffering } from './master-state.ts';
import { metricsSnapshot } from './metrics.ts';
import { offerMessage, pidOf } from './offers.ts';
import { viewOperations } from './operations/operations.ts';
import type { QueryType } from './operator-call.ts';
import { allocatedForm, endpointForm } from './resource-forms.ts';
import { shownExecutor, shownTask } from './shown.ts';

/** The member of an answer that stands under the query's lower-case name. */
export function answerTo(master: MasterState, flags: readonly Flag[], type: QueryType): unknown {
  switch (type) {
    case 'GET_HEALTH':
      return { healthy: true };
    case 'GET_FLAGS':
      return { flags };
    case 'GET_VERSION':
      return { version_info: { version: master.options.version } };
    case 'GET_METRICS':
      return { metrics: Object.entries(metricsSnapshot(master)).map(([name, value]) => ({ name, value })) };
    case 'GET_LOGGING_LEVEL':
      return { level: 0 };
    case 'GET_MASTER':
      return viewMaster(master);
    case 'GET_STATE':
      return viewState(master);
    case 'GET_AGENTS':
      return viewAgents(master);
    case 'GET_FRAMEWORKS':
      return viewFrameworks(master);
    case 'GET_EXECUTORS':
      return viewExecutors(master);
    case 'GET_OPERATIONS':
      return unlessEmpty('operations', viewOperations(master)) ?? {};
    case 'GET_TASKS':
      return viewTasks(master);
    case 'GET_ROLES':
      return unlessEmpty('roles', viewRoles(master));
    case 'GET_WEIGHTS':
      return unlessEmpty('weight_infos', viewWeights(master));
    case 'GET_QUOTA':
      return { status: _.omitBy(viewQuota(master), (list) => list.length === 0) };
    case 'GET_MAINTENANCE_STATUS':
      return { status: viewStatus(master) };
    case 'GET_MAINTENANCE_SCHEDULE':
      return { schedule: viewSchedule(master) };
    default:
      return unreachable(type);
  }
}

/** Outside of GET_STATE and its parts real masters leave empty lists out, and the whole answer with them. */
function unlessEmpty(name: string, list: readonly unknown[]): unknown {
  return list.length === 0 ? undefined : { [name]: list };
}

export interface Flag {
  readonly name: string;
  readonly value: string;
}

function viewMaster(master: MasterState) {
  const seconds = master.startedAt / 1000;
  return { master_info: masterInfo(master), start_time: seconds, elected_time: seconds };
}

export function viewState(master: MasterState) {
  return {
    get_tasks: viewTasks(master),
    get_executors: viewExecutors(master),
    get_frameworks: viewFrameworks(master),
    get_agents: viewAgents(master),
  };
}

export function viewTasks(master: MasterState) {
  const all = [...master.frameworks.values(), ...master.completedFrameworks.values()];
  return {
    tasks: all.flatMap(({ tasks }) => [...tasks.values()].map(viewTask)),
    unreachable_tasks: all.flatMap(({ unreachableTasks }) => [...unreachableTasks.values()].map(viewTask)),
    completed_tasks: all.flatMap(({ completedTasks }) => completedTasks.map(viewTask)),
  };
}

export function viewTask(task: Task): TaskView {
  const view = {
    name: task.info.name,
    task_id: { value: task.id },
    framework_id: { value: task.frameworkId },
    ...(task.info.executor === undefined ? {} : { executor_id: task.info.executor.executor_id }),
    agent_id: { value: task.agentId },
    state: task.state,
    resources: allocatedForm(task.resources, task.role),
    ...filled({ statuses: [...task.statuses] }),
    ...(task.update === undefined
      ? {}
      : { status_update_state: task.update.state, status_update_uuid: task.update.uuid }),
    ...shownTask(task.info),
  };
  // Numbers of limits may be infinite, which JSON writes as texts.
  return view as TaskView;
}

export function viewExecutors(master: MasterState) {
  const executors = [...master.agents.values()].flatMap((agent) => [...agent.executors.values()]);
  return {
    executors: executors.map(({ info, agentId }) => ({
      executor_info: shownExecutor(info),
      agent_id: { value: agentId },
    })),
  };
}

export function viewFrameworks(master: MasterState) {
  return {
    frameworks: [...master.frameworks.values()].map((framework) => viewFramework(master, framework)),
    completed_frameworks: [...master.completedFrameworks.values()].map((each) => viewFramework(master, each)),
  };
}

function viewFramework(master: MasterState, framework: Framework) {
  const used = usedBy(framework);
  const offered = [...framework.offers.values()].flatMap((offer) => allocatedForm(offer.resources, offer.role));
  return {
    ..._.omit(describeFramework(framework), framework.unregisteredAt === undefined ? 'unregistered_time' : []),
    ...filled({
      offers: [...framework.offers.values()].flatMap((offer) => viewOffer(master, framework, offer)),
      allocated_resources: add(used).map(endpointForm),
      offered_resources: add(offered).map(endpointForm),
    }),
    offer_constraints: framework.offerConstraints,
  };
}

/** Without what it holds: so it stands in the events of operators. */
export function describeFramework(framework: Framework) {
  const connected = framework.stream !== undefined;
  return {
    framework_info: framework.info satisfies FrameworkInfo,
    active: connected,
    connected,
    recovered: framework.recovered,
    registered_time: time(framework.registeredAt),
    reregistered_time: time(framework.reregisteredAt ?? framework.registeredAt),
    unregistered_time: time(framework.unregisteredAt ?? 0),
  };
}

function viewOffer(master: MasterState, framework: Framework, offer: OfferRecord) {
  const agent = master.agents.get(offer.agentId);
  const { role } = offer;
  return agent === undefined
    ? []
    : [
        {
          ...offerMessage(framework, agent, offer),
          resources: allocatedForm(offer.resources, role),
          allocation_info: { role },
        },
      ];
}

function usedBy(framework: Framework): Resource[] {
  return holdingsOf(framework).flatMap(({ resources, role }) => allocatedForm(resources, role));
}

function viewAgents(master: MasterState) {
  return {
    agents: [...master.agents.values()].map((agent) => viewAgent(master, agent)),
    recovered_agents: [...master.recoveredAgents].map(([id, description]) => agentInfo(id, description)),
  };
}

export function viewAgent(master: MasterState, agent: Agent) {
  const used = holdingsOn(agent).flatMap(({ resources, role }) => allocatedForm(resources, role));
  const offered = [...agent.offers].flatMap(({ resources, role }) => allocatedForm(resources, role));
  return {
    agent_info: agentInfo(agent.id, agent.description),
    active: isOffering(master, agent),
    deactivated: master.deactivated.has(agent.id),
    version: '1.12.0',
    pid: pidOf(agent.description),
    registered_time: time(agent.registeredAt),
    ...(agent.reregisteredAt === undefined ? {} : { reregistered_time: time(agent.reregisteredAt) }),
    total_resources: agent.total.map(endpointForm),
    ...filled({
      allocated_resources: add(used).map(endpointForm),
      offered_resources: add(offered).map(endpointForm),
    }),
    capabilities: agentCapabilities.map((type) => ({ type })),
    ...viewDraining(master, agent.id),
  };
}

/** Of these answers real masters leave out lists that are empty. */
function filled<Lists extends Readonly<Record<string, unknown[]>>>(lists: Lists): Partial<Lists> {
  return _.omitBy(lists, (list) => list.length === 0) as Partial<Lists>;
}

function agentInfo(id: AgentId, { hostname, port, resources, attributes, domain }: AgentDescription) {
  const place = domain === undefined ? {} : { domain };
  return {
    hostname,
    port,
    resources: [...resources],
    ...filled({ attributes: [...attributes] }),
    id: { value: id },
    checkpoint: true,
    ...place,
  };
}

function time(at: number): { nanoseconds: number } {
  return { nanoseconds: at * 1e6 };
}
