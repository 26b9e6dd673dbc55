/**
 * MARK_AGENT_GONE: an operator's word that an agent will never return. Its tasks are over (GONE_BY_OPERATOR; frameworks
 * without PARTITION_AWARE are told LOST and keep them among the unreachable ones, as recorded), it is sent away, and
 * sent away again should it come back.
 */
import type { AgentId } from '../../mesos-api-client/protocol/ids.ts';
import { usesResources } from './holdings.ts';
import { announceLoss, removeAgent, setAside, tell } from './lost-agents.ts';
import type { Answer } from './master-io.ts';
import type { Framework, MasterState, Task } from './master-state.ts';
import { isPartitionAware, persistRegistry, sendToAgent } from './master-state.ts';
import { loseOperations } from './operations/operations.ts';
import { completeTask, endTask, forgetTask } from './tasks.ts';

const message = 'Agent has been marked gone';

export function markAgentGone(master: MasterState, id: AgentId): Answer {
  return master.goneAgents.has(id) || mark(master, id)
    ? { status: 200, text: '' }
    : { status: 404, text: `Agent '${id}' not found` };
}

function mark(master: MasterState, id: AgentId): boolean {
  const agent = master.agents.get(id);
  const wasRecovered = master.recoveredAgents.delete(id);
  const wasUnreachable = master.unreachableAgents.delete(id);
  if (agent === undefined && !wasRecovered && !wasUnreachable) {
    return false;
  }
  remember(master, id);
  master.draining.delete(id);
  master.deactivated.delete(id);
  if (agent === undefined) {
    persistRegistry(master);
    endUnreachable(master, id);
    if (wasRecovered) {
      announceLoss(master, id);
    }
    return true;
  }
  for (const task of [...agent.tasks]) {
    const framework = master.frameworks.get(task.frameworkId);
    if (framework !== undefined) {
      end(master, framework, task);
    }
  }
  loseOperations(master, agent, 'OPERATION_GONE_BY_OPERATOR', 'Agent marked gone by operator');
  sendToAgent(master, agent, { type: 'SHUTDOWN', message });
  removeAgent(master, agent);
  return true;
}

function end(master: MasterState, framework: Framework, task: Task): void {
  if (!usesResources(task)) {
    forgetTask(master, framework, task);
  } else if (isPartitionAware(framework)) {
    endTask(master, framework, task, 'TASK_GONE_BY_OPERATOR');
    tell(master, framework, task, { message, reason: 'REASON_AGENT_REMOVED_BY_OPERATOR' });
  } else {
    task.state = 'TASK_LOST';
    task.update = undefined;
    setAside(master, framework, task);
    tell(master, framework, task, { message, reason: 'REASON_AGENT_REMOVED' });
  }
}

/** Those who could tell UNREACHABLE from gone are told; for the others the task was lost already. */
function endUnreachable(master: MasterState, id: AgentId): void {
  for (const framework of master.frameworks.values()) {
    const tasks = [...framework.unreachableTasks.values()].filter(({ agentId }) => agentId === id);
    for (const task of isPartitionAware(framework) ? tasks : []) {
      framework.unreachableTasks.delete(task.id);
      task.state = 'TASK_GONE_BY_OPERATOR';
      completeTask(master, framework, task);
      tell(master, framework, task, { message, reason: 'REASON_AGENT_REMOVED_BY_OPERATOR' });
    }
  }
}

/** Bounded as the unreachable ones are. */
function remember(master: MasterState, id: AgentId): void {
  master.goneAgents.set(id, master.now);
  const [oldest] = master.goneAgents.keys();
  if (master.goneAgents.size > master.options.maxUnreachableAgents && oldest !== undefined) {
    master.goneAgents.delete(oldest);
  }
}
