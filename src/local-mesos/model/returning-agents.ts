/**
 * What an agent brings when it registers again, held against what the master knows: tasks that it still runs count
 * again, launches that never reached it are named to it (it reports them DROPPED, LM-57), frameworks that are gone are
 * shut down on it. Only after unreachability are frameworks told by UPDATEs (LM-55); after a restart of the master
 * they have to ask (LM-53).
 */

import type { TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { FrameworkInfo } from '../../mesos-api-client/protocol/mesos.ts';
import type { AgentTask, AgentToMaster } from './agent-protocol.ts';
import { addFramework } from './frameworks.ts';
import { occupy, usesResources } from './holdings.ts';
import type { Agent, Framework, MasterState, Task } from './master-state.ts';
import { sendToAgent } from './master-state.ts';
import {
  addTask,
  completeTask,
  createTask,
  forgetTask,
  knownDetails,
  masterStatus,
  sendUpdate,
  updateTask,
} from './tasks.ts';

type Return = NonNullable<(AgentToMaster & { readonly type: 'REGISTER' })['again']>;

/** Those that ended and are not brought are over on both sides, and forgotten here. */
export function missingTasks(
  master: MasterState,
  agent: Agent,
  again: Return,
): { framework: FrameworkInfo; taskId: TaskId }[] {
  const brought = new Set(again.tasks.map(({ frameworkId, info }) => `${frameworkId} ${info.task_id.value}`));
  const absent = [...agent.tasks].filter(({ frameworkId, id }) => !brought.has(`${frameworkId} ${id}`));
  return absent.flatMap((task) => {
    const framework = master.frameworks.get(task.frameworkId);
    if (framework === undefined) {
      return [];
    }
    if (!usesResources(task)) {
      forgetTask(master, framework, task);
      return [];
    }
    return [{ framework: framework.info, taskId: task.id }];
  });
}

export function takeTasks(master: MasterState, agent: Agent, again: Return, wasUnreachable: boolean): void {
  for (const info of again.frameworks) {
    const id = info.id?.value;
    if (id !== undefined && !master.completedFrameworks.has(id) && !master.frameworks.has(id)) {
      addFramework(master, info).recovered = true;
    }
  }
  const frameworkIds = new Set(again.tasks.map(({ frameworkId }) => frameworkId));
  for (const frameworkId of frameworkIds) {
    if (!master.frameworks.has(frameworkId)) {
      sendToAgent(master, agent, { type: 'SHUTDOWN_FRAMEWORK', frameworkId });
    }
  }
  for (const task of again.tasks) {
    takeTask(master, agent, task, wasUnreachable);
  }
  for (const framework of master.frameworks.values()) {
    endAbsentUnreachable(master, framework, agent);
  }
}

export function repeatKills(master: MasterState, agent: Agent): void {
  for (const kill of agent.kills.values()) {
    sendToAgent(master, agent, kill);
  }
}

function takeTask(master: MasterState, agent: Agent, brought: AgentTask, wasUnreachable: boolean): void {
  const framework = master.frameworks.get(brought.frameworkId);
  if (framework === undefined) {
    return;
  }
  const task = framework.tasks.get(brought.info.task_id.value) ?? takeNew(master, framework, agent, brought);
  if (brought.status !== undefined) {
    updateTask(master, agent, task, brought.status, brought.latestState);
  }
  if (wasUnreachable) {
    // The word is Mesos' own spelling.
    const message = 'Unreachable agent re-reregistered';
    const why = { message, reason: 'REASON_AGENT_REREGISTERED', agent_id: { value: agent.id } };
    const status = masterStatus(master, task.id, brought.latestState, { ...why, ...knownDetails(task) });
    sendUpdate(master, framework, status);
  }
}

function takeNew(master: MasterState, framework: Framework, agent: Agent, brought: AgentTask): Task {
  const before = framework.unreachableTasks.get(brought.info.task_id.value);
  const role = brought.info.resources?.[0]?.allocation_info?.role ?? framework.roles[0] ?? '*';
  const task = createTask(framework, agent, brought.info, role);
  task.state = brought.latestState;
  if (brought.status?.uuid !== undefined) {
    task.update = { state: brought.status.state, uuid: brought.status.uuid };
  }
  task.statuses.push(...(before?.statuses ?? []).filter(({ source }) => source !== 'SOURCE_MASTER'));
  addTask(master, framework, agent, task);
  if (usesResources(task)) {
    occupy(master, agent, task);
  }
  return task;
}

/** Tasks that were unreachable with the agent and that it does not bring back: nobody has them any more. */
function endAbsentUnreachable(master: MasterState, framework: Framework, agent: Agent): void {
  for (const task of [...framework.unreachableTasks.values()].filter(({ agentId }) => agentId === agent.id)) {
    framework.unreachableTasks.delete(task.id);
    completeTask(master, framework, task);
  }
}
