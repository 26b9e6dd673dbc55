/** A model of an agent with a clock of its own, and short words for what tests ask of it. */

import { type AgentOptions, createAgent } from '../../../src/local-mesos/model/agent.ts';
import {
  type AgentEffect,
  type AgentEntry,
  type AgentInput,
  type ProcessEnd,
  type RunId,
  timerName,
} from '../../../src/local-mesos/model/agent-io.ts';
import type { AgentToMaster, MasterToAgent } from '../../../src/local-mesos/model/agent-protocol.ts';
import type { AgentId, FrameworkId, TaskId } from '../../../src/mesos-api-client/protocol/ids.ts';
import type { FrameworkInfo, Resource, TaskInfo, TaskStatus } from '../../../src/mesos-api-client/protocol/mesos.ts';

type Stimulus = AgentInput extends infer Input ? (Input extends AgentInput ? Omit<Input, 'at'> : never) : never;

export const agentId = 'm-S0' as AgentId;
export const frameworkId = 'm-0000' as FrameworkId;

export function frameworkInfo(extra: Partial<FrameworkInfo> & { able?: string[] } = {}): FrameworkInfo {
  const { able = ['PARTITION_AWARE', 'TASK_KILLING_STATE'], ...rest } = extra;
  return {
    user: 'u',
    name: 'f',
    id: { value: frameworkId },
    checkpoint: true,
    capabilities: able.map((type) => ({ type })),
    ...rest,
  };
}

export function taskInfo(id: string, extra: Partial<TaskInfo> = {}): TaskInfo {
  return {
    name: id,
    task_id: { value: id as TaskId },
    agent_id: { value: agentId },
    command: { value: 'x' },
    ...extra,
  };
}

export function createDrivenAgent(
  resources: readonly Resource[] = [],
  more: Pick<AgentOptions, 'httpCommandExecutor' | 'executorTimes'> = {},
) {
  let at = 1_000_000;
  let uuids = 0;
  const newUuid = () => `00000000-0000-0000-0000-${String(++uuids).padStart(12, '0')}`;
  const description = { hostname: 'h', port: 1, resources, attributes: [] };
  const agent = createAgent({ description, ip: '127.0.0.1', newUuid, ...more });
  const timers = new Map<string, Extract<AgentEffect, { kind: 'timer' }>>();
  const all: AgentEffect[] = [];

  function step(input: Stimulus): AgentEffect[] {
    const effects = agent.step({ at, ...input } as AgentInput);
    for (const effect of effects) {
      if (effect.kind === 'timer') timers.set(timerName(effect.timer), effect);
      if (effect.kind === 'cancel') timers.delete(timerName(effect.timer));
    }
    all.push(...effects);
    return effects;
  }
  const tell = (message: MasterToAgent) => step({ kind: 'message', message });
  const driven = {
    agent,
    step,
    tell,
    all,
    get now() {
      return at;
    },
    /** Lets time pass and fires what falls due, in order; gives back all effects. */
    pass(ms: number): AgentEffect[] {
      const end = at + ms;
      const effects: AgentEffect[] = [];
      for (;;) {
        const next = [...timers.entries()].sort(([, a], [, b]) => a.at - b.at)[0];
        if (next === undefined || next[1].at > end) break;
        at = Math.max(at, next[1].at);
        timers.delete(next[0]);
        effects.push(...step({ kind: 'timer', timer: next[1].timer }));
      }
      at = end;
      return effects;
    },
    register: () => [...step({ kind: 'linked' }), ...tell({ type: 'REGISTERED', agentId })],
    run(id: string, extra: Partial<TaskInfo> = {}, framework = frameworkInfo()): RunId {
      const effects = tell({ type: 'RUN_TASK', framework, task: taskInfo(id, extra) });
      const launch = effects.find((effect) => effect.kind === 'launch');
      if (launch === undefined) throw new Error(`${id} was not launched`);
      return launch.entry.runId;
    },
    started: (runId: RunId) => step({ kind: 'started', runId, process: { pid: 77, birth: 'b' } }),
    ended: (runId: RunId, end: ProcessEnd) => step({ kind: 'ended', runId, end }),
    kill: (id: string) => tell({ type: 'KILL_TASK', frameworkId, taskId: id as TaskId }),
    ack: (id: string, uuid: string | undefined) =>
      tell({ type: 'ACKNOWLEDGE', frameworkId, taskId: id as TaskId, uuid: uuid ?? 'none' }),
    entry(id: string): Readonly<AgentEntry> | undefined {
      return agent.view().entries.find((entry) => entry.taskId === id);
    },
    /** Acknowledges all that comes for a task, until nothing more does. */
    ackAll(id: string): TaskStatus[] {
      const taken: TaskStatus[] = [];
      for (let head = driven.entry(id)?.pending[0]; head !== undefined; head = driven.entry(id)?.pending[0]) {
        taken.push(head);
        driven.ack(id, head.uuid);
      }
      return taken;
    },
  };
  return driven;
}

export function updatesIn(effects: readonly AgentEffect[]): TaskStatus[] {
  return sentIn(effects).flatMap((message) => (message.type === 'STATUS_UPDATE' ? [message.status] : []));
}

export function sentIn(effects: readonly AgentEffect[]): AgentToMaster[] {
  return effects.flatMap((effect) => (effect.kind === 'send' ? [effect.message] : []));
}

export function statesIn(effects: readonly AgentEffect[]): string[] {
  return updatesIn(effects).map(({ state }) => state);
}

export function signalsIn(effects: readonly AgentEffect[]): string[] {
  return effects.flatMap((effect) => (effect.kind === 'signal' ? [effect.signal] : []));
}
