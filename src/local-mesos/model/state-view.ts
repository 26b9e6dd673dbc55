/**
 * GET /state of a master, the endpoint that dashboards and DC/OS tools read: ids are bare strings,
 * agents are slaves, resources are flat `{cpus, mem, disk, gpus, ports: "[a-b]"}`.
 */
import { toThousandths } from '../../lib/thousandths.ts';
import type { Resource } from '../../mesos-api-client/protocol/mesos.ts';
import { add, portRanges, reservedRole, scalarSum } from '../../mesos-api-client/protocol/resources.ts';
import { agentCapabilities } from './agent-capabilities.ts';
import { masterInfo } from './frameworks.ts';
import { holdingsOf, holdingsOn, usedOn } from './holdings.ts';
import { viewDraining } from './maintenance/draining.ts';
import type { Agent, ExecutorRecord, Framework, MasterState, Task } from './master-state.ts';
import { isOffering } from './master-state.ts';
import { pidOf } from './offers.ts';
import type { Flag } from './operator-view.ts';
import { allocatedForm, endpointForm } from './resource-forms.ts';

export function legacyState(master: MasterState, flags: readonly Flag[]) {
  const { id, pid, hostname, version, port } = masterInfo(master);
  const seconds = master.startedAt / 1000;
  return {
    version,
    start_time: seconds,
    elected_time: seconds,
    id,
    pid,
    hostname,
    capabilities: ['AGENT_UPDATE', 'AGENT_DRAINING', 'QUOTA_V2'],
    activated_slaves: [...master.agents.values()].filter(({ link }) => link !== undefined).length,
    deactivated_slaves: [...master.agents.values()].filter(({ link }) => link === undefined).length,
    unreachable_slaves: master.unreachableAgents.size,
    leader: pid,
    leader_info: { id, pid, port, hostname },
    flags: Object.fromEntries(flags.map(({ name, value }) => [name, value])),
    slaves: [...master.agents.values()].map((agent) => legacyAgent(master, agent)),
    recovered_slaves: legacyRecovered(master),
    frameworks: [...master.frameworks.values()].map(legacyFramework),
    completed_frameworks: [...master.completedFrameworks.values()].map(legacyFramework),
    orphan_tasks: [],
    unregistered_frameworks: [],
  };
}

export function legacyRecovered(master: MasterState) {
  return [...master.recoveredAgents].map(([id, { hostname, port, resources }]) => ({
    id,
    hostname,
    port,
    resources: flat(resources),
  }));
}

export function legacyAgent(master: MasterState, agent: Agent) {
  const { hostname, port, attributes } = agent.description;
  const { unreserved, reserved } = byReservation(agent.total);
  const { drain_info, estimated_drain_start_time: since } = viewDraining(master, agent.id);
  return {
    id: agent.id,
    hostname,
    port,
    attributes: Object.fromEntries(attributes.map(({ name, text, scalar }) => [name, text?.value ?? scalar?.value])),
    pid: pidOf(agent.description),
    registered_time: agent.registeredAt / 1000,
    ...(agent.reregisteredAt === undefined ? {} : { reregistered_time: agent.reregisteredAt / 1000 }),
    resources: flat(agent.total),
    used_resources: flat(usedOn(agent)),
    offered_resources: flat([...agent.offers].flatMap(({ resources }) => resources)),
    reserved_resources: Object.fromEntries([...reserved].map(([role, resources]) => [role, flat(resources)])),
    unreserved_resources: flat(unreserved),
    active: isOffering(master, agent),
    deactivated: master.deactivated.has(agent.id),
    version: '1.12.0',
    capabilities: agentCapabilities,
    ...(drain_info === undefined ? {} : { drain_info }),
    ...(since === undefined ? {} : { estimated_drain_start_time_seconds: since.nanoseconds / 1e9 }),
  };
}

export function legacyAgentInFull(master: MasterState, agent: Agent) {
  const { unreserved, reserved } = byReservation(agent.total);
  const used = holdingsOn(agent);
  return {
    ...legacyAgent(master, agent),
    reserved_resources_full: Object.fromEntries(
      [...reserved].map(([role, resources]) => [role, resources.map(endpointForm)]),
    ),
    unreserved_resources_full: unreserved.map(endpointForm),
    used_resources_full: add(used.flatMap(({ resources, role }) => allocatedForm(resources, role))).map(endpointForm),
    offered_resources_full: add([...agent.offers].flatMap(({ resources, role }) => allocatedForm(resources, role))).map(
      endpointForm,
    ),
  };
}

function byReservation(resources: readonly Resource[]) {
  const reserved = Map.groupBy(
    resources.filter((resource) => reservedRole(resource) !== undefined),
    (resource) => reservedRole(resource) ?? '*',
  );
  return { unreserved: resources.filter((resource) => reservedRole(resource) === undefined), reserved };
}

export function legacyFramework(framework: Framework) {
  const { info } = framework;
  const connected = framework.stream !== undefined;
  const used = holdingsOf(framework).flatMap(({ resources }) => [...resources]);
  const offered = [...framework.offers.values()].flatMap(({ resources }) => [...resources]);
  return {
    id: framework.id,
    name: info.name,
    user: info.user,
    roles: framework.roles,
    capabilities: (info.capabilities ?? []).map(({ type }) => type),
    hostname: info.hostname ?? '',
    webui_url: info.webui_url ?? '',
    active: connected,
    connected,
    recovered: framework.recovered,
    failover_timeout: info.failover_timeout ?? 0,
    checkpoint: info.checkpoint ?? false,
    registered_time: framework.registeredAt / 1000,
    unregistered_time: (framework.unregisteredAt ?? 0) / 1000,
    used_resources: flat(used),
    offered_resources: flat(offered),
    resources: flat(add(used, offered)),
    tasks: [...framework.tasks.values()].map(legacyTask),
    unreachable_tasks: [...framework.unreachableTasks.values()].map(legacyTask),
    completed_tasks: framework.completedTasks.map(legacyTask),
    offers: [...framework.offers.values()].map(({ id, agentId, role, resources }) => ({
      id,
      framework_id: framework.id,
      allocation_info: { role },
      slave_id: agentId,
      resources: flat(resources),
    })),
    executors: [...framework.executors].map(legacyExecutor),
    offer_constraints: framework.offerConstraints,
  };
}

/** Commands and their environment stay out of it: anybody who reaches the port reads this page. */
export function legacyTask(task: Task) {
  return {
    id: task.id,
    name: task.info.name,
    framework_id: task.frameworkId,
    executor_id: task.info.executor?.executor_id.value ?? '',
    slave_id: task.agentId,
    state: task.state,
    resources: flat(task.resources),
    role: task.role,
    statuses: task.statuses.map(({ state, timestamp, container_status }) => ({ state, timestamp, container_status })),
    ...(task.info.labels?.labels === undefined ? {} : { labels: task.info.labels.labels }),
    ...(task.info.discovery === undefined ? {} : { discovery: task.info.discovery }),
  };
}

function legacyExecutor({ id, frameworkId, agentId, info, role, resources }: ExecutorRecord) {
  return {
    executor_id: id,
    name: info.name ?? '',
    framework_id: frameworkId,
    slave_id: agentId,
    type: info.type ?? 'CUSTOM',
    resources: flat(resources),
    role,
  };
}

function flat(resources: readonly Resource[]) {
  const ports = portRanges(resources);
  const scalar = (name: string) => scalarSum(resources, name) / toThousandths(1);
  return {
    disk: scalar('disk'),
    mem: scalar('mem'),
    gpus: scalar('gpus'),
    cpus: scalar('cpus'),
    ...(ports.length > 0 ? { ports: `[${ports.map(({ begin, end }) => `${begin}-${end}`).join(', ')}]` } : {}),
  };
}
