import test from 'ava';
import fc from 'fast-check';
import type { AgentEffect, ProcessEnd } from '../../src/local-mesos/model/agent-io.ts';
import {
  agentId,
  createDrivenAgent,
  frameworkId,
  frameworkInfo,
  sentIn,
  signalsIn,
  statesIn,
  taskInfo,
  updatesIn,
} from './support/agent-model.ts';

const exit = (status: number): ProcessEnd => ({ kind: 'exited', status });

function runningAgent(id = 't', extra = {}, framework = frameworkInfo()) {
  const driven = createDrivenAgent();
  driven.register();
  const runId = driven.run(id, extra, framework);
  driven.started(runId);
  return { driven, runId };
}

test('an agent registers when it is linked, and brings its tasks the second time', (t) => {
  const { driven } = runningAgent();
  t.deepEqual(
    sentIn(driven.all).map(({ type }) => type),
    ['REGISTER', 'STATUS_UPDATE'],
  );
  driven.step({ kind: 'unlinked' });
  const [again] = sentIn(driven.step({ kind: 'linked' }));
  t.true(again?.type === 'REGISTER');
  if (again?.type !== 'REGISTER') return;
  t.is(again.again?.agentId, agentId);
  t.deepEqual(again.again?.frameworks, [frameworkInfo()]);
  t.like(again.again?.tasks[0], { latestState: 'TASK_RUNNING', status: { state: 'TASK_STARTING' } });
});

test('LM-29: STARTING and RUNNING carry uuid, executor id, container id and an address', (t) => {
  const { driven } = runningAgent();
  const [starting, running] = driven.ackAll('t');
  t.like(starting, {
    state: 'TASK_STARTING',
    source: 'SOURCE_EXECUTOR',
    executor_id: { value: 't' },
    agent_id: { value: agentId },
  });
  t.is(Buffer.from(running?.uuid ?? '', 'base64').length, 16);
  t.like(running, {
    state: 'TASK_RUNNING',
    container_status: {
      container_id: { value: driven.entry('t')?.runId },
      network_infos: [{ ip_addresses: [{ protocol: 'IPv4', ip_address: '127.0.0.1' }] }],
      executor_pid: 77,
    },
  });
});

test('LM-30: without an acknowledgement of STARTING no RUNNING leaves, and STARTING repeats at 10, 20, 40 s … up to 10 min', (t) => {
  const { driven } = runningAgent();
  const begin = driven.now;
  const times: number[] = [];
  for (let second = 0; second < 3_600; second += 1) {
    const effects = driven.pass(1_000);
    if (updatesIn(effects).length === 0) continue;
    t.deepEqual(statesIn(effects), ['TASK_STARTING']);
    times.push((driven.now - begin) / 1_000);
  }
  const waits = times.map((time, index) => time - (times[index - 1] ?? 0));
  t.deepEqual(waits, [10, 20, 40, 80, 160, 320, 600, 600, 600, 600]);
});

test('LM-31: a second acknowledgement and one of a random uuid change nothing', (t) => {
  const { driven } = runningAgent();
  const starting = driven.entry('t')?.pending[0]?.uuid;
  t.deepEqual(driven.ack('t', 'AAAAAAAAAAAAAAAAAAAAAA=='), []);
  t.deepEqual(statesIn(driven.ack('t', starting)), ['TASK_RUNNING']);
  t.deepEqual(driven.ack('t', starting), []);
  t.is(driven.entry('t')?.pending.length, 1);
});

test('LM-32: a new subscription of the framework, and a registration of the agent, send the unacknowledged update at once', (t) => {
  const { driven } = runningAgent();
  driven.pass(100_000);
  t.deepEqual(statesIn(driven.tell({ type: 'UPDATE_FRAMEWORK', framework: frameworkInfo() })), ['TASK_STARTING']);
  t.deepEqual(statesIn(driven.pass(10_000)), ['TASK_STARTING'], 'the waits begin anew');
  driven.step({ kind: 'unlinked' });
  t.deepEqual(updatesIn(driven.pass(1_000_000)), [], 'nothing is sent while there is no link');
  t.deepEqual(statesIn(driven.register()), ['TASK_STARTING']);
});

for (const [end, state, message] of [
  [exit(0), 'TASK_FINISHED', 'Command exited with status 0'],
  [exit(1), 'TASK_FAILED', 'Command exited with status 1'],
  [{ kind: 'signaled', signal: 11 }, 'TASK_FAILED', 'Command terminated with signal Segmentation fault'],
  [{ kind: 'signaled', signal: 9 }, 'TASK_FAILED', 'Command terminated with signal Killed'],
  [{ kind: 'signaled', signal: 40 }, 'TASK_FAILED', 'Command terminated with signal Unknown signal 40'],
] as const)
  test(`LM-33: ${JSON.stringify(end)} is ${state}`, (t) => {
    const { driven, runId } = runningAgent();
    driven.ended(runId, end);
    t.like(driven.ackAll('t').at(-1), { state, message, source: 'SOURCE_EXECUTOR' });
  });

test('LM-34: a task is kept until its terminal update is acknowledged, then forgotten', (t) => {
  const { driven, runId } = runningAgent();
  driven.ended(runId, exit(0));
  t.is(driven.entry('t')?.phase, 'ended');
  t.like(driven.entry('t'), { latestState: 'TASK_FINISHED' });
  driven.ackAll('t');
  t.is(driven.entry('t'), undefined);
  t.true(driven.all.some((effect) => effect.kind === 'forget'));
});

test('LM-42: a kill is SIGTERM, SIGKILL after 3 s, and KILLED with what ended the command', (t) => {
  const { driven, runId } = runningAgent();
  driven.ackAll('t');
  const effects = driven.kill('t');
  t.deepEqual(signalsIn(effects), ['SIGTERM']);
  t.deepEqual(statesIn(effects), ['TASK_KILLING']);
  t.deepEqual(signalsIn(driven.pass(2_999)), []);
  t.deepEqual(signalsIn(driven.pass(1)), ['SIGKILL']);
  driven.ended(runId, { kind: 'signaled', signal: 9 });
  t.like(driven.ackAll('t').at(-1), { state: 'TASK_KILLED', message: 'Command terminated with signal Killed' });
});

test('LM-42: no KILLING for a framework that does not know it, and a command that exits 0 on SIGTERM is KILLED', (t) => {
  const { driven, runId } = runningAgent('t', {}, frameworkInfo({ able: [] }));
  driven.ackAll('t');
  t.deepEqual(statesIn(driven.kill('t')), []);
  driven.ended(runId, exit(0));
  t.like(driven.ackAll('t').at(-1), { state: 'TASK_KILLED', message: 'Command exited with status 0' });
});

test("LM-43: the task's own kill policy counts, the one of the KILL does not, and a second KILL changes nothing", (t) => {
  const { driven } = runningAgent('t', { kill_policy: { grace_period: { nanoseconds: 1e9 } } });
  driven.tell({
    type: 'KILL_TASK',
    frameworkId,
    taskId: taskInfo('t').task_id.value,
    gracePeriod: { nanoseconds: 4e9 },
  });
  t.deepEqual(signalsIn(driven.kill('t')), []);
  t.deepEqual(signalsIn(driven.pass(1_000)), ['SIGKILL']);
});

test('LM-44: a KILL during the launch is TASK_KILLED_DURING_LAUNCH; what is reported too late is killed', (t) => {
  const driven = createDrivenAgent();
  driven.register();
  const runId = driven.run('t');
  const effects = driven.kill('t');
  t.true(effects.some((effect) => effect.kind === 'abandon'));
  t.like(updatesIn(effects)[0], {
    state: 'TASK_KILLED',
    source: 'SOURCE_AGENT',
    reason: 'REASON_TASK_KILLED_DURING_LAUNCH',
  });
  t.deepEqual(signalsIn(driven.started(runId)), ['SIGKILL']);
  t.is(driven.ackAll('t').length, 1);
});

test('LM-48: past max_completion_time the task is ended and FAILED with that reason', (t) => {
  const { driven, runId } = runningAgent('t', { max_completion_time: { nanoseconds: 2e9 } });
  t.deepEqual(signalsIn(driven.pass(1_999)), []);
  t.deepEqual(signalsIn(driven.pass(1)), ['SIGTERM']);
  driven.ended(runId, { kind: 'signaled', signal: 15 });
  t.like(driven.ackAll('t').at(-1), {
    state: 'TASK_FAILED',
    reason: 'REASON_MAX_COMPLETION_TIME_REACHED',
    message: 'Command terminated with signal Terminated',
  });
  t.deepEqual(signalsIn(driven.pass(10_000)), [], 'no timer is left');
});

test('LM-45: a KILL of a task that the agent does not have is answered by DROPPED, or LOST', (t) => {
  for (const [able, state] of [
    [['PARTITION_AWARE'], 'TASK_DROPPED'],
    [[], 'TASK_LOST'],
  ] as const) {
    const { driven } = runningAgent('t', {}, frameworkInfo({ able: [...able] }));
    t.like(updatesIn(driven.kill('unknown'))[0], {
      state,
      source: 'SOURCE_AGENT',
      reason: 'REASON_EXECUTOR_TERMINATED',
    });
    t.deepEqual(driven.kill('unknown'), [], 'one answer, repeated by its own timer only');
    driven.ackAll('unknown');
    t.is(driven.entry('unknown'), undefined);
  }
});

test('LM-57: tasks that the master names as missing are DROPPED, or LOST, with a uuid', (t) => {
  for (const [able, state] of [
    [['PARTITION_AWARE'], 'TASK_DROPPED'],
    [[], 'TASK_LOST'],
  ] as const) {
    const driven = createDrivenAgent();
    driven.step({ kind: 'linked' });
    const framework = frameworkInfo({ able: [...able] });
    const missing = [{ framework, taskId: taskInfo('lost').task_id.value }];
    const [status] = updatesIn(driven.tell({ type: 'REGISTERED', agentId, missing }));
    t.like(status, { state, source: 'SOURCE_AGENT', reason: 'REASON_RECONCILIATION' });
    t.is(status?.executor_id, undefined);
    t.truthy(status?.uuid);
  }
});

test('LM-61: shutting a framework down ends its tasks, forgets its updates and says nothing more', (t) => {
  const { driven, runId } = runningAgent();
  driven.run('launching');
  const effects = driven.tell({ type: 'SHUTDOWN_FRAMEWORK', frameworkId });
  t.deepEqual(signalsIn(effects), ['SIGTERM']);
  t.true(effects.some((effect) => effect.kind === 'abandon'));
  t.deepEqual(signalsIn(driven.pass(3_000)), ['SIGKILL']);
  t.deepEqual(updatesIn(driven.ended(runId, { kind: 'signaled', signal: 9 })), []);
  t.deepEqual(driven.agent.view().entries, []);
  t.deepEqual(updatesIn(driven.pass(1_000_000)), []);
});

test('LM-62: after a restart live tasks go on, the others are FAILED, EXECUTOR_TERMINATED; a launch is GONE', (t) => {
  const { driven: before } = runningAgent('alive');
  before.started(before.run('dead'));
  before.run('launching');
  before.ackAll('dead');
  const entries = before.agent
    .view()
    .entries.map((entry) => ({ entry: structuredClone(entry), alive: entry.taskId === 'alive' }));
  const after = createDrivenAgent();
  after.step({ kind: 'recovered', agentId, frameworks: [frameworkInfo()], entries });
  const effects = after.register();
  const states = updatesIn(effects).map(({ task_id, state, reason }) => [task_id.value, state, reason]);
  t.deepEqual(states, [
    ['alive', 'TASK_STARTING', undefined],
    ['dead', 'TASK_FAILED', 'REASON_EXECUTOR_TERMINATED'],
    ['launching', 'TASK_GONE', 'REASON_EXECUTOR_REREGISTRATION_TIMEOUT'],
  ]);
  after.kill('alive');
  const runId = after.entry('alive')?.runId;
  if (runId === undefined) return t.fail('the task is not there');
  after.ended(runId, { kind: 'signaled', signal: 15 });
  t.is(after.ackAll('alive').at(-1)?.state, 'TASK_KILLED');
});

test('a launch that fails is CONTAINER_LAUNCH_FAILED, with its message', (t) => {
  const driven = createDrivenAgent();
  driven.register();
  const runId = driven.run('t');
  t.like(updatesIn(driven.step({ kind: 'launch-failed', runId, message: 'no disk' }))[0], {
    state: 'TASK_FAILED',
    source: 'SOURCE_AGENT',
    reason: 'REASON_CONTAINER_LAUNCH_FAILED',
    message: 'Failed to launch container: no disk',
  });
});

test('a master that gives another id has forgotten the tasks: they end without a word', (t) => {
  const { driven } = runningAgent();
  driven.step({ kind: 'unlinked' });
  driven.step({ kind: 'linked' });
  const effects = driven.tell({ type: 'REGISTERED', agentId: 'm-S9' as typeof agentId });
  t.deepEqual(signalsIn(effects), ['SIGTERM']);
  t.deepEqual(updatesIn(effects), []);
});

test('every save of a turn stands before what others may see of it', (t) => {
  const { driven } = runningAgent();
  const effects = driven.kill('t');
  const save = effects.findIndex((effect) => effect.kind === 'save');
  const seen = effects.findIndex((effect) => effect.kind === 'send' || effect.kind === 'signal');
  t.true(save !== -1 && save < seen);
});

test('nothing is saved for frameworks that do not checkpoint', (t) => {
  const { driven } = runningAgent('t', {}, frameworkInfo({ checkpoint: false }));
  t.false(driven.all.some((effect) => effect.kind === 'save'));
});

test('whatever happens: one update of a task under way, none after a terminal one, no signal but for a reason', (t) => {
  const inputs = fc.array(
    fc.record({
      task: fc.constantFrom('a', 'b', 'c'),
      what: fc.constantFrom(
        'run',
        'started',
        'fail',
        'exit',
        'lost',
        'kill',
        'ack',
        'pass',
        'unlink',
        'link',
        'subscribe',
      ),
      ms: fc.integer({ min: 0, max: 20_000 }),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(inputs, (script) => {
      const driven = createDrivenAgent();
      driven.register();
      const runs = new Map<string, ReturnType<typeof driven.run>>();
      const killed = new Set<string>();
      /** Runs that have started, failed or ended: nothing more starts of them. */
      const over = new Set<string>();
      const told = new Map<string, string[]>();
      const check = (effects: readonly AgentEffect[]) => {
        for (const effect of effects)
          if (effect.kind === 'signal' && !killed.has(effect.runId)) throw new Error('signal');
        for (const status of updatesIn(effects)) {
          const head = driven.entry(status.task_id.value)?.pending[0];
          if (
            head !== undefined &&
            driven.entry(status.task_id.value)?.pending.every((one) => one.uuid !== status.uuid)
          )
            throw new Error('an update that is not in its queue');
          const states = told.get(status.uuid ?? '') ?? [];
          told.set(status.uuid ?? '', [...states, status.state]);
        }
      };
      for (const { task, what, ms } of script) {
        const runId = runs.get(task);
        const entry = driven.entry(task);
        if (what === 'run' && entry === undefined && driven.agent.view().registered) runs.set(task, driven.run(task));
        if (what === 'kill' && runId !== undefined) killed.add(runId);
        // No process comes of a launch that failed, and none twice.
        const mayStart = runId !== undefined && !over.has(runId) && (entry?.phase !== 'ended' || killed.has(runId));
        if (runId !== undefined && ['started', 'fail', 'exit', 'lost'].includes(what)) over.add(runId);
        if (runId !== undefined && what === 'started' && mayStart) check(driven.started(runId));
        if (runId !== undefined && what === 'fail') check(driven.step({ kind: 'launch-failed', runId, message: 'm' }));
        if (runId !== undefined && what === 'exit') check(driven.ended(runId, exit(ms % 3)));
        if (runId !== undefined && what === 'lost') check(driven.ended(runId, { kind: 'lost' }));
        if (what === 'kill') check(driven.kill(task));
        if (what === 'ack') check(driven.ack(task, entry?.pending[0]?.uuid));
        if (what === 'pass') check(driven.pass(ms));
        if (what === 'unlink') check(driven.step({ kind: 'unlinked' }));
        if (what === 'link') check(driven.register());
        if (what === 'subscribe') check(driven.tell({ type: 'UPDATE_FRAMEWORK', framework: frameworkInfo() }));
        for (const { pending } of driven.agent.view().entries) {
          const terminal = pending.findIndex(
            ({ state }) => !['TASK_STARTING', 'TASK_RUNNING', 'TASK_KILLING'].includes(state),
          );
          if (terminal !== -1 && terminal !== pending.length - 1) throw new Error('an update after a terminal one');
        }
      }
      return true;
    }),
    { numRuns: 500 },
  );
  t.pass();
});
