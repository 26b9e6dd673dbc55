/**
 * RECONCILE (docs/reconciliation.md of Mesos): what the master says about tasks that a framework asks for. The order of
 * the six cases matters; about an agent that has not come back since the master started nothing is said at all, because
 * the master does not know. A KILL of an unknown task is answered the same way.
 */
import type { AgentId, Id, TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { TaskStatus } from '../../mesos-api-client/protocol/mesos.ts';
import type { TaskState } from '../../mesos-api-client/protocol/task-state.ts';
import type { Framework, MasterState, Task } from './master-state.ts';
import { isPartitionAware } from './master-state.ts';
import { knownDetails, masterStatus, sendUpdate } from './tasks.ts';

export interface TaskQuestion {
  readonly task_id: Id<TaskId>;
  readonly agent_id?: Id<AgentId>;
}

/** No questions: every task that is staging, running, or ended but not acknowledged (LM-50). */
export function reconcile(master: MasterState, framework: Framework, questions: readonly TaskQuestion[]): void {
  if (questions.length === 0) {
    for (const task of framework.tasks.values()) {
      sendUpdate(master, framework, knownTask(master, task));
    }
    return;
  }
  for (const question of questions) {
    const answer = answerTo(master, framework, question);
    if (answer !== undefined) {
      sendUpdate(master, framework, answer);
    }
  }
}

function answerTo(master: MasterState, framework: Framework, question: TaskQuestion): TaskStatus | undefined {
  const task = framework.tasks.get(question.task_id.value);
  if (task !== undefined) {
    return knownTask(master, task);
  }
  const agentId = question.agent_id?.value;
  const recovering = agentId === undefined ? master.recoveredAgents.size > 0 : master.recoveredAgents.has(agentId);
  if (recovering) {
    return undefined;
  }
  const say = (state: TaskState, message: string, rest: Partial<TaskStatus> = {}) =>
    masterStatus(master, question.task_id.value, isPartitionAware(framework) ? state : 'TASK_LOST', {
      message: `Reconciliation: ${message}`,
      reason: 'REASON_RECONCILIATION',
      ...(agentId === undefined ? {} : { agent_id: { value: agentId } }),
      ...rest,
    });
  if (agentId !== undefined && master.agents.has(agentId)) {
    return say('TASK_GONE', 'Task is unknown to the agent');
  }
  const since = agentId === undefined ? undefined : master.unreachableAgents.get(agentId);
  if (since !== undefined) {
    return say('TASK_UNREACHABLE', 'Task is unreachable', { unreachable_time: { nanoseconds: since * 1e6 } });
  }
  if (agentId !== undefined && master.goneAgents.has(agentId)) {
    return say('TASK_GONE_BY_OPERATOR', 'Task is gone');
  }
  return say('TASK_UNKNOWN', 'Task is unknown');
}

/** The state of the update on its way, not the agent's newest (LM-52). */
function knownTask(master: MasterState, task: Task): TaskStatus {
  return masterStatus(master, task.id, task.update?.state ?? task.state, {
    message: 'Reconciliation: Latest task state',
    reason: 'REASON_RECONCILIATION',
    agent_id: { value: task.agentId },
    ...knownDetails(task),
  });
}
