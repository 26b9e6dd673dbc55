/**
 * What the parts of the agent's model share while one input is worked on: the agent's state, the time, and the effects
 * gathered so far. Entries that changed are saved once, before everything else that the turn asks for.
 */
import type { EpochMs } from '../../lib/brand.ts';
import type { AgentId, FrameworkId, TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { FrameworkInfo, Resource } from '../../mesos-api-client/protocol/mesos.ts';
import type { DrainConfig } from '../../mesos-api-client/protocol/operator-messages.ts';
import type { AgentEffect, AgentEntry, AgentExecutor, RunId } from './agent-io.ts';
import type { AgentDescription, AgentOperation } from './agent-protocol.ts';
import type { StatusStamp } from './agent-status.ts';
import { isCheckpointed as isCheckpointedResource } from './operations/conversions.ts';

export interface AgentState {
  agentId?: AgentId;
  /** Between REGISTERED and the loss of the link; updates leave only then. */
  registered: boolean;
  readonly ip: string;
  readonly description: AgentDescription;
  readonly newUuid: () => string;
  /** Agents with --http_command_executor heed the kill policy of a KILL. */
  readonly httpExecutor: boolean;
  readonly frameworks: Map<FrameworkId, FrameworkInfo>;
  readonly entries: Map<RunId, AgentEntry>;
  readonly runOf: Map<string, RunId>;
  /** Those of frameworks; by their container. */
  readonly executors: Map<RunId, AgentExecutor>;
  /** Executors whose event stream is open. */
  readonly listening: Set<RunId>;
  readonly executorTimes: ExecutorTimes;
  readonly history: AgentHistory;
  /** Of runs and operations. */
  readonly retryMs: Map<string, number>;
  /** All that it has: what it was started with, dynamic reservations and volumes made of it. */
  resources: readonly Resource[];
  /** Present while its tasks are being ended for an operator. */
  drain?: DrainConfig;
  /** Those whose outcome waits for its acknowledgement, by the master's name. */
  readonly operations: Map<string, AgentOperation>;
}

/** As the flags of an agent have them: --executor_registration_timeout and the like. */
export interface ExecutorTimes {
  readonly registrationMs: number;
  readonly reregistrationMs: number;
  readonly shutdownGraceMs: number;
}

/** What is over, for operators to read: newest last, bounded. */
export interface AgentHistory {
  readonly tasks: AgentEntry[];
  readonly executors: AgentExecutor[];
  /** By the names that an agent's metrics have. */
  readonly counts: Map<string, number>;
}

/** Mesos keeps 200 tasks of an executor and 150 executors of a framework; here it is one list each. */
const mostRemembered = 200;

function remember<Item>(list: Item[], item: Item): void {
  list.push(item);
  if (list.length > mostRemembered) list.shift();
}

export interface Turn {
  readonly at: EpochMs;
  readonly state: AgentState;
  readonly effects: AgentEffect[];
  readonly changed: Set<AgentEntry>;
  readonly changedExecutors: Set<AgentExecutor>;
  agentChanged: boolean;
}

export function beginTurn(state: AgentState, at: EpochMs): Turn {
  return { at, state, effects: [], changed: new Set(), changedExecutors: new Set(), agentChanged: false };
}

export function endTurn(turn: Turn): AgentEffect[] {
  const { state } = turn;
  forgetIdleExecutors(turn);
  const isEmpty = state.entries.size === 0 && state.executors.size === 0 && state.operations.size === 0;
  if (state.drain !== undefined && isEmpty) {
    delete state.drain;
    turn.agentChanged = true;
  }
  const saves: AgentEffect[] = [...turn.changed]
    .filter((entry) => state.entries.has(entry.runId) && isCheckpointed(state, entry))
    .map((entry) => ({ kind: 'save', entry }));
  for (const executor of turn.changedExecutors)
    if (state.executors.has(executor.runId) && isCheckpointed(state, executor))
      saves.unshift({ kind: 'save-executor', executor });
  if (turn.agentChanged && state.agentId !== undefined)
    saves.unshift({
      kind: 'save-agent',
      agentId: state.agentId,
      frameworks: frameworksWithTasks(state),
      checkpointed: state.resources.filter(isCheckpointedResource),
      operations: [...state.operations.values()],
      ...(state.drain === undefined ? {} : { drain: state.drain }),
    });
  return [...saves, ...turn.effects];
}

/**
 * The default executor ends when the last of its tasks is acknowledged to its end. Another one is a process that ended
 * before, and stays known until then.
 */
function forgetIdleExecutors(turn: Turn): void {
  const { state, effects } = turn;
  if (state.executors.size === 0) return;
  const busy = new Set([...state.entries.values()].map(({ executor }) => executor?.runId));
  for (const executor of state.executors.values()) {
    if (busy.has(executor.runId) || (executor.type === 'CUSTOM' && executor.phase !== 'ended')) continue;
    state.executors.delete(executor.runId);
    remember(state.history.executors, executor);
    turn.agentChanged = true;
    if (executor.type === 'DEFAULT') reportExit(turn, executor, 0);
    effects.push({ kind: 'forget-executor', executor });
  }
}

export function reportExit({ effects }: Turn, executor: AgentExecutor, status: number): void {
  const { frameworkId, executorId, dismissed = false } = executor;
  if (!dismissed) effects.push({ kind: 'send', message: { type: 'EXECUTOR_EXITED', frameworkId, executorId, status } });
}

/** Without those that are being shut down: the master has forgotten them. */
export function frameworksWithTasks(state: AgentState): FrameworkInfo[] {
  const present = new Set([...state.entries.values()].flatMap((one) => (isShutDown(one) ? [] : [one.frameworkId])));
  for (const executor of state.executors.values()) if (!executor.dismissed) present.add(executor.frameworkId);
  return [...state.frameworks].filter(([id]) => present.has(id)).map(([, framework]) => framework);
}

export function isShutDown(entry: AgentEntry): boolean {
  return entry.kill?.cause === 'framework-shutdown';
}

/** Frameworks that do not checkpoint lose their tasks with the agent. */
function isCheckpointed(state: AgentState, { frameworkId }: AgentEntry | AgentExecutor): boolean {
  return state.frameworks.get(frameworkId)?.checkpoint === true;
}

export function stampOf(turn: Turn): StatusStamp {
  const { agentId, ip, newUuid } = turn.state;
  if (agentId === undefined) throw new Error('an agent that was never registered has no task to speak of');
  return { at: turn.at, uuid: newUuid(), agentId, ip };
}

export function addEntry(state: AgentState, entry: AgentEntry): void {
  state.entries.set(entry.runId, entry);
  state.runOf.set(taskKey(entry.frameworkId, entry.taskId), entry.runId);
}

export function findEntry(state: AgentState, frameworkId: FrameworkId, taskId: TaskId): AgentEntry | undefined {
  const runId = state.runOf.get(taskKey(frameworkId, taskId));
  return runId === undefined ? undefined : state.entries.get(runId);
}

export function forgetEntry(turn: Turn, entry: AgentEntry): void {
  const { state, effects } = turn;
  state.entries.delete(entry.runId);
  state.runOf.delete(taskKey(entry.frameworkId, entry.taskId));
  state.retryMs.delete(entry.runId);
  if (entry.info !== undefined) remember(state.history.tasks, entry);
  effects.push({ kind: 'cancel', timer: { kind: 'retry', runId: entry.runId } }, { kind: 'forget', entry });
  turn.agentChanged = true;
}

/** Ids of Mesos hold no slash. */
function taskKey(frameworkId: FrameworkId, taskId: TaskId): string {
  return `${frameworkId}/${taskId}`;
}
