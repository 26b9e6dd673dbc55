import test from 'ava';
import fc from 'fast-check';
import type { ClusterCommand, ClusterFrame } from '../../src/flink/plan/clusters.ts';
import { Problem } from '../../src/lib/problem.ts';
import { startRuntime } from '../../src/runtime/loop.ts';
import type { MasterSource } from '../../src/runtime/masters.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import type { Frame } from '../../src/scheduler/model/frame.ts';
import type { Input } from '../../src/scheduler/model/input.ts';
import type { MasterAddress } from '../../src/scheduler/model/master.ts';
import {
  bench,
  call,
  cluster,
  endedTask,
  fakeStream,
  job,
  master,
  name,
  put,
  quiet,
  subscribe,
  subscription,
  taskId,
  turnOf,
  waitingTask,
} from './support/fakes.ts';

const deleteIt: ClusterCommand = { kind: 'delete', cluster: name };

function on(kind: Input['kind'], frame: Partial<Frame>) {
  return (input: Input) => (input.kind === kind ? frame : {});
}

test('RL-1: at the start every cluster is planned, and the core hears of the masters before it leads', async (t) => {
  const { scheduler, journal, start } = bench();
  await start();
  t.deepEqual(
    scheduler.inputs.map((input) => input.kind),
    ['masters', 'leadership'],
  );
  t.deepEqual(scheduler.inputs[0], { kind: 'masters', masters: [master], at: 1_000_000 });
  t.deepEqual(journal, []);
});

test('MA-59: masters that change are told to the core as they do, until the loop is stopped', async (t) => {
  const { scheduler, start } = bench();
  const journal: string[] = [];
  let report: (masters: readonly MasterAddress[]) => void = () => {};
  const masters: MasterSource = {
    follow: (listener) => {
      report = listener;
      return async () => {
        journal.push('unfollowed');
      };
    },
  };
  const runtime = await start({ masters });
  t.deepEqual(
    scheduler.inputs.map((input) => input.kind),
    ['leadership'],
  );
  for (const found of [[master], [], ['other:5050' as MasterAddress]]) {
    report(found);
    await turnOf(runtime);
    t.deepEqual(scheduler.inputs.at(-1), { kind: 'masters', masters: found, at: 1_000_000 });
  }
  await runtime.stop();
  t.deepEqual(journal, ['unfollowed']);
  report([master]);
  t.is(scheduler.inputs.length, 4);
});

test('I4, I5: a frame is carried out in order: persist, calls, timers, actions, facts, answers', async (t) => {
  const { scheduler, clusters, store, client, journal, clock, start } = bench();
  const stream = fakeStream(journal);
  client.onSubscribe = async () => ({ kind: 'opened', stream });
  scheduler.script = on('leadership', { calls: [subscribe()] });
  const runtime = await start();
  await quiet();
  journal.length = 0;

  const accepted: Partial<ClusterFrame> = {
    persist: [put('cluster')],
    facts: [{ kind: 'cluster.deleting', cluster: name }],
    actions: [
      { kind: 'launch', task: waitingTask('t1').spec },
      {
        kind: 'cancel-job',
        cluster: name,
        jobManager: taskId('jm'),
        url: 'http://jm',
        job: job('1').id,
        flinkJobId: job('1').id,
      },
    ],
  };
  clusters.onAccept = (input) => (input.kind === 'command' ? accepted : {});
  scheduler.script = on('command', {
    persist: [put('task')],
    calls: [call('REVIVE')],
    timers: [{ kind: 'set', timer: { kind: 'match' }, at: clock.now() + 7 }],
    facts: [{ kind: 'offers.revived', roles: ['*'] }],
  });
  runtime.onFact(({ fact }) => journal.push(`fact ${fact.kind}`));
  await runtime.submit(deleteIt).then(() => journal.push('resolved'));

  const order = ['committed', 'timer 7', 'fact cluster.deleting', 'fact offers.revived', 'resolved'];
  t.deepEqual(
    journal.filter((entry) => order.includes(entry)),
    order,
  );
  t.deepEqual(journal.slice(0, 5), [
    'accept command',
    'step command launch',
    'plan alpha',
    'commit cluster task',
    'committed',
  ]);
  t.true(journal.indexOf('call REVIVE') > journal.indexOf('committed'));
  t.true(journal.indexOf('cancel') > journal.indexOf('timer 7'));
  t.is(store.commits.filter((writes) => writes.length > 0).length, 1);
});

test('I6: who was deposed without noticing says nothing to Mesos, not even what needs no record', async (t) => {
  const { scheduler, clusters, store, client, start } = bench();
  const stream = fakeStream();
  client.onSubscribe = async () => ({ kind: 'opened', stream });
  scheduler.script = on('leadership', { calls: [subscribe()] });
  const runtime = await start();
  await quiet();
  clusters.onAccept = () => ({ actions: [{ kind: 'forget', cluster: name }] });
  scheduler.script = on('command', { calls: [call('REVIVE')] });
  store.gate = Promise.reject(new Problem('DEPOSED', 'another one leads'));
  await t.throwsAsync(runtime.submit(deleteIt), { message: 'another one leads' });
  t.is((await runtime.ended)?.code, 'DEPOSED');
  t.deepEqual(stream.sent, []);
});

test('I4: while a commit is under way nothing is sent, set, told or answered', async (t) => {
  const { scheduler, clusters, store, journal, clock, start } = bench();
  const runtime = await start();
  const gate = Promise.withResolvers<void>();
  store.gate = gate.promise;
  clusters.onAccept = () => ({ persist: [put('x')], facts: [{ kind: 'cluster.deleting', cluster: name }] });
  scheduler.script = () => ({});
  let facts = 0;
  let answered = false;
  runtime.onFact(() => facts++);
  const asked = runtime.submit(deleteIt).then(() => {
    answered = true;
  });
  await quiet();
  t.deepEqual([facts, answered, clock.waiting], [0, false, 0]);
  gate.resolve();
  await asked;
  t.is(facts, 1);
  t.deepEqual(journal.at(-1), 'committed');
});

test('what arrives during a commit is taken together and persisted as one group', async (t) => {
  const { store, start } = bench();
  const runtime = await start();
  const gate = Promise.withResolvers<void>();
  store.gate = gate.promise;
  const first = runtime.putRecords([put('a')]);
  await quiet();
  const rest = ['b', 'c', 'd'].map((key) => runtime.putRecords([put(key)]));
  await quiet();
  gate.resolve();
  await Promise.all([first, ...rest]);
  t.deepEqual(
    store.commits.map((writes) => writes.map((write) => write.key)),
    [['a'], ['b', 'c', 'd']],
  );
});

test('a record that is written twice in a turn is committed once, as it was last', async (t) => {
  const { store, start } = bench();
  const runtime = await start();
  await Promise.all([runtime.putRecords([put('a', 1), put('b', 1)]), runtime.putRecords([put('a', 2)])]);
  t.deepEqual(store.commits, [[put('a', 2), put('b', 1)]]);
});

test('a turn that changes no record commits nothing', async (t) => {
  const { store, start } = bench();
  const runtime = await start();
  await runtime.submit(deleteIt);
  t.deepEqual(store.commits, []);
});

test('a commit that fails ends the loop: no call, no fact, everyone who waits is told', async (t) => {
  const { scheduler, clusters, store, client, journal, start } = bench();
  const stream = fakeStream();
  client.onSubscribe = async () => ({ kind: 'opened', stream });
  scheduler.script = on('leadership', { calls: [subscribe()] });
  const runtime = await start();
  await quiet();
  scheduler.script = () => ({ calls: [call('REVIVE')], facts: [{ kind: 'offers.revived', roles: ['*'] }] });
  clusters.onAccept = () => ({ persist: [put('x')], actions: [{ kind: 'forget', cluster: name }] });
  const gate = Promise.withResolvers<void>();
  store.gate = gate.promise;
  let facts = 0;
  runtime.onFact(() => facts++);

  const asked = t.throwsAsync(runtime.submit(deleteIt), { instanceOf: Problem, message: /disk is full/ });
  await quiet();
  const queued = t.throwsAsync(runtime.submit(deleteIt), { message: /disk is full/ });
  gate.reject(new Error('the disk is full'));
  await Promise.all([asked, queued]);
  const problem = await runtime.ended;
  t.is(problem?.code, 'PERSIST_FAILED');
  t.deepEqual([stream.sent, facts, stream.closed], [[], 0, true]);
  t.is(journal.filter((entry) => entry === 'step command forget').length, 1);
  await t.throwsAsync(runtime.submit(deleteIt), { message: /stopping/ });
});

test("a store's own problem keeps its code", async (t) => {
  const { store, start } = bench();
  const runtime = await start();
  store.gate = Promise.reject(new Problem('STORE_LOCKED', 'somebody else'));
  await t.throwsAsync(runtime.putRecords([put('x')]), { message: 'somebody else' });
  t.is((await runtime.ended)?.code, 'STORE_LOCKED');
});

test('a command that the planner refuses is rejected; the others of its turn go on', async (t) => {
  const { clusters, store, start } = bench();
  const runtime = await start();
  clusters.onAccept = (input) => {
    if (input.kind === 'command' && input.command.kind === 'delete') throw new Problem('NOT_FOUND', 'no such cluster');
    return { persist: [put('created')] };
  };
  const refused = t.throwsAsync(runtime.submit(deleteIt), { message: 'no such cluster' });
  await Promise.all([refused, runtime.submit({ kind: 'create', cluster: cluster() })]);
  t.is(store.commits.length, 1);
  await turnOf(runtime);
});

test('TK-1: a fault in the core, in the plan or in a listener is a defect that ends the loop', async (t) => {
  const faults: ((parts: ReturnType<typeof bench>, runtime: Runtime) => void)[] = [
    ({ clusters }, runtime) => {
      clusters.onAccept = () => ({ facts: [{ kind: 'cluster.deleting', cluster: name }] });
      runtime.onFact(() => {
        throw new Error('broken');
      });
    },
    ({ scheduler }) => {
      scheduler.script = () => {
        throw new Error('broken');
      };
    },
    ({ clusters }) => {
      clusters.onPlan = () => {
        throw new Problem('CONFLICT', 'broken');
      };
    },
    ({ clusters }) => {
      clusters.onAccept = () => {
        throw new Error('broken');
      };
    },
  ];
  for (const fault of faults) {
    const parts = bench();
    parts.scheduler.known.set(taskId('t1'), waitingTask('t1'));
    const runtime = await parts.start();
    fault(parts, runtime);
    const asked = [runtime.submit(deleteIt), runtime.restartTask(taskId('t1'), 'test')];
    const results = await Promise.allSettled(asked);
    t.true(results.every((result) => result.status === 'rejected'));
    const problem = await runtime.ended;
    t.is(problem?.code, 'INTERNAL');
    t.regex(problem?.message ?? '', /broken/);
    t.deepEqual(parts.store.commits, []);
  }
});

test('an observation that cannot be taken in is a defect too, even as a Problem', async (t) => {
  const { clusters, start, rest } = bench();
  clusters.jobManagers = [{ cluster: name, jobManager: taskId('jm'), url: 'http://jm' }];
  clusters.onAccept = () => {
    throw new Problem('NOT_FOUND', 'broken');
  };
  rest.observe = async () => ({ taskManagers: [], jobs: [] });
  const runtime = await start();
  t.is((await runtime.ended)?.code, 'INTERNAL');
});

test('a stop ends the loop after the rest of its frame was carried out', async (t) => {
  const { scheduler, store, start } = bench();
  scheduler.known.set(taskId('t1'), waitingTask('t1'));
  const runtime = await start();
  scheduler.script = () => ({
    persist: [put('x')],
    facts: [{ kind: 'framework.stopped', code: 'DEPOSED', message: 'another scheduler' }],
    stop: { code: 'DEPOSED', message: 'another scheduler' },
  });
  const facts: string[] = [];
  runtime.onFact(({ fact }) => facts.push(fact.kind));
  await runtime.restartTask(taskId('t1'), 'test');
  const problem = await runtime.ended;
  t.deepEqual([problem?.code, problem?.message], ['DEPOSED', 'another scheduler']);
  t.deepEqual(facts, ['framework.stopped']);
  t.is(store.commits.length, 1);
});

test('what the plan launches goes through the core in the same turn, and is planned again until nothing comes', async (t) => {
  const { scheduler, clusters, store, journal, start } = bench();
  const runtime = await start();
  clusters.onPlan = (_cluster, tasks) =>
    tasks.length < 3 ? { actions: [{ kind: 'launch', task: waitingTask(`t${tasks.length}`).spec }] } : {};
  scheduler.script = (input) => {
    if (input.kind !== 'command' || input.command.kind !== 'launch') return {};
    const task = waitingTask(input.command.task.taskId);
    scheduler.known.set(task.spec.taskId, task);
    return { persist: [{ kind: 'put', collection: 'tasks', key: task.spec.taskId, value: task }] };
  };
  await runtime.submit(deleteIt);
  t.deepEqual(
    store.commits.map((writes) => writes.map((write) => write.key)),
    [['t0', 't1', 't2']],
  );
  t.is(journal.filter((entry) => entry === 'plan alpha').length, 4);
});

test('a plan that never comes to rest is a defect', async (t) => {
  const { scheduler, clusters, start } = bench();
  const runtime = await start();
  clusters.onPlan = () => ({ actions: [{ kind: 'forget', cluster: name }] });
  scheduler.script = on('command', { persist: [{ kind: 'delete', collection: 'tasks', key: 't' }] });
  await t.throwsAsync(runtime.submit(deleteIt), { message: /never comes to rest/ });
  t.is((await runtime.ended)?.code, 'INTERNAL');
});

test('a cluster is planned when a fact speaks of its tasks, and when the time comes that its plan named', async (t) => {
  const { scheduler, clusters, journal, clock, start } = bench();
  scheduler.known.set(taskId('t1'), waitingTask('t1'));
  const runtime = await start();
  clusters.onPlan = () => ({ wakeAt: clock.now() + 500 });
  scheduler.script = on('command', {
    facts: [
      {
        kind: 'task.killing',
        taskId: taskId('t1'),
        group: waitingTask('t1').spec.group,
        part: 'x',
        why: '',
        attempt: 1,
      },
    ],
  });
  await runtime.restartTask(taskId('t1'), 'test');
  t.is(journal.filter((entry) => entry === 'plan alpha').length, 1);
  clusters.onPlan = () => ({});
  clock.advance(500);
  await turnOf(runtime);
  t.is(journal.filter((entry) => entry === 'plan alpha').length, 2);
  t.is(clock.waiting, 0);
});

test('a wake-up that the next plan does not want any more is called off', async (t) => {
  const { clusters, clock, start } = bench();
  const runtime = await start();
  clusters.onPlan = () => ({ wakeAt: clock.now() + 500 });
  await runtime.submit(deleteIt);
  t.is(clock.waiting, 1);
  clusters.onPlan = () => ({});
  await runtime.submit(deleteIt);
  t.is(clock.waiting, 0);
});

test('nobody is woken for a cluster that is gone', async (t) => {
  const { clusters, clock, start } = bench();
  const runtime = await start();
  clusters.onPlan = () => ({ wakeAt: clock.now() + 500 });
  await runtime.submit(deleteIt);
  t.is(clock.waiting, 1);
  clusters.onAccept = () => {
    clusters.known.delete(name);
    return {};
  };
  await runtime.submit(deleteIt);
  t.is(clock.waiting, 0);
});

test("the core's timers come back as inputs, moved and cleared as it says", async (t) => {
  const { scheduler, clock, start } = bench();
  scheduler.known.set(taskId('t1'), waitingTask('t1'));
  const runtime = await start();
  const timer = { kind: 'match' } as const;
  const at = clock.now() + 100;
  scheduler.script = on('command', { timers: [{ kind: 'set', timer, at }] });
  await runtime.restartTask(taskId('t1'), 'test');
  scheduler.script = () => ({});
  clock.advance(100);
  await turnOf(runtime);
  t.deepEqual(scheduler.inputs.at(-1), { kind: 'timer', timer, at });
});

test('an operator restarts only what runs or waits', async (t) => {
  const { scheduler, start } = bench();
  scheduler.known.set(taskId('live'), waitingTask('live'));
  scheduler.known.set(taskId('gone'), endedTask('gone'));
  const runtime = await start();
  await runtime.restartTask(taskId('live'), 'test');
  t.like(scheduler.inputs.at(-1), { command: { kind: 'kill', taskId: 'live', reason: 'test' } });
  await t.throwsAsync(runtime.restartTask(taskId('gone'), 'test'), { message: /has ended already: gone/ });
  await t.throwsAsync(runtime.restartTask(taskId('never'), 'test'), { message: /no task never/ });
});

test('stop lets the last persist finish and answers for it, but sends nothing more', async (t) => {
  const { scheduler, clusters, store, client, journal, clock, start } = bench();
  const stream = fakeStream();
  client.onSubscribe = async () => ({ kind: 'opened', stream });
  scheduler.script = on('leadership', { calls: [subscribe()] });
  const runtime = await start();
  await quiet();
  const cancel = {
    kind: 'cancel-job',
    cluster: name,
    jobManager: taskId('jm'),
    url: 'http://jm',
    job: job('1').id,
    flinkJobId: job('1').id,
  } as const;
  clusters.onAccept = () => ({ persist: [put('x')], actions: [{ kind: 'forget', cluster: name }, cancel] });
  clusters.jobManagers = [{ cluster: name, jobManager: taskId('jm'), url: 'http://jm' }];
  const timers = [{ kind: 'set', timer: { kind: 'match' }, at: clock.now() + 10 }] as const;
  scheduler.script = () => ({ calls: [call('REVIVE')], timers });
  const gate = Promise.withResolvers<void>();
  store.gate = gate.promise;
  const asked = runtime.submit(deleteIt);
  await quiet();
  const stopped = runtime.stop();
  gate.resolve();
  await Promise.all([asked, stopped]);
  t.is(await runtime.ended, undefined);
  t.deepEqual([stream.sent, stream.closed, clock.waiting], [[], true, 0]);
  t.false(journal.some((entry) => entry === 'cancel' || entry === 'observe'));
});

test('a last persist that fails after stop is still reported', async (t) => {
  const { store, start } = bench();
  const runtime = await start();
  const gate = Promise.withResolvers<void>();
  store.gate = gate.promise;
  const asked = t.throwsAsync(runtime.putRecords([put('x')]));
  await quiet();
  const stopped = runtime.stop();
  gate.reject(new Error('no room'));
  await Promise.all([asked, stopped]);
  t.is((await runtime.ended)?.code, 'PERSIST_FAILED');
});

test("the outcome of the plan's action comes back as an input", async (t) => {
  const { clusters, start } = bench();
  const runtime = await start();
  const submit = { kind: 'submit-job', cluster: name, jobManager: taskId('jm'), url: 'http://jm' } as const;
  const wanted = { job: job('1'), flinkJobId: job('1').id, checkpoints: [] };
  clusters.onAccept = (input) =>
    input.kind === 'command'
      ? { actions: [{ ...submit, ...wanted, jar: { digest: 'd', fileName: 'job.jar', bytes: 1 }, resume: false }] }
      : {};
  await runtime.submit(deleteIt);
  await quiet();
  t.like(clusters.inputs.at(-1), { kind: 'outcome', outcome: { kind: 'submitted', job: '1', jobManager: 'jm' } });
});

test('the events of the master go to the core with the number of their subscription', async (t) => {
  const { scheduler, client, start } = bench();
  const stream = fakeStream();
  client.onSubscribe = async () => ({ kind: 'opened', stream });
  scheduler.script = on('leadership', { calls: [subscribe()] });
  const runtime = await start();
  stream.push({ type: 'HEARTBEAT' });
  await quiet();
  await turnOf(runtime);
  t.deepEqual(scheduler.inputs.slice(2), [
    { kind: 'connection', subscription, change: { kind: 'opened', master }, at: 1_000_000 },
    { kind: 'mesos', subscription, event: { type: 'HEARTBEAT' }, at: 1_000_000 },
  ]);
});

test('I12: while a commit takes long, a flood of events stays in the stream; none is lost', async (t) => {
  const { scheduler, store, client, start } = bench();
  const flood = 5000;
  let pulled = 0;
  const stream = fakeStream();
  stream.events = async function* () {
    while (pulled < flood) {
      pulled++;
      yield { type: 'HEARTBEAT' };
    }
    await new Promise(() => undefined);
  };
  const opened = Promise.withResolvers<void>();
  client.onSubscribe = async () => {
    await opened.promise;
    return { kind: 'opened', stream };
  };
  scheduler.script = on('leadership', { calls: [subscribe()] });
  const runtime = await start();
  const gate = Promise.withResolvers<void>();
  store.gate = gate.promise;
  const asked = runtime.putRecords([put('x')]);
  await quiet();
  opened.resolve();
  await quiet();
  t.true(pulled >= 1000 && pulled <= 2000, `${pulled} were taken in`);
  gate.resolve();
  await asked;
  while (scheduler.inputs.filter((input) => input.kind === 'mesos').length < flood) await turnOf(runtime);
  t.is(pulled, flood);
});

test('property, I4: whatever the frames and however commits are delayed, no call leaves before its record is durable', async (t) => {
  const step = fc.record({ writes: fc.nat(3), calls: fc.nat(3), pause: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const durable = new Set<string>();
      const parts = bench();
      const violations: string[] = [];
      const stream = fakeStream();
      stream.answer = async (message) => {
        const needed = (message as { need?: string[] }).need ?? [];
        violations.push(...needed.filter((key) => !durable.has(key)));
      };
      parts.client.onSubscribe = async () => ({ kind: 'opened', stream });
      parts.store.commit = async (writes) => {
        await quiet();
        for (const write of writes) durable.add(write.key);
      };
      parts.scheduler.script = on('leadership', { calls: [subscribe()] });
      parts.scheduler.known.set(taskId('t'), waitingTask('t'));
      const runtime = await startRuntime({
        ...parts,
        flinkRest: parts.rest,
        artifacts: { path: () => undefined },
        masters: [],
      });
      await quiet();
      let n = 0;
      let sent = 0;
      const asked: Promise<void>[] = [];
      for (const { writes, calls, pause } of steps) {
        const keys = Array.from({ length: writes }, () => `k${n++}`);
        const one = call('REVIVE') as Extract<ReturnType<typeof call>, { kind: 'call' }>;
        const withNeeds = { ...one, call: Object.assign({}, one.call, { need: keys }) };
        sent += calls;
        const frame = { persist: keys.map((key) => put(key)), calls: Array.from({ length: calls }, () => withNeeds) };
        const before = parts.scheduler.script;
        let used = false;
        parts.scheduler.script = (input) => {
          if (input.kind !== 'command' || used) return before(input);
          used = true;
          return frame;
        };
        asked.push(runtime.restartTask(taskId('t'), 'test'));
        if (pause) await quiet();
      }
      await Promise.all(asked);
      await quiet();
      await runtime.stop();
      return violations.length === 0 && stream.sent.length === sent;
    }),
    { numRuns: 60 },
  );
  t.pass();
});
