/**
 * Executors of frameworks as the master sees them: one comes with the first task that names it, holds its resources
 * while it lives, and goes when its agent says that it ended (which frameworks hear as FAILURE), or with its agent or
 * framework. Command tasks have none here: agents make theirs up.
 */
import type { ExecutorId } from '../../../mesos-api-client/protocol/ids.ts';
import type { ExecutorInfo } from '../../../mesos-api-client/protocol/mesos.ts';
import type { SchedulerCall } from '../../../mesos-api-client/protocol/scheduler.ts';
import type { AgentToMaster, ExecutorMessage, ExecutorOnAgent } from '../agent-protocol.ts';
import { occupy, vacate } from '../holdings.ts';
import type { Agent, ExecutorRecord, Framework, MasterState } from '../master-state.ts';
import { count, sendEvent, sendToAgent } from '../master-state.ts';
import { allocatedForm, internalForm } from '../resource-forms.ts';

export function executorOn(agent: Agent, framework: Framework, id: ExecutorId): ExecutorRecord | undefined {
  return agent.executors.get(keyOf(framework, id));
}

/** As it is kept, told to agents and compared: with its framework, and what is allocated to which role. */
export function completeInfo(info: ExecutorInfo, framework: Framework, role: string): ExecutorInfo {
  const { resources, ...rest } = info;
  return {
    ...rest,
    framework_id: rest.framework_id ?? { value: framework.id },
    ...(resources === undefined ? {} : { resources: allocatedForm(internalForm(resources), role) }),
  };
}

/** The one that runs there, or a new one. */
export function addExecutor(master: MasterState, framework: Framework, agent: Agent, info: ExecutorInfo, role: string) {
  const known = executorOn(agent, framework, info.executor_id.value);
  if (known !== undefined) {
    return;
  }
  const executor: ExecutorRecord = {
    id: info.executor_id.value,
    frameworkId: framework.id,
    agentId: agent.id,
    info,
    role,
    resources: internalForm(info.resources),
    holds: false,
  };
  agent.executors.set(keyOf(framework, executor.id), executor);
  framework.executors.add(executor);
  occupy(master, agent, executor);
}

export function removeExecutor(master: MasterState, executor: ExecutorRecord): void {
  vacate(master, executor);
  const framework = master.frameworks.get(executor.frameworkId);
  framework?.executors.delete(executor);
  master.agents.get(executor.agentId)?.executors.delete(keyOf({ id: executor.frameworkId }, executor.id));
}

/** What an agent brings when it registers again is what it has. */
export function takeExecutors(master: MasterState, agent: Agent, brought: readonly ExecutorOnAgent[]): void {
  const present = new Set(brought.map(({ frameworkId, info }) => keyOf({ id: frameworkId }, info.executor_id.value)));
  for (const [key, executor] of [...agent.executors]) {
    if (!present.has(key)) {
      removeExecutor(master, executor);
    }
  }
  for (const { frameworkId, info } of brought) {
    const framework = master.frameworks.get(frameworkId);
    if (framework === undefined) {
      sendToAgent(master, agent, { type: 'SHUTDOWN_FRAMEWORK', frameworkId });
    } else {
      addExecutor(master, framework, agent, info, info.resources?.[0]?.allocation_info?.role ?? '*');
    }
  }
}

/** One that the master does not know ended before its agent came back, and was gone with it. */
export function executorExited(
  master: MasterState,
  agent: Agent,
  { frameworkId, executorId, status }: AgentToMaster & { type: 'EXECUTOR_EXITED' },
): void {
  count(master, 'master/messages_exited_executor');
  const executor = agent.executors.get(keyOf({ id: frameworkId }, executorId));
  if (executor === undefined) {
    return;
  }
  removeExecutor(master, executor);
  const framework = master.frameworks.get(frameworkId);
  if (framework !== undefined) {
    const failure = { agent_id: { value: agent.id }, executor_id: { value: executorId }, status };
    sendEvent(master, framework, { type: 'FAILURE', failure });
  }
}

/** From a scheduler to an executor; dropped if its agent is not there. */
export function messageExecutor(
  master: MasterState,
  framework: Framework,
  { agent_id, executor_id, data }: (SchedulerCall & { type: 'MESSAGE' })['message'],
): void {
  const agent = master.agents.get(agent_id.value);
  if (agent?.link === undefined) {
    count(master, 'master/invalid_framework_to_executor_messages');
    return;
  }
  count(master, 'master/valid_framework_to_executor_messages');
  sendToAgent(master, agent, {
    type: 'EXECUTOR_MESSAGE',
    frameworkId: framework.id,
    executorId: executor_id.value,
    data,
  });
}

export function messageFramework(master: MasterState, agent: Agent, message: ExecutorMessage): void {
  const framework = master.frameworks.get(message.frameworkId);
  if (framework === undefined) {
    count(master, 'master/invalid_executor_to_framework_messages');
    return;
  }
  count(master, 'master/valid_executor_to_framework_messages');
  const { executorId, data } = message;
  sendEvent(master, framework, {
    type: 'MESSAGE',
    message: { agent_id: { value: agent.id }, executor_id: { value: executorId }, data },
  });
}

/** Ids of Mesos hold no slash. */
function keyOf({ id }: Pick<Framework, 'id'>, executorId: ExecutorId): string {
  return `${id}/${executorId}`;
}
