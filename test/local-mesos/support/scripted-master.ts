/**
 * A master of a few lines for tests of the embedded agent: it registers whatever is linked to it, acknowledges every
 * update unless told otherwise, and lets a test wait for what it wants to see.
 */

import type { AgentToMaster, MasterLink, MasterToAgent } from '../../../src/local-mesos/model/agent-protocol.ts';
import type { Dial } from '../../../src/local-mesos/server/agent-dialer.ts';
import { createLinkPair } from '../../../src/local-mesos/server/link-pair.ts';
import type { TaskId } from '../../../src/mesos-api-client/protocol/ids.ts';
import type { FrameworkInfo, TaskInfo, TaskStatus } from '../../../src/mesos-api-client/protocol/mesos.ts';
import { agentId, frameworkId, frameworkInfo, taskInfo } from './agent-model.ts';

export function createScriptedMaster(options: { acknowledge?: boolean } = {}) {
  const received: AgentToMaster[] = [];
  const waiting: { wanted: (message: AgentToMaster) => boolean; found: (message: AgentToMaster) => void }[] = [];
  let link: MasterLink | undefined;

  function take(message: AgentToMaster): void {
    received.push(message);
    if (message.type === 'REGISTER') send({ type: 'REGISTERED', agentId });
    if (message.type === 'STATUS_UPDATE' && (options.acknowledge ?? true)) acknowledge(message.status);
    for (const waiter of [...waiting])
      if (waiter.wanted(message)) {
        waiting.splice(waiting.indexOf(waiter), 1);
        waiter.found(message);
      }
  }
  function send(message: MasterToAgent): void {
    link?.send(message);
  }
  function acknowledge(status: TaskStatus): void {
    send({ type: 'ACKNOWLEDGE', frameworkId, taskId: status.task_id.value, uuid: status.uuid ?? '' });
  }
  function agentConnected(opened: MasterLink): void {
    link = opened;
    opened.onMessage(take);
  }
  const dial: Dial = async () => {
    const pair = createLinkPair();
    agentConnected(pair.master);
    return pair.agent;
  };
  /** What came already counts. */
  function message(wanted: (message: AgentToMaster) => boolean): Promise<AgentToMaster> {
    const found = received.find(wanted);
    return found !== undefined
      ? Promise.resolve(found)
      : new Promise((resolve) => waiting.push({ wanted, found: resolve }));
  }
  return {
    dial,
    agentConnected,
    received,
    send,
    message,
    acknowledge,
    cut: () => link?.close(),
    run(id: string, extra: Partial<TaskInfo> = {}, framework: FrameworkInfo = frameworkInfo()): void {
      send({ type: 'RUN_TASK', framework, task: taskInfo(id, extra) });
    },
    sh(id: string, value: string, extra: Partial<TaskInfo> = {}): void {
      send({ type: 'RUN_TASK', framework: frameworkInfo(), task: taskInfo(id, { command: { value }, ...extra }) });
    },
    kill: (id: string) => send({ type: 'KILL_TASK', frameworkId, taskId: id as TaskId }),
    updates: (id: string): TaskStatus[] =>
      received.flatMap((one) => (one.type === 'STATUS_UPDATE' && one.status.task_id.value === id ? [one.status] : [])),
    async update(id: string, state: string): Promise<TaskStatus> {
      const found = await message(
        (one) => one.type === 'STATUS_UPDATE' && one.status.task_id.value === id && one.status.state === state,
      );
      if (found.type !== 'STATUS_UPDATE') throw new Error('not an update');
      return found.status;
    },
    async ended(id: string): Promise<TaskStatus> {
      const found = await message(
        (one) =>
          one.type === 'STATUS_UPDATE' &&
          one.status.task_id.value === id &&
          !['TASK_STARTING', 'TASK_RUNNING', 'TASK_KILLING'].includes(one.status.state),
      );
      if (found.type !== 'STATUS_UPDATE') throw new Error('not an update');
      return found.status;
    },
  };
}

export type ScriptedMaster = ReturnType<typeof createScriptedMaster>;
