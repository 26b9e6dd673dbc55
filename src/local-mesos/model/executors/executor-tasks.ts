/**
 * The tasks of a custom executor: they wait until it has subscribed, then they are its business, and what it says of them
 * goes the way of every update. It is told ACKNOWLEDGED when an update is safe with the agent, so it can forget it.
 */
import type { ExecutorCall } from '../../../mesos-api-client/protocol/executor.ts';
import type { TaskId } from '../../../mesos-api-client/protocol/ids.ts';
import type { DurationInfo, TaskStatus } from '../../../mesos-api-client/protocol/mesos.ts';
import { isTerminal } from '../../../mesos-api-client/protocol/task-state.ts';
import type { AgentEntry, AgentExecutor, RunId } from '../agent-io.ts';
import type { ExecutorMessage } from '../agent-protocol.ts';
import { agentStatus, lossOf } from '../agent-status.ts';
import { addEntry, findEntry, stampOf, type Turn } from '../agent-turn.ts';
import { enqueueUpdate } from '../agent-updates.ts';
import { armHeartbeat, findExecutor, shutdownExecutor, tasksOf } from './agent-executors.ts';

/** More of one task are not taken from an executor before some were acknowledged: it sends them again when it subscribes. */
const mostPending = 100;

export function takeExecutorCall(turn: Turn, call: ExecutorCall): void {
  const { effects } = turn;
  const executor = executorIn(turn, call);
  if (typeof executor === 'string') {
    const status = executor === notSubscribed ? 403 : 400;
    effects.push({ kind: 'executor-reply', status, text: executor });
    return;
  }
  if (call.type === 'SUBSCRIBE' && executor !== undefined) {
    subscribe(turn, executor, call.subscribe);
    return;
  }
  effects.push({ kind: 'executor-reply', status: 202, text: '' });
  if (call.type === 'UPDATE' && executor !== undefined) takeUpdate(turn, executor, call.update.status);
  if (call.type === 'MESSAGE' && executor !== undefined)
    effects.push({ kind: 'send', message: messageOf(executor, call.message.data) });
}

const notSubscribed = 'Executor is not subscribed';

/** Whose call it is, or why it is refused. A heartbeat is nobody's. */
function executorIn({ state }: Turn, call: ExecutorCall): AgentExecutor | string | undefined {
  if (call.type === 'HEARTBEAT') return undefined;
  if (!state.frameworks.has(call.framework_id.value)) return 'Framework cannot be found';
  const executor = findExecutor(state, call.framework_id.value, call.executor_id.value);
  if (executor === undefined || executor.type === 'DEFAULT') return 'Executor cannot be found';
  const isAwaited = executor.phase === 'launching' || executor.phase === 'registering';
  return isAwaited && call.type !== 'SUBSCRIBE' ? notSubscribed : executor;
}

type Subscription = Extract<ExecutorCall, { type: 'SUBSCRIBE' }>['subscribe'];

function subscribe(turn: Turn, executor: AgentExecutor, subscription: Subscription): void {
  const { state, effects } = turn;
  const { runId } = executor;
  if (state.listening.delete(runId)) effects.push({ kind: 'close-executor', runId });
  effects.push({ kind: 'executor-reply', status: 200, text: '', opens: runId });
  if (executor.phase === 'terminating' || executor.phase === 'ended') {
    effects.push({ kind: 'send-to-executor', runId, event: { type: 'SHUTDOWN' } }, { kind: 'close-executor', runId });
    return;
  }
  state.listening.add(runId);
  executor.phase = 'running';
  turn.changedExecutors.add(executor);
  armHeartbeat(turn, executor);
  for (const { status } of subscription.unacknowledged_updates ?? []) takeUpdate(turn, executor, status);
  const known = new Set((subscription.unacknowledged_tasks ?? []).map(({ task_id }) => task_id.value));
  for (const entry of tasksOf(state, executor)) dropUnlessKnown(turn, entry, known);
  if (!executor.served && tasksOf(state, executor).every(({ phase }) => phase !== 'launching')) {
    // All that it was started for was killed meanwhile.
    shutdownExecutor(turn, executor);
    return;
  }
  const framework_info = state.frameworks.get(executor.frameworkId);
  const { agentId, description } = state;
  if (framework_info === undefined || agentId === undefined) throw new Error('an executor of nobody');
  const { hostname, port } = description;
  const agent_info = { hostname, port, resources: [...state.resources], id: { value: agentId } };
  const container_id = { value: runId };
  const subscribed = { executor_info: executor.info, framework_info, agent_info, container_id };
  effects.push({ kind: 'send-to-executor', runId, event: { type: 'SUBSCRIBED', subscribed } });
  deliverQueued(turn, executor);
}

/** Sent to it before, and never seen: the agent died in between. */
function dropUnlessKnown(turn: Turn, entry: AgentEntry, known: ReadonlySet<TaskId>): void {
  if (entry.phase !== 'running' || entry.latestState !== 'TASK_STAGING' || known.has(entry.taskId)) return;
  const detail = { reason: 'REASON_AGENT_RESTARTED', message: 'Task launched during agent restart' };
  const lost = lossOf(turn.state.frameworks.get(entry.frameworkId), 'TASK_DROPPED');
  entry.phase = 'ended';
  enqueueUpdate(turn, entry, agentStatus(entry, lost, stampOf(turn), detail));
}

/** Groups together, in the order in which they came. Without a stream they wait. */
export function deliverQueued(turn: Turn, executor: AgentExecutor): void {
  const { state, effects } = turn;
  const { runId } = executor;
  if (executor.phase !== 'running' || !state.listening.has(runId)) return;
  const queued = tasksOf(state, executor).filter(({ phase }) => phase === 'launching');
  const batches = Map.groupBy(queued, (entry) => entry.executor?.group ?? entry);
  for (const [of, entries] of batches) {
    const tasks = entries.flatMap(({ info }) => info ?? []);
    const [task] = tasks;
    if (typeof of === 'string')
      effects.push({
        kind: 'send-to-executor',
        runId,
        event: { type: 'LAUNCH_GROUP', launch_group: { task_group: { tasks } } },
      });
    else if (task !== undefined)
      effects.push({ kind: 'send-to-executor', runId, event: { type: 'LAUNCH', launch: { task } } });
  }
  for (const entry of queued) {
    entry.phase = 'running';
    turn.changed.add(entry);
  }
  if (queued.length === 0) return;
  executor.served = true;
  turn.changedExecutors.add(executor);
}

/** Repeated ones are acknowledged again, and change nothing. */
function takeUpdate(turn: Turn, executor: AgentExecutor, status: TaskStatus): void {
  const { state, effects } = turn;
  const { uuid = '', task_id } = status;
  const entry = findEntry(state, executor.frameworkId, task_id.value) ?? stranger(turn, executor, task_id.value);
  const isKnown = entry.acknowledged?.uuid === uuid || entry.pending.some((each) => each.uuid === uuid);
  const isOver = entry.phase === 'ended';
  if (!isKnown && !isOver) {
    if (entry.pending.length >= mostPending && !isTerminal(status.state)) return;
    enqueueUpdate(turn, entry, completed(turn, executor, status));
    if (isTerminal(status.state)) entry.phase = 'ended';
  }
  const acknowledged = { task_id, uuid };
  effects.push({
    kind: 'send-to-executor',
    runId: executor.runId,
    event: { type: 'ACKNOWLEDGED', acknowledged },
  });
}

/** A task that the agent has no more, or never had: passed on all the same, as Mesos does it. */
function stranger(turn: Turn, executor: AgentExecutor, taskId: TaskId): AgentEntry {
  const runId = turn.state.newUuid() as RunId;
  const entry: AgentEntry = {
    runId,
    frameworkId: executor.frameworkId,
    taskId,
    phase: 'absent',
    latestState: 'TASK_STAGING',
    pending: [],
  };
  addEntry(turn.state, entry);
  return entry;
}

/** What the agent knows better than the executor. */
function completed(turn: Turn, executor: AgentExecutor, status: TaskStatus): TaskStatus {
  const { agentId, ip } = stampOf(turn);
  const own = {
    container_id: { value: executor.runId },
    network_infos: [{ ip_addresses: [{ protocol: 'IPv4' as const, ip_address: ip }] }],
    ...(executor.process === undefined ? {} : { executor_pid: executor.process.pid }),
  };
  return {
    ...status,
    source: 'SOURCE_EXECUTOR',
    agent_id: { value: agentId },
    timestamp: status.timestamp ?? turn.at / 1000,
    container_status: status.container_status?.container_id === undefined ? own : status.container_status,
  };
}

/** One that it has not been given yet ends here, with its group; the others are its business. */
export function killOnExecutor(
  turn: Turn,
  entry: AgentEntry,
  executor: AgentExecutor,
  grace: DurationInfo | undefined,
): void {
  if (entry.phase === 'running') {
    const kill_policy = grace === undefined ? {} : { kill_policy: { grace_period: grace } };
    const kill = { task_id: { value: entry.taskId }, ...kill_policy };
    const isWanted = executor.phase === 'running' && turn.state.listening.has(executor.runId);
    if (isWanted) turn.effects.push({ kind: 'send-to-executor', runId: executor.runId, event: { type: 'KILL', kill } });
    return;
  }
  if (entry.phase === 'launching') killUndelivered(turn, entry, executor);
}

export function killUndelivered(turn: Turn, entry: AgentEntry, executor: AgentExecutor): void {
  const group = entry.executor?.group;
  const message =
    group === undefined
      ? 'Killed before delivery to the executor'
      : 'A task within the task group was killed before delivery to the executor';
  const isMeant = (each: AgentEntry) => each === entry || (group !== undefined && each.executor?.group === group);
  for (const each of tasksOf(turn.state, executor).filter(isMeant)) {
    if (each.phase !== 'launching') continue;
    each.phase = 'ended';
    turn.effects.push({ kind: 'abandon', runId: each.runId });
    const detail = { reason: 'REASON_TASK_KILLED_DURING_LAUNCH', message };
    enqueueUpdate(turn, each, agentStatus(each, 'TASK_KILLED', stampOf(turn), detail));
  }
}

/** From a scheduler; lost if the executor does not listen. */
export function passToExecutor(turn: Turn, { frameworkId, executorId, data }: ExecutorMessage): void {
  const executor = findExecutor(turn.state, frameworkId, executorId);
  if (executor?.phase !== 'running' || !turn.state.listening.has(executor.runId)) return;
  const event = { type: 'MESSAGE', message: { data } } as const;
  turn.effects.push({ kind: 'send-to-executor', runId: executor.runId, event });
}

function messageOf({ frameworkId, executorId }: AgentExecutor, data: string): ExecutorMessage {
  return { type: 'EXECUTOR_MESSAGE', frameworkId, executorId, data };
}
