import test from 'ava';
import type { AgentEffect, RunId } from '../../../src/local-mesos/model/agent-io.ts';
import type { ExecutorCall, ExecutorEvent } from '../../../src/mesos-api-client/protocol/executor.ts';
import type { ExecutorId, TaskId } from '../../../src/mesos-api-client/protocol/ids.ts';
import type { ExecutorInfo, TaskInfo, TaskStatus } from '../../../src/mesos-api-client/protocol/mesos.ts';
import {
  createDrivenAgent,
  frameworkId,
  frameworkInfo,
  sentIn,
  signalsIn,
  statesIn,
  taskInfo,
  updatesIn,
} from '../support/agent-model.ts';

const executorId = 'e' as ExecutorId;
const custom: ExecutorInfo = {
  executor_id: { value: executorId },
  framework_id: { value: frameworkId },
  type: 'CUSTOM',
  command: { value: 'run' },
};
const inDefault: ExecutorInfo = {
  executor_id: { value: executorId },
  framework_id: { value: frameworkId },
  type: 'DEFAULT',
};

type Driven = ReturnType<typeof createDrivenAgent>;

function registered(): Driven {
  const driven = createDrivenAgent();
  driven.register();
  return driven;
}

function runOn(driven: Driven, id: string, info = custom): AgentEffect[] {
  const { command: _command, ...task } = taskInfo(id);
  return driven.tell({ type: 'RUN_TASK', framework: frameworkInfo(), task: { ...task, executor: info } });
}

function runGroup(driven: Driven, ids: readonly string[], info = inDefault, more: Partial<TaskInfo> = {}): RunId[] {
  const tasks = ids.map((id) => taskInfo(id, { executor: info, ...more }));
  driven.tell({ type: 'RUN_GROUP', framework: frameworkInfo(), executor: info, tasks });
  return ids.map((id) => driven.entry(id)?.runId as RunId);
}

function containerOf(driven: Driven): RunId {
  const [executor] = driven.agent.view().executors;
  if (executor === undefined) throw new Error('there is no executor');
  return executor.runId;
}

type Body = ExecutorCall extends infer Call
  ? Call extends ExecutorCall
    ? Omit<Call, 'executor_id' | 'framework_id'>
    : never
  : never;

function says(driven: Driven, body: Body, id = executorId): AgentEffect[] {
  const call = { executor_id: { value: id }, framework_id: { value: frameworkId }, ...body } as ExecutorCall;
  return driven.step({ kind: 'executor-call', call });
}

const subscribe: Body = { type: 'SUBSCRIBE', subscribe: {} };

function update(id: string, state: TaskStatus['state'], uuid = `${id} ${state}`): Body {
  const status = { task_id: { value: id as TaskId }, state, uuid, source: 'SOURCE_EXECUTOR' as const };
  return { type: 'UPDATE', update: { status } };
}

function heard(effects: readonly AgentEffect[]): ExecutorEvent[] {
  return effects.flatMap((effect) => (effect.kind === 'send-to-executor' ? [effect.event] : []));
}

function replies(effects: readonly AgentEffect[]) {
  return effects.flatMap((effect) => (effect.kind === 'executor-reply' ? [`${effect.status} ${effect.text}`] : []));
}

function started(driven: Driven): RunId {
  const container = containerOf(driven);
  driven.started(container);
  return container;
}

function exits(effects: readonly AgentEffect[]): number[] {
  return sentIn(effects).flatMap((message) => (message.type === 'EXECUTOR_EXITED' ? [message.status] : []));
}

test('LM-29 a custom executor is launched once, gets what waited for it when it subscribes, and later tasks at once', (t) => {
  const driven = registered();
  t.deepEqual(
    runOn(driven, 'a').flatMap(({ kind }) => (kind.startsWith('launch') ? [kind] : [])),
    ['launch-executor'],
  );
  t.deepEqual(
    runOn(driven, 'b').flatMap(({ kind }) => (kind.startsWith('launch') ? [kind] : [])),
    [],
  );
  t.deepEqual(replies(says(driven, update('a', 'TASK_RUNNING'))), ['403 Executor is not subscribed']);
  const container = started(driven);
  const effects = says(driven, subscribe);
  t.deepEqual(replies(effects), ['200 ']);
  t.deepEqual(
    heard(effects).map((event) => (event.type === 'LAUNCH' ? event.launch.task.task_id.value : event.type)),
    ['SUBSCRIBED', 'a', 'b'],
  );
  const [subscribed] = heard(effects);
  t.is(subscribed?.type === 'SUBSCRIBED' && subscribed.subscribed.container_id?.value, container);
  t.deepEqual(
    heard(runOn(driven, 'c')).map(({ type }) => type),
    ['LAUNCH'],
  );
  t.deepEqual(statesIn(driven.all), [], 'an executor speaks for its tasks');
});

test('LM-29 an update of an executor is completed by the agent, passed on, acknowledged to it, and not taken twice', (t) => {
  const driven = registered();
  runOn(driven, 'a');
  const container = started(driven);
  says(driven, subscribe);
  const effects = says(driven, update('a', 'TASK_RUNNING'));
  const [status] = updatesIn(effects);
  t.is(status?.executor_id, undefined, 'as recorded');
  t.deepEqual(status?.container_status?.container_id, { value: container });
  t.is(status?.container_status?.executor_pid, 77);
  t.deepEqual(heard(effects), [
    { type: 'ACKNOWLEDGED', acknowledged: { task_id: { value: 'a' as TaskId }, uuid: 'a TASK_RUNNING' } },
  ]);
  t.deepEqual(
    effects.findIndex(({ kind }) => kind === 'save') < effects.findIndex(({ kind }) => kind === 'send-to-executor'),
    true,
    'safe before it is acknowledged',
  );
  const again = says(driven, update('a', 'TASK_RUNNING'));
  t.deepEqual(updatesIn(again), []);
  t.deepEqual(
    heard(again).map(({ type }) => type),
    ['ACKNOWLEDGED'],
  );
});

test('LM-33 the end of a custom executor is told as FAILURE with its wait status, and ends its tasks', (t) => {
  const driven = registered();
  runOn(driven, 'a');
  runOn(driven, 'done');
  const container = started(driven);
  says(driven, subscribe);
  says(driven, update('done', 'TASK_FINISHED'));
  const effects = driven.ended(container, { kind: 'exited', status: 7 });
  t.deepEqual(exits(effects), [1792]);
  const [status] = updatesIn(effects);
  t.is(status?.state, 'TASK_FAILED');
  t.is(status?.reason, 'REASON_EXECUTOR_TERMINATED');
  t.is(status?.source, 'SOURCE_AGENT');
  t.is(status?.executor_id?.value, executorId);
  t.deepEqual(updatesIn(effects).length, 1);
  t.deepEqual(driven.agent.view().executors.length, 1, 'known until its tasks are acknowledged to their end');
  t.deepEqual(statesIn(runOn(driven, 'late')), ['TASK_DROPPED'], 'and takes no new ones');
  for (const id of ['a', 'done', 'late']) driven.ackAll(id);
  t.deepEqual(driven.agent.view().executors, []);
  t.true(runOn(driven, 'later').some(({ kind }) => kind === 'launch-executor'));
});

test('LM-29 an executor that does not register in time is killed, and its tasks fail for it', (t) => {
  const driven = registered();
  runOn(driven, 'a');
  const container = started(driven);
  t.deepEqual(signalsIn(driven.pass(59_999)), []);
  t.deepEqual(signalsIn(driven.pass(1)), ['SIGKILL']);
  const [status] = updatesIn(driven.ended(container, { kind: 'signaled', signal: 9 }));
  t.is(status?.state, 'TASK_FAILED');
  t.is(status?.reason, 'REASON_EXECUTOR_REGISTRATION_TIMEOUT');
  t.is(status?.message, 'Executor did not register within 1mins');
});

test('LM-66 an executor whose files cannot be fetched takes its tasks with it', (t) => {
  const driven = registered();
  runOn(driven, 'a');
  const effects = driven.step({ kind: 'launch-failed', runId: containerOf(driven), message: 'no such file' });
  t.deepEqual(exits(effects), [-1]);
  const [status] = updatesIn(effects);
  t.is(status?.reason, 'REASON_CONTAINER_LAUNCH_FAILED');
  t.is(status?.message, 'Failed to launch container: no such file');
});

test('LM-44 KILL before the executor has registered: no delivery, and an executor that nobody needs any more is shut down', (t) => {
  const driven = registered();
  runOn(driven, 'a');
  started(driven);
  const [status] = updatesIn(driven.kill('a'));
  t.is(status?.state, 'TASK_KILLED');
  t.is(status?.reason, 'REASON_TASK_KILLED_DURING_LAUNCH');
  const effects = says(driven, subscribe);
  t.deepEqual(
    heard(effects).map(({ type }) => type),
    ['SHUTDOWN'],
  );
});

test('LM-42 KILL of a delivered task is the executor’s business, with the kill policy of the call', (t) => {
  const driven = registered();
  runOn(driven, 'a');
  started(driven);
  says(driven, subscribe);
  const gracePeriod = { nanoseconds: 5e9 };
  const effects = driven.tell({ type: 'KILL_TASK', frameworkId, taskId: 'a' as TaskId, gracePeriod });
  t.deepEqual(heard(effects), [
    { type: 'KILL', kill: { task_id: { value: 'a' as TaskId }, kill_policy: { grace_period: gracePeriod } } },
  ]);
  t.deepEqual(statesIn(effects), []);
});

test('LM-61 SHUTDOWN of an executor: it is asked, and killed after its grace', (t) => {
  const driven = registered();
  runOn(driven, 'a', { ...custom, shutdown_grace_period: { nanoseconds: 2e9 } });
  started(driven);
  says(driven, subscribe);
  const effects = driven.tell({ type: 'SHUTDOWN_EXECUTOR', frameworkId, executorId });
  t.deepEqual(heard(effects), [{ type: 'SHUTDOWN' }]);
  t.deepEqual(signalsIn(driven.pass(1_999)), []);
  t.deepEqual(signalsIn(driven.pass(1)), ['SIGKILL']);
});

test('LM-61 a framework that is torn down: its executor is asked to end, and nobody is told how it did', (t) => {
  const driven = registered();
  runOn(driven, 'a');
  const container = started(driven);
  says(driven, subscribe);
  const effects = driven.tell({ type: 'SHUTDOWN_FRAMEWORK', frameworkId });
  t.deepEqual(heard(effects), [{ type: 'SHUTDOWN' }]);
  t.deepEqual(
    driven
      .step({ kind: 'linked' })
      .flatMap((each) =>
        each.kind === 'send' && each.message.type === 'REGISTER' ? [each.message.again?.executors] : [],
      ),
    [undefined],
  );
  t.deepEqual(signalsIn(driven.pass(5_000)), ['SIGKILL']);
  t.deepEqual(sentIn(driven.ended(container, { kind: 'signaled', signal: 9 })), []);
  t.deepEqual(driven.agent.view().executors, []);
});

test('messages pass in both directions, while the executor listens', (t) => {
  const driven = registered();
  runOn(driven, 'a');
  const container = started(driven);
  const message = { type: 'EXECUTOR_MESSAGE', frameworkId, executorId, data: 'aGk=' } as const;
  t.deepEqual(heard(driven.tell(message)), []);
  says(driven, subscribe);
  t.deepEqual(heard(driven.tell(message)), [{ type: 'MESSAGE', message: { data: 'aGk=' } }]);
  t.deepEqual(sentIn(says(driven, { type: 'MESSAGE', message: { data: 'eW8=' } })), [{ ...message, data: 'eW8=' }]);
  driven.step({ kind: 'executor-silent', runId: container });
  t.deepEqual(heard(driven.tell(message)), []);
});

test('calls of unknown frameworks and executors are refused; a heartbeat is not looked at', (t) => {
  const driven = registered();
  t.deepEqual(replies(says(driven, subscribe)), ['400 Framework cannot be found']);
  driven.run('command');
  t.deepEqual(replies(says(driven, subscribe)), ['400 Executor cannot be found']);
  t.deepEqual(replies(says(driven, { type: 'HEARTBEAT' })), ['202 ']);
  runGroup(driven, ['g'], { ...inDefault, executor_id: { value: 'd' as ExecutorId } });
  t.deepEqual(
    replies(says(driven, subscribe, 'd' as ExecutorId)),
    ['400 Executor cannot be found'],
    'that one is ours',
  );
});

test('a second subscription of an executor closes the first', (t) => {
  const driven = registered();
  runOn(driven, 'a');
  started(driven);
  says(driven, subscribe);
  const kinds = says(driven, subscribe).map(({ kind }) => kind);
  t.true(kinds.indexOf('close-executor') >= 0 && kinds.indexOf('close-executor') < kinds.indexOf('executor-reply'));
});

/** Another agent with what this one has checkpointed. */
function restarted(former: Driven, alive: boolean, end?: { kind: 'exited'; status: number }): [Driven, AgentEffect[]] {
  const { entries, executors, agentId } = former.agent.view();
  const driven = createDrivenAgent();
  const fate = { alive, ...(end === undefined ? {} : { end }) };
  if (agentId === undefined) throw new Error('never registered');
  const effects = driven.step({
    kind: 'recovered',
    agentId,
    frameworks: [frameworkInfo()],
    entries: structuredClone(entries).map((entry) => ({ entry, ...fate })),
    executors: structuredClone(executors).map((executor) => ({ executor, ...fate })),
  });
  return [driven, [...effects, ...driven.register()]];
}

test('LM-62 an executor registers again with a restarted agent, with what was not acknowledged', (t) => {
  const former = registered();
  runOn(former, 'known');
  runOn(former, 'lost');
  started(former);
  says(former, subscribe);
  says(former, update('known', 'TASK_RUNNING'));
  runOn(former, 'unseen');
  const [driven, effects] = restarted(former, true);
  const [register] = sentIn(effects);
  t.deepEqual(register?.type === 'REGISTER' && register.again?.executors, [{ frameworkId, info: custom }]);
  const status = {
    task_id: { value: 'known' as TaskId },
    state: 'TASK_FINISHED',
    uuid: 'end',
    source: 'SOURCE_EXECUTOR',
  } as const;
  const back = says(driven, {
    type: 'SUBSCRIBE',
    subscribe: { unacknowledged_tasks: [taskInfo('unseen')], unacknowledged_updates: [{ status }] },
  });
  t.deepEqual(
    heard(back).map(({ type }) => type),
    ['ACKNOWLEDGED', 'SUBSCRIBED'],
  );
  t.is(driven.entry('known')?.latestState, 'TASK_FINISHED');
  t.is(driven.entry('unseen')?.latestState, 'TASK_STAGING', 'it has it, and will speak of it');
  const [dropped] = updatesIn(back);
  t.is(dropped?.task_id.value, 'lost' as TaskId);
  t.is(dropped?.state, 'TASK_DROPPED');
  t.is(dropped?.reason, 'REASON_AGENT_RESTARTED');
  t.deepEqual(signalsIn(driven.pass(10_000)), [], 'it came in time');
});

test('LM-62 an executor that does not register again in two seconds is killed, and its tasks are gone', (t) => {
  const former = registered();
  runOn(former, 'a');
  const container = started(former);
  says(former, subscribe);
  says(former, update('a', 'TASK_RUNNING'));
  const [driven] = restarted(former, true);
  t.deepEqual(signalsIn(driven.pass(2_000)), ['SIGKILL']);
  driven.ended(container, { kind: 'signaled', signal: 9 });
  const told = driven.ackAll('a').at(-1);
  t.is(told?.state, 'TASK_GONE');
  t.is(told?.reason, 'REASON_EXECUTOR_REREGISTRATION_TIMEOUT');
  t.is(told?.message, 'Executor did not reregister within 2secs');
});

test('LM-62 an executor that ended while its agent was away ends its tasks', (t) => {
  const former = registered();
  runOn(former, 'a');
  started(former);
  says(former, subscribe);
  const [driven] = restarted(former, false, { kind: 'exited', status: 3 });
  t.is(driven.entry('a')?.pending[0]?.reason, 'REASON_EXECUTOR_TERMINATED');
});

test('LM-29 a group: all are STARTING at once, each in a container nested in that of the executor', (t) => {
  const driven = registered();
  const [a, b] = runGroup(driven, ['a', 'b']);
  t.deepEqual(statesIn(driven.all), ['TASK_STARTING', 'TASK_STARTING']);
  const parent = { value: containerOf(driven) };
  t.deepEqual(updatesIn(driven.all)[0]?.container_status, { container_id: { value: a as string, parent } });
  t.is(updatesIn(driven.all)[0]?.executor_id?.value, executorId);
  driven.started(a as RunId);
  driven.started(b as RunId);
  const [, running] = driven.ackAll('a');
  t.is(running?.state, 'TASK_RUNNING');
  t.is(running?.container_status?.executor_pid, 77);
  driven.ended(a as RunId, { kind: 'exited', status: 0 });
  const [finished] = driven.ackAll('a');
  t.is(finished?.state, 'TASK_FINISHED');
  t.deepEqual(finished?.container_status, { container_id: { value: a as string, parent } });
  t.is(driven.entry('b')?.latestState, 'TASK_RUNNING', 'one that ends well ends alone');
});

test('LM-33 a group ends with the first of its tasks that fails; another group of the executor goes on', (t) => {
  const driven = registered();
  const [a, b] = runGroup(driven, ['a', 'b']) as [RunId, RunId];
  const [c] = runGroup(driven, ['c']) as [RunId];
  for (const run of [a, b, c]) driven.started(run);
  const effects = driven.ended(a, { kind: 'exited', status: 3 });
  t.deepEqual(signalsIn(effects), ['SIGTERM']);
  driven.ended(b, { kind: 'signaled', signal: 15 });
  t.deepEqual(
    driven.ackAll('a').map(({ state }) => state),
    ['TASK_STARTING', 'TASK_RUNNING', 'TASK_FAILED'],
  );
  t.deepEqual(
    driven.ackAll('b').map(({ state }) => state),
    ['TASK_STARTING', 'TASK_RUNNING', 'TASK_KILLING', 'TASK_KILLED'],
  );
  t.is(driven.entry('c')?.phase, 'running');
  t.deepEqual(exits(driven.all), []);
  driven.ended(c, { kind: 'exited', status: 0 });
  t.deepEqual(exits(driven.all), [], 'not before the last update is acknowledged');
  driven.ackAll('c');
  t.deepEqual(exits(driven.all), [0]);
  t.deepEqual(driven.agent.view().executors, []);
});

test('LM-42 the kill of one of a group ends all of it, one after the other, and the kill policy of the call counts', (t) => {
  const driven = registered();
  const [a, b] = runGroup(driven, ['a', 'b']) as [RunId, RunId];
  for (const run of [a, b]) driven.started(run);
  driven.tell({ type: 'KILL_TASK', frameworkId, taskId: 'a' as TaskId, gracePeriod: { nanoseconds: 1e9 } });
  t.is(driven.entry('b')?.kill, undefined);
  t.deepEqual(signalsIn(driven.pass(1_000)), ['SIGKILL']);
  const effects = driven.ended(a, { kind: 'signaled', signal: 9 });
  t.deepEqual(signalsIn(effects), ['SIGTERM']);
  t.is((driven.entry('b')?.kill?.forceAt ?? 0) - driven.now, 3_000);
});

test('LM-44 a group of which one is killed before it started: none of those that did not start ever does', (t) => {
  const driven = registered();
  const [a] = runGroup(driven, ['a', 'b', 'c']) as [RunId];
  driven.started(a);
  const effects = driven.kill('b');
  t.deepEqual(effects.filter(({ kind }) => kind === 'abandon').length, 2);
  for (const id of ['b', 'c']) {
    const told = driven.ackAll(id).at(-1);
    t.is(told?.state, 'TASK_KILLED');
    t.is(told?.reason, 'REASON_TASK_KILLED_DURING_LAUNCH');
  }
});

test('LM-61 SHUTDOWN of the default executor kills its tasks at once', (t) => {
  const driven = registered();
  const [a] = runGroup(driven, ['a']) as [RunId];
  driven.started(a);
  t.deepEqual(signalsIn(driven.tell({ type: 'SHUTDOWN_EXECUTOR', frameworkId, executorId })), ['SIGKILL']);
  driven.ended(a, { kind: 'signaled', signal: 9 });
  t.deepEqual(
    driven.ackAll('a').map(({ state }) => state),
    ['TASK_STARTING', 'TASK_RUNNING', 'TASK_KILLING', 'TASK_KILLED'],
  );
  t.deepEqual(exits(driven.all), [0]);
});

test('LM-62 a group outlives its agent, and how one ended meanwhile is known: the executor waited for it', (t) => {
  const former = registered();
  const [a, b] = runGroup(former, ['a', 'b']) as [RunId, RunId];
  for (const run of [a, b]) former.started(run);
  const [driven] = restarted(former, false, { kind: 'exited', status: 0 });
  t.deepEqual(driven.ackAll('a').at(-1)?.state, 'TASK_FINISHED');
  t.deepEqual(driven.ackAll('b').at(-1)?.state, 'TASK_FINISHED');
  t.deepEqual(exits(driven.all), [0]);
});

test('LM-63 an agent is not drained while an executor lives', (t) => {
  const driven = registered();
  runOn(driven, 'a');
  const container = started(driven);
  says(driven, subscribe);
  const effects = driven.tell({ type: 'DRAIN', config: { max_grace_period: { nanoseconds: 1e9 } } });
  const [kill] = heard(effects);
  t.deepEqual(kill?.type === 'KILL' && kill.kill.kill_policy, { grace_period: { nanoseconds: 1e9 } });
  says(driven, update('a', 'TASK_KILLED'));
  t.is(driven.ackAll('a').at(-1)?.reason, 'REASON_AGENT_DRAINING');
  t.deepEqual(statesIn(driven.tell({ type: 'RUN_TASK', framework: frameworkInfo(), task: taskInfo('b') })), [
    'TASK_DROPPED',
  ]);
  driven.ackAll('b');
  driven.ended(container, { kind: 'exited', status: 0 });
  t.true(
    driven
      .tell({ type: 'RUN_TASK', framework: frameworkInfo(), task: taskInfo('c') })
      .some(({ kind }) => kind === 'launch'),
  );
});

test('an executor that uses more memory than it and its tasks have is killed, and they fail for it', (t) => {
  const driven = registered();
  const mem = (value: number) => [{ name: 'mem', type: 'SCALAR' as const, scalar: { value } }];
  const info = { ...custom, resources: mem(32) };
  const { command: _command, ...task } = taskInfo('a', { resources: mem(64), executor: info });
  driven.tell({ type: 'RUN_TASK', framework: frameworkInfo(), task });
  const container = started(driven);
  says(driven, subscribe);
  t.deepEqual(signalsIn(driven.step({ kind: 'over-memory', runId: container, usedMiB: 97 })), ['SIGKILL']);
  const [status] = updatesIn(driven.ended(container, { kind: 'signaled', signal: 9 }));
  t.is(status?.reason, 'REASON_CONTAINER_LIMITATION_MEMORY');
  t.is(status?.message, 'Memory limit exceeded: Requested: 96MB Maximum Used: 97MB');
});
