/**
 * The updates that an agent writes: in its own name (SOURCE_AGENT) or in that of the command or default executor, which
 * here are no processes of their own. Wording and members are those of Mesos (src/launcher/executor.cpp, src/slave/slave.cpp).
 */
import type { EpochMs } from '../../lib/brand.ts';
import type { AgentId, ExecutorId } from '../../mesos-api-client/protocol/ids.ts';
import type { FrameworkInfo, Resource, TaskInfo, TaskStatus } from '../../mesos-api-client/protocol/mesos.ts';
import { isTerminal, type TaskState } from '../../mesos-api-client/protocol/task-state.ts';
import type { AgentEntry, AgentExecutor, ProcessEnd } from './agent-io.ts';
import { emptyCheckStatus } from './check-status.ts';

export interface StatusStamp {
  readonly at: EpochMs;
  readonly uuid: string;
  readonly agentId: AgentId;
  readonly ip: string;
}

export interface StatusDetail {
  readonly reason?: string;
  readonly message?: string;
}

export function executorStatus(
  entry: AgentEntry,
  state: TaskState,
  stamp: StatusStamp,
  detail: StatusDetail = {},
): TaskStatus {
  return {
    ...bareStatus(entry, state, stamp, detail),
    ...emptyCheckStatus(entry.info?.check),
    source: 'SOURCE_EXECUTOR',
    executor_id: { value: executorIdOf(entry) },
    container_status: containerStatus(entry, state, stamp),
  };
}

/** A command task is its own executor. */
export function executorIdOf({ executor, taskId }: AgentEntry): ExecutorId {
  return executor?.executorId ?? (taskId as string as ExecutorId);
}

/** Of a nested container there is only a name while it does not run. */
function containerStatus(entry: AgentEntry, state: TaskState, { ip }: StatusStamp) {
  const { runId, executor } = entry;
  const parent = executor === undefined ? {} : { parent: { value: executor.runId } };
  const container_id = { value: runId, ...parent };
  if (executor !== undefined && (entry.process === undefined || isTerminal(state))) return { container_id };
  return {
    container_id,
    network_infos: [{ ip_addresses: [{ protocol: 'IPv4' as const, ip_address: ip }] }],
    ...(entry.process === undefined ? {} : { executor_pid: entry.process.pid }),
  };
}

export function agentStatus(entry: AgentEntry, state: TaskState, stamp: StatusStamp, detail: StatusDetail): TaskStatus {
  const status: TaskStatus = { ...bareStatus(entry, state, stamp, detail), source: 'SOURCE_AGENT' };
  if (entry.phase !== 'absent') status.executor_id = { value: executorIdOf(entry) };
  return status;
}

/** The limit of a task's memory: its own word if it has one, else what it was launched with. */
export function memLimitMiB(info: TaskInfo | undefined): number | undefined {
  const given = info?.limits?.mem?.value;
  return given === undefined ? memOf(info) || undefined : Number(given);
}

/** Of a program: with the tasks that it has not ended. */
export function executorLimitMiB({ info, runId }: AgentExecutor, entries: readonly AgentEntry[]): number | undefined {
  const tasks = entries.filter(({ executor, phase }) => executor?.runId === runId && phase !== 'ended');
  const limits = [info, ...tasks.map((entry) => entry.info)].map(memOf);
  return limits.reduce((total, limit) => total + limit, 0) || undefined;
}

function memOf(info: { readonly resources?: Resource[] } | undefined): number {
  const asked = (info?.resources ?? []).filter(({ name }) => name === 'mem');
  return asked.reduce((total, { scalar }) => total + (scalar?.value ?? 0), 0);
}

export function overMemoryStatus(entry: AgentEntry, stamp: StatusStamp): TaskStatus {
  const limit = memLimitMiB(entry.info) ?? 0;
  const message = overMemoryMessage(limit, entry.usedMiB ?? 0);
  const status = agentStatus(entry, 'TASK_FAILED', stamp, { reason: overMemoryReason, message });
  return { ...status, limitation: { resources: [{ name: 'mem', type: 'SCALAR', scalar: { value: limit } }] } };
}

export const overMemoryReason = 'REASON_CONTAINER_LIMITATION_MEMORY';

export function overMemoryMessage(limitMiB: number, usedMiB: number): string {
  return `Memory limit exceeded: Requested: ${limitMiB}MB Maximum Used: ${usedMiB}MB`;
}

/** PARTITION_AWARE frameworks are told what happened, the others only TASK_LOST. */
export function lossOf(framework: FrameworkInfo | undefined, state: 'TASK_DROPPED' | 'TASK_GONE'): TaskState {
  return hasCapability(framework, 'PARTITION_AWARE') ? state : 'TASK_LOST';
}

export function hasCapability(framework: FrameworkInfo | undefined, capability: string): boolean {
  return framework?.capabilities?.some(({ type }) => type === capability) ?? false;
}

/** As waitpid(2) tells it; -1 where nobody knows. */
export function waitStatusOf(end: ProcessEnd): number {
  if (end.kind === 'lost') return -1;
  return end.kind === 'exited' ? end.status << 8 : end.signal;
}

export function describeEnd(end: Exclude<ProcessEnd, { kind: 'lost' }>): string {
  return end.kind === 'exited'
    ? `Command exited with status ${end.status}`
    : `Command terminated with signal ${signalTexts[end.signal] ?? `Unknown signal ${end.signal}`}`;
}

function bareStatus(entry: AgentEntry, state: TaskState, stamp: StatusStamp, detail: StatusDetail): TaskStatus {
  return {
    task_id: { value: entry.taskId },
    state,
    ...detail,
    agent_id: { value: stamp.agentId },
    timestamp: stamp.at / 1000,
    uuid: uuidBytes(stamp.uuid),
  };
}

/** On the wire a uuid is its 16 bytes in base64. */
export function uuidBytes(uuid: string): string {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex').toString('base64');
}

/** strsignal(3) of Linux, which is what Mesos prints. */
const signalTexts: Readonly<Record<number, string>> = {
  1: 'Hangup',
  2: 'Interrupt',
  3: 'Quit',
  4: 'Illegal instruction',
  5: 'Trace/breakpoint trap',
  6: 'Aborted',
  7: 'Bus error',
  8: 'Floating point exception',
  9: 'Killed',
  10: 'User defined signal 1',
  11: 'Segmentation fault',
  12: 'User defined signal 2',
  13: 'Broken pipe',
  14: 'Alarm clock',
  15: 'Terminated',
};
