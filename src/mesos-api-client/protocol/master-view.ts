/**
 * What a master told on its event stream, put together: the tasks, agents and frameworks of this moment. A snapshot
 * replaces everything; an event about something unknown adds what it tells, or nothing, and is never an error (a master
 * says nothing of agents that become unreachable, of frameworks that disconnect, and of tasks that never started).
 */
import type { AgentId, FrameworkId, TaskId } from './ids.ts';
import type { MasterEvent } from './operator.ts';
import type { MasterAgent, MasterFramework, Task } from './operator-messages.ts';
import { isTerminal } from './task-state.ts';

export interface MasterView {
  /** By framework and task: ids of tasks are of their framework. Tasks that ended leave. */
  readonly tasks: ReadonlyMap<FrameworkId, ReadonlyMap<TaskId, Task>>;
  readonly agents: ReadonlyMap<AgentId, MasterAgent>;
  readonly frameworks: ReadonlyMap<FrameworkId, MasterFramework>;
  /** Changes the maps above in place. */
  apply(event: MasterEvent): void;
}

export function createMasterView(): MasterView {
  const tasks = new Map<FrameworkId, Map<TaskId, Task>>();
  const agents = new Map<AgentId, MasterAgent>();
  const frameworks = new Map<FrameworkId, MasterFramework>();

  function addTask(task: Task): void {
    const ofFramework = tasks.get(task.framework_id.value) ?? new Map<TaskId, Task>();
    tasks.set(task.framework_id.value, ofFramework);
    ofFramework.set(task.task_id.value, task);
  }

  function updateTask({ framework_id, status, state }: Of<'TASK_UPDATED'>['task_updated']): void {
    const ofFramework = tasks.get(framework_id.value);
    const task = ofFramework?.get(status.task_id.value);
    if (ofFramework === undefined || task === undefined) return;
    if (isTerminal(state)) ofFramework.delete(status.task_id.value);
    else
      ofFramework.set(status.task_id.value, { ...task, state, statuses: [...(task.statuses ?? []), status].slice(-8) });
    if (ofFramework.size === 0) tasks.delete(framework_id.value);
  }

  function setAgent(agent: MasterAgent): void {
    if (agent.agent_info.id !== undefined) agents.set(agent.agent_info.id.value, agent);
  }

  function setFramework(framework: MasterFramework): void {
    const { id } = framework.framework_info;
    if (id !== undefined) frameworks.set(id.value, framework);
  }

  function replaceAll({ get_state: state }: Of<'SUBSCRIBED'>['subscribed']): void {
    tasks.clear();
    agents.clear();
    frameworks.clear();
    for (const framework of state?.get_frameworks?.frameworks ?? []) setFramework(framework);
    for (const agent of state?.get_agents?.agents ?? []) setAgent(agent);
    for (const task of state?.get_tasks?.tasks ?? []) addTask(task);
  }

  function removeFramework({ framework_info: { id } }: Of<'FRAMEWORK_REMOVED'>['framework_removed']): void {
    if (id === undefined) return;
    frameworks.delete(id.value);
    tasks.delete(id.value);
  }

  function apply(event: MasterEvent): void {
    // HEARTBEAT, and what newer masters may say, change nothing.
    if (event.type === 'SUBSCRIBED') replaceAll(event.subscribed);
    else if (event.type === 'TASK_ADDED') addTask(event.task_added.task);
    else if (event.type === 'TASK_UPDATED') updateTask(event.task_updated);
    else if (event.type === 'AGENT_ADDED') setAgent(event.agent_added.agent);
    else if (event.type === 'AGENT_REMOVED') agents.delete(event.agent_removed.agent_id.value);
    else if (event.type === 'FRAMEWORK_ADDED') setFramework(event.framework_added.framework);
    else if (event.type === 'FRAMEWORK_UPDATED') setFramework(event.framework_updated.framework);
    else if (event.type === 'FRAMEWORK_REMOVED') removeFramework(event.framework_removed);
  }

  return { tasks, agents, frameworks, apply };
}

type Of<Type extends MasterEvent['type']> = Extract<MasterEvent, { type: Type }>;
