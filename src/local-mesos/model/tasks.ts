/**
 * The master's record of a task: added at launch or when an agent brings it, changed by updates of its agent, forgotten
 * (moved to the completed ones) when its terminal update is acknowledged or its agent or framework is gone. What it uses
 * is free again as soon as its agent has seen it end (docs/scheduler-http-api.md and master.cpp of Mesos, updateTask).
 */
import type { TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { TaskInfo, TaskStatus } from '../../mesos-api-client/protocol/mesos.ts';
import type { TaskState } from '../../mesos-api-client/protocol/task-state.ts';
import { isTerminal } from '../../mesos-api-client/protocol/task-state.ts';
import { usesResources, vacate } from './holdings.ts';
import { checkDrained } from './maintenance/draining.ts';
import type { Agent, Framework, MasterState, Task } from './master-state.ts';
import { count, sendEvent } from './master-state.ts';
import { tellTaskAdded, tellTaskUpdated } from './operator-events.ts';
import { internalForm } from './resource-forms.ts';

export function createTask(framework: Framework, agent: Agent, info: TaskInfo, role: string): Task {
  return {
    id: info.task_id.value,
    frameworkId: framework.id,
    agentId: agent.id,
    info,
    role,
    resources: internalForm(info.resources),
    state: 'TASK_STAGING',
    update: undefined,
    statuses: [],
    holds: false,
  };
}

/** From now on the framework and the agent have it; see `occupy` for its resources. */
export function addTask(master: MasterState, framework: Framework, agent: Agent, task: Task): void {
  framework.tasks.set(task.id, task);
  framework.unreachableTasks.delete(task.id);
  agent.tasks.add(task);
  tellTaskAdded(master, task);
}

/** The agent's word: its newest state, and the update on its way. */
export function updateTask(
  master: MasterState,
  agent: Agent,
  task: Task,
  status: TaskStatus,
  latestState: TaskState,
): void {
  const ended = usesResources(task) && isTerminal(latestState);
  if (usesResources(task)) {
    task.state = latestState;
  }
  if (status.uuid !== undefined) {
    task.update = { state: status.state, uuid: status.uuid };
  }
  remember(master, task, status);
  if (ended) {
    agent.kills.delete(task);
    vacate(master, task);
    count(master, `master/${latestState.toLowerCase().replace('task_', 'tasks_')}`);
  }
}

/** Ended by the master's own decision: the framework may hear of it by a status of the master. */
export function endTask(master: MasterState, framework: Framework, task: Task, state: TaskState): void {
  if (usesResources(task)) {
    task.state = state;
    vacate(master, task);
    count(master, `master/${state.toLowerCase().replace('task_', 'tasks_')}`);
  }
  forgetTask(master, framework, task);
}

/** Its id is free again. */
export function forgetTask(master: MasterState, framework: Framework, task: Task): void {
  detachTask(master, framework, task);
  completeTask(master, framework, task);
}

/** The newest of them stay visible to operators. */
export function completeTask(master: MasterState, framework: Framework, task: Task): void {
  framework.completedTasks.push(task);
  if (framework.completedTasks.length > master.options.maxCompletedTasksPerFramework) {
    framework.completedTasks.shift();
  }
}

export function detachTask(master: MasterState, framework: Framework, task: Task): void {
  vacate(master, task);
  const agent = master.agents.get(task.agentId);
  agent?.tasks.delete(task);
  agent?.kills.delete(task);
  if (framework.tasks.get(task.id) === task) {
    framework.tasks.delete(task.id);
  }
  if (agent !== undefined) {
    checkDrained(master, agent);
  }
}

/** One for each state; operators hear of a new state, and of news of its checks. */
export function remember(master: MasterState, task: Task, status: TaskStatus): void {
  const repeated = task.statuses.at(-1)?.state === status.state;
  if (repeated) {
    task.statuses.pop();
  }
  task.statuses.push(status);
  if (!repeated || status.reason?.endsWith('_CHECK_STATUS_UPDATED') === true) {
    tellTaskUpdated(master, task, status);
  }
}

/** A status that the master itself says; never with a uuid, so never to be acknowledged. */
export function masterStatus(
  master: MasterState,
  taskId: TaskId,
  state: TaskState,
  rest: Partial<TaskStatus>,
): TaskStatus {
  return {
    task_id: { value: taskId },
    state,
    ...rest,
    source: 'SOURCE_MASTER',
    timestamp: master.now / 1000,
  };
}

export function sendUpdate(master: MasterState, framework: Framework, status: TaskStatus): void {
  sendEvent(master, framework, { type: 'UPDATE', update: { status } });
}

/** What status messages of Mesos carry over from the newest update when the master speaks of a task. */
export function knownDetails(task: Task): Partial<TaskStatus> {
  const last = task.statuses.at(-1);
  return {
    ...executorIdOf(task),
    ...(last?.healthy === undefined ? {} : { healthy: last.healthy }),
    ...(last?.check_status === undefined ? {} : { check_status: last.check_status }),
    ...(last?.container_status === undefined ? {} : { container_status: last.container_status }),
  };
}

/** Of a command task masters do not say it. */
export function executorIdOf({ info }: Task): Pick<TaskStatus, 'executor_id'> {
  return info.executor === undefined ? {} : { executor_id: info.executor.executor_id };
}
