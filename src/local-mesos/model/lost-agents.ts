/**
 * How a master loses an agent: its link broke (nothing is decided yet), it missed its pings or never returned after a
 * restart of the master (unreachable: its tasks are UNREACHABLE, or LOST without PARTITION_AWARE), it said goodbye.
 */
import type { AgentId } from '../../mesos-api-client/protocol/ids.ts';
import type { TaskStatus } from '../../mesos-api-client/protocol/mesos.ts';
import { strikeAgent } from './allocation/books.ts';
import { removeExecutor } from './executors/master-executors.ts';
import { usesResources } from './holdings.ts';
import { rescindInverseOffers } from './maintenance/inverse-offers.ts';
import type { LinkId } from './master-io.ts';
import type { Agent, Framework, MasterState, Task } from './master-state.ts';
import { clearTimer, count, isPartitionAware, persistRegistry, sendEvent, sendToAgent } from './master-state.ts';
import { rescindOffer } from './offers.ts';
import { loseOperations } from './operations/operations.ts';
import { tellAgentRemoved } from './operator-events.ts';
import { detachTask, endTask, executorIdOf, forgetTask, masterStatus, remember, sendUpdate } from './tasks.ts';

/** The link broke: offers are void, the pings decide the rest; frameworks that do not checkpoint lose their tasks now. */
export function disconnectAgent(master: MasterState, agent: Agent, link: LinkId): void {
  master.links.delete(link);
  agent.link = undefined;
  for (const offer of [...agent.offers]) {
    rescindOffer(master, offer);
  }
  for (const task of [...agent.tasks]) {
    const framework = master.frameworks.get(task.frameworkId);
    if (framework !== undefined && framework.info.checkpoint !== true) {
      const message = `Agent ${agent.description.hostname} disconnected`;
      loseTask(master, framework, task, { message, reason: 'REASON_AGENT_DISCONNECTED' });
    }
  }
  for (const executor of [...agent.executors.values()]) {
    if (master.frameworks.get(executor.frameworkId)?.info.checkpoint !== true) {
      removeExecutor(master, executor);
    }
  }
}

export function markUnreachable(master: MasterState, agent: Agent): void {
  rememberUnreachable(master, agent.id);
  for (const task of [...agent.tasks]) {
    const framework = master.frameworks.get(task.frameworkId);
    if (framework !== undefined) {
      leaveBehind(master, framework, task);
    }
  }
  loseOperations(master, agent, 'OPERATION_UNREACHABLE', 'Agent was marked unreachable');
  count(master, 'master/slave_removals');
  removeAgent(master, agent);
}

/** Ended in good order: its tasks are over, and nothing is expected of it any more. */
export function unregisterAgent(master: MasterState, agent: Agent): void {
  endWithAgent(master, agent, 'the agent unregistered');
}

/** By an operator, for the maintenance of its machine: it is sent away. */
export function removeDownAgent(master: MasterState, agent: Agent, message: string): void {
  sendToAgent(master, agent, { type: 'SHUTDOWN', message });
  endWithAgent(master, agent, message);
}

function endWithAgent(master: MasterState, agent: Agent, why: string): void {
  const message = `Agent ${agent.description.hostname} removed: ${why}`;
  for (const task of [...agent.tasks]) {
    const framework = master.frameworks.get(task.frameworkId);
    if (framework !== undefined) {
      loseTask(master, framework, task, { message, reason: 'REASON_AGENT_REMOVED' });
    }
  }
  removeAgent(master, agent);
  tellAgentRemoved(master, agent);
}

export function removeAgent(master: MasterState, agent: Agent): void {
  for (const offer of [...agent.offers]) {
    rescindOffer(master, offer);
  }
  rescindInverseOffers(master, agent);
  loseOperations(master, agent, 'OPERATION_GONE_BY_OPERATOR', 'Agent has been removed');
  for (const executor of [...agent.executors.values()]) {
    removeExecutor(master, executor);
  }
  master.agents.delete(agent.id);
  strikeAgent(master.books, agent.total);
  forgetFilters(master, agent.id);
  clearTimer(master, `ping ${agent.id}`);
  persistRegistry(master);
  if (agent.link !== undefined) {
    master.links.delete(agent.link);
    master.effects.push({ kind: 'close-link', link: agent.link });
  }
  announceLoss(master, agent.id);
}

/** What was refused of it says nothing about what it has now. */
export function forgetFilters(master: MasterState, id: AgentId): void {
  for (const { filters } of master.frameworks.values()) {
    filters.clearAgent(id);
  }
}

/** Agents of the registry that did not come back in time (LM-53). */
export function giveUpRecovered(master: MasterState): void {
  const lost = [...master.recoveredAgents.keys()];
  for (const id of lost) {
    master.recoveredAgents.delete(id);
    rememberUnreachable(master, id);
  }
  if (lost.length > 0) {
    persistRegistry(master);
  }
  for (const id of lost) {
    announceLoss(master, id);
  }
}

/** The oldest are forgotten, as by --registry_max_agent_count of a Mesos master: their tasks are UNKNOWN from then on. */
function rememberUnreachable(master: MasterState, id: AgentId): void {
  master.unreachableAgents.set(id, master.now);
  const [oldest] = master.unreachableAgents.keys();
  if (master.unreachableAgents.size > master.options.maxUnreachableAgents && oldest !== undefined) {
    master.unreachableAgents.delete(oldest);
  }
}

export function announceLoss(master: MasterState, agentId: AgentId): void {
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
  setAside(master, framework, task);
  tell(master, framework, task, {
    message: 'health check timed out',
    reason: 'REASON_AGENT_REMOVED',
    unreachable_time: { nanoseconds: master.now * 1e6 },
  });
}

/** Its id stays in use; the oldest of them are forgotten. */
export function setAside(master: MasterState, framework: Framework, task: Task): void {
  detachTask(master, framework, task);
  framework.unreachableTasks.set(task.id, task);
  const [oldest] = framework.unreachableTasks.keys();
  if (framework.unreachableTasks.size > master.options.maxCompletedTasksPerFramework && oldest !== undefined) {
    framework.unreachableTasks.delete(oldest);
  }
}

/** Over, whatever the framework can understand (src/master/master.cpp of Mesos, removeFramework and _removeSlave). */
function loseTask(master: MasterState, framework: Framework, task: Task, why: Partial<TaskStatus>): void {
  const running = usesResources(task);
  endTask(master, framework, task, 'TASK_LOST');
  if (running) {
    tell(master, framework, task, why);
  }
}

export function tell(master: MasterState, framework: Framework, task: Task, why: Partial<TaskStatus>): void {
  const known = { agent_id: { value: task.agentId }, ...executorIdOf(task) };
  const status = masterStatus(master, task.id, task.state, { ...why, ...known });
  remember(master, task, status);
  sendUpdate(master, framework, status);
}
