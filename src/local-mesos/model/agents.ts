/**
 * The life of an agent as its master sees it: registered, disconnected (its link broke, nothing is decided yet),
 * unreachable (it missed its pings: its tasks are UNREACHABLE, or LOST), back again with what it still runs. After a
 * restart of the master the agents of the registry are 'recovered': nothing is said about them until they return or the
 * re-registration time-out makes them unreachable.
 */
import type { AgentId } from '../../mesos-api-client/protocol/ids.ts';
import type { TaskStatus } from '../../mesos-api-client/protocol/mesos.ts';
import { subtract } from '../../mesos-api-client/protocol/resources.ts';
import type { TaskState } from '../../mesos-api-client/protocol/task-state.ts';
import type { AgentDescription, AgentTask, AgentToMaster } from './agent-protocol.ts';
import { allocate } from './allocator.ts';
import { addFramework } from './frameworks.ts';
import type { LinkId } from './master-io.ts';
import type { Agent, Framework, MasterState, Task } from './master-state.ts';
import { clearTimer, count, isPartitionAware, sendEvent, sendToAgent, setTimer } from './master-state.ts';
import { rescindOffer } from './offers.ts';
import { internalForm } from './resource-forms.ts';
import {
  addTask,
  claim,
  createTask,
  detachTask,
  endTask,
  forgetTask,
  knownDetails,
  masterStatus,
  sendUpdate,
  updateTask,
  usesResources,
} from './tasks.ts';

type Registration = AgentToMaster & { readonly type: 'REGISTER' };

export function agentOfLink(master: MasterState, link: LinkId): Agent | undefined {
  return [...master.agents.values()].find((agent) => agent.link === link);
}

export function registerAgent(master: MasterState, link: LinkId, { agent: description, again }: Registration): void {
  // A first registration that is repeated on its link gets the same answer.
  const agentId = again?.agentId ?? agentOfLink(master, link)?.id;
  const known = agentId === undefined ? undefined : master.agents.get(agentId);
  const wasUnreachable = agentId !== undefined && master.unreachableAgents.has(agentId);
  const agent = known ?? addAgent(master, agentId ?? nextAgentId(master), description);
  if (agent.link !== undefined && agent.link !== link) {
    master.effects.push({ kind: 'close-link', link: agent.link });
  }
  agent.link = link;
  if (known !== undefined) {
    describe(agent, description);
  }
  if (agentId !== undefined) {
    agent.reregisteredAt = master.now;
  }
  persist(master);
  sendToAgent(master, agent, { type: 'REGISTERED', agentId: agent.id });
  if (again !== undefined) {
    takeTasks(master, agent, again, wasUnreachable);
  }
  startPings(master, agent);
  allocate(master, [agent]);
}

function nextAgentId(master: MasterState): AgentId {
  return `${master.options.masterId}-S${master.counters.agent++}` as AgentId;
}

function addAgent(master: MasterState, id: AgentId, description: AgentDescription): Agent {
  const total = internalForm(description.resources);
  const agent: Agent = {
    id,
    description,
    link: undefined,
    total,
    free: total,
    tasks: new Set(),
    offers: new Set(),
    kills: new Map(),
    ponged: true,
    missedPings: 0,
    registeredAt: master.now,
    reregisteredAt: undefined,
  };
  master.agents.set(id, agent);
  master.recoveredAgents.delete(id);
  master.unreachableAgents.delete(id);
  return agent;
}

/** It may come back with other resources; its offers were rescinded when its link broke. */
function describe(agent: Agent, description: AgentDescription): void {
  agent.description = description;
  agent.total = internalForm(description.resources);
  agent.free = agent.total;
  for (const offer of agent.offers) {
    agent.free = subtract(agent.free, offer.resources) ?? [];
  }
  for (const task of [...agent.tasks].filter(usesResources)) {
    claim(agent, task);
  }
}

/** What the agent still runs counts; what it does not know any more was never started (LM-57). */
function takeTasks(
  master: MasterState,
  agent: Agent,
  again: NonNullable<Registration['again']>,
  wasUnreachable: boolean,
): void {
  for (const info of again.frameworks) {
    const id = info.id?.value;
    if (id === undefined || master.completedFrameworks.has(id)) {
      continue;
    }
    if (!master.frameworks.has(id)) {
      addFramework(master, info).recovered = true;
    }
  }
  const brought = new Set(again.tasks.map(({ frameworkId, info }) => `${frameworkId} ${info.task_id.value}`));
  for (const task of [...agent.tasks].filter((each) => !brought.has(`${each.frameworkId} ${each.id}`))) {
    dropTask(master, task);
  }
  const unwanted = new Set(
    again.tasks.map(({ frameworkId }) => frameworkId).filter((id) => !master.frameworks.has(id)),
  );
  for (const frameworkId of unwanted) {
    sendToAgent(master, agent, { type: 'SHUTDOWN_FRAMEWORK', frameworkId });
  }
  for (const task of again.tasks) {
    takeTask(master, agent, task, wasUnreachable);
  }
  for (const kill of agent.kills.values()) {
    sendToAgent(master, agent, kill);
  }
}

function dropTask(master: MasterState, task: Task): void {
  const framework = master.frameworks.get(task.frameworkId);
  if (framework === undefined) {
    return;
  }
  if (!usesResources(task)) {
    forgetTask(master, framework, task);
    return;
  }
  const state = isPartitionAware(framework) ? 'TASK_DROPPED' : 'TASK_LOST';
  endTask(master, framework, task, state);
  const status = masterStatus(master, task.id, state, {
    message: 'Task is unknown to the agent',
    reason: 'REASON_RECONCILIATION',
    agent_id: { value: task.agentId },
  });
  sendUpdate(master, framework, status);
}

function takeTask(master: MasterState, agent: Agent, brought: AgentTask, wasUnreachable: boolean): void {
  const framework = master.frameworks.get(brought.frameworkId);
  if (framework === undefined) {
    return;
  }
  const known = framework.tasks.get(brought.info.task_id.value);
  const task = known ?? newlyBrought(framework, agent, brought);
  if (brought.status !== undefined) {
    updateTask(master, agent, task, brought.status, brought.latestState);
  }
  if (wasUnreachable) {
    const message = 'Unreachable agent re-reregistered';
    const why = { message, reason: 'REASON_AGENT_REREGISTERED', agent_id: { value: agent.id } };
    sendUpdate(
      master,
      framework,
      masterStatus(master, task.id, brought.latestState, { ...why, ...knownDetails(task) }),
    );
  }
}

function newlyBrought(framework: Framework, agent: Agent, brought: AgentTask): Task {
  const role = brought.info.resources?.[0]?.allocation_info?.role ?? framework.roles[0] ?? '*';
  const task = createTask(framework, agent, brought.info, role);
  task.state = brought.latestState;
  addTask(framework, agent, task);
  if (usesResources(task)) {
    claim(agent, task);
  }
  return task;
}

function startPings(master: MasterState, agent: Agent): void {
  agent.ponged = false;
  agent.missedPings = 0;
  sendToAgent(master, agent, { type: 'PING' });
  setTimer(master, `ping ${agent.id}`, master.options.agentPingMs);
}

export function pingAgent(master: MasterState, agent: Agent): void {
  agent.missedPings = agent.ponged ? 0 : agent.missedPings + 1;
  if (agent.missedPings >= master.options.maxAgentPingTimeouts) {
    markUnreachable(master, agent);
    return;
  }
  agent.ponged = false;
  sendToAgent(master, agent, { type: 'PING' });
  setTimer(master, `ping ${agent.id}`, master.options.agentPingMs);
}

/** The link broke: offers are void, the pings decide the rest; frameworks that do not checkpoint lose their tasks now. */
export function disconnectAgent(master: MasterState, agent: Agent): void {
  agent.link = undefined;
  for (const offer of [...agent.offers]) {
    rescindOffer(master, offer);
  }
  for (const task of [...agent.tasks]) {
    const framework = master.frameworks.get(task.frameworkId);
    if (framework !== undefined && framework.info.checkpoint !== true) {
      const message = `Agent ${agent.description.hostname} disconnected`;
      loseTask(master, framework, task, 'TASK_LOST', { message, reason: 'REASON_AGENT_DISCONNECTED' });
    }
  }
}

export function markUnreachable(master: MasterState, agent: Agent): void {
  master.unreachableAgents.set(agent.id, master.now);
  for (const task of [...agent.tasks]) {
    const framework = master.frameworks.get(task.frameworkId);
    if (framework !== undefined) {
      leaveBehind(master, framework, task);
    }
  }
  count(master, 'master/slave_removals');
  removeAgent(master, agent);
}

/** Ended in good order: its tasks are over, and nothing is expected of it any more. */
export function unregisterAgent(master: MasterState, agent: Agent): void {
  const message = `Agent ${agent.description.hostname} removed: the agent unregistered`;
  for (const task of [...agent.tasks]) {
    const framework = master.frameworks.get(task.frameworkId);
    if (framework !== undefined) {
      loseTask(master, framework, task, 'TASK_LOST', { message, reason: 'REASON_AGENT_REMOVED' });
    }
  }
  removeAgent(master, agent);
}

function removeAgent(master: MasterState, agent: Agent): void {
  for (const offer of [...agent.offers]) {
    rescindOffer(master, offer);
  }
  master.agents.delete(agent.id);
  clearTimer(master, `ping ${agent.id}`);
  persist(master);
  if (agent.link !== undefined) {
    master.effects.push({ kind: 'close-link', link: agent.link });
  }
  announceLoss(master, agent.id);
}

/** Agents of the registry that did not come back in time (LM-53). */
export function giveUpRecovered(master: MasterState): void {
  const lost = [...master.recoveredAgents.keys()];
  for (const id of lost) {
    master.recoveredAgents.delete(id);
    master.unreachableAgents.set(id, master.now);
  }
  if (lost.length > 0) {
    persist(master);
  }
  for (const id of lost) {
    announceLoss(master, id);
  }
}

function announceLoss(master: MasterState, agentId: AgentId): void {
  for (const framework of master.frameworks.values()) {
    sendEvent(master, framework, { type: 'FAILURE', failure: { agent_id: { value: agentId } } });
  }
}

/** A task of an unreachable agent is not over: it is told so once, and its id stays in use. */
function leaveBehind(master: MasterState, framework: Framework, task: Task): void {
  if (!usesResources(task)) {
    forgetTask(master, framework, task);
    return;
  }
  task.state = isPartitionAware(framework) ? 'TASK_UNREACHABLE' : 'TASK_LOST';
  task.update = undefined;
  detachTask(master, framework, task);
  framework.unreachableTasks.set(task.id, task);
  const [oldest] = framework.unreachableTasks.keys();
  if (framework.unreachableTasks.size > master.options.maxCompletedTasksPerFramework && oldest !== undefined) {
    framework.unreachableTasks.delete(oldest);
  }
  tell(master, framework, task, {
    message: 'health check timed out',
    reason: 'REASON_AGENT_REMOVED',
    unreachable_time: { nanoseconds: master.now * 1e6 },
  });
}

function loseTask(
  master: MasterState,
  framework: Framework,
  task: Task,
  state: TaskState,
  why: Partial<TaskStatus>,
): void {
  const running = usesResources(task);
  endTask(master, framework, task, state);
  if (running) {
    tell(master, framework, task, why);
  }
}

function tell(master: MasterState, framework: Framework, task: Task, why: Partial<TaskStatus>): void {
  const status = masterStatus(master, task.id, task.state, { ...why, agent_id: { value: task.agentId } });
  task.statuses.push(status);
  sendUpdate(master, framework, status);
}

function persist(master: MasterState): void {
  const admitted = [
    ...[...master.recoveredAgents].map(([id, agent]) => ({ id, agent })),
    ...[...master.agents.values()].map(({ id, description }) => ({ id, agent: description })),
  ];
  const unreachable = [...master.unreachableAgents].map(([id, since]) => ({ id, since }));
  master.effects.push({ kind: 'persist', registry: { admitted, unreachable } });
}
