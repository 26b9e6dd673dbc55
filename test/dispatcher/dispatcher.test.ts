import { Readable } from 'node:stream';
import test from 'ava';
import type { ClusterName, JarRecord, JobId, JobRecord } from '../../src/flink/plan/records.ts';
import type { Problem } from '../../src/lib/problem.ts';
import type { AgentId, FrameworkId, TaskId } from '../../src/mesos-api-client/protocol/ids.ts';
import type { MasterAddress } from '../../src/scheduler/model/master.ts';
import type { GroupName, TaskLife, TaskRecord } from '../../src/scheduler/model/task.ts';
import { bench } from './support/bench.ts';
import { zipOf } from './support/zip.ts';

const jar = zipOf(['META-INF/MANIFEST.MF', 'a/B.class']);
const upload = (content: Buffer = jar) => Readable.from([content]);

function task(id: string, life: TaskLife): TaskRecord {
  const process = { command: 'true', environment: { SECRET: 'hunter2' }, uris: [], labels: {}, killGraceMs: 1 };
  const resources = { cpus: 1, memMiB: 64, diskMiB: 0, ports: ['rpc'] };
  const spec = { taskId: id as TaskId, group: 'alpha' as GroupName, part: 'taskmanager', name: id, resources, process };
  return { version: 1, spec, requestedAt: 0, goal: { kind: 'run' }, life };
}

const placement = { agentId: 'agent-1' as AgentId, hostname: 'host-1', ports: { rpc: 31000 }, launchedAt: 1000 };

test('a cluster gets its defaults, its Flink, its configuration and an incarnation of its own', async (t) => {
  const { runtime, artifacts, dispatcher, packed } = await bench(t);
  const view = await dispatcher.createCluster({ name: 'alpha' });
  t.like(view, {
    name: 'alpha',
    phase: 'starting',
    flinkVersion: '2.3.0',
    createdAt: '1970-01-01T00:00:01.000Z',
    taskManagers: { wanted: 1, registered: 0 },
    jobs: { running: 0, all: 0 },
  });
  const record = runtime.records.get('alpha');
  t.regex(record?.incarnation ?? '', /^[0-9a-f]{6}$/);
  t.like(record, { goal: 'run', launches: 0, distribution: { kind: 'artifact', version: '2.3.0' } });
  t.deepEqual(packed, ['2.3.0']);
  t.truthy(artifacts.path(record?.configuration.digest ?? ''));
});

test('where the Flink comes from: served, at home on this machine, by URI, at home on the agents', async (t) => {
  const { runtime, dispatcher, packed } = await bench(t);
  await dispatcher.createCluster({ name: 'a', flink: { version: '1.20.5' } });
  await dispatcher.createCluster({ name: 'b', flink: { version: '9.9.9', uri: 'https://x/f.tgz' } });
  await dispatcher.createCluster({ name: 'c', flink: { version: '9.9.9', home: '/opt/flink' } });
  t.like(runtime.records.get('a')?.distribution, { kind: 'artifact', version: '1.20.5' });
  t.deepEqual(runtime.records.get('b')?.distribution, { kind: 'uri', version: '9.9.9', uri: 'https://x/f.tgz' });
  t.deepEqual(runtime.records.get('c')?.distribution, { kind: 'home', version: '9.9.9', path: '/opt/flink' });
  t.deepEqual(packed, ['1.20.5']);

  const distributions = {
    versions: () => ['2.3.0'],
    home: () => '/here',
    archive: () => Promise.reject(new Error('no')),
  };
  const local = await bench(t, { distributions });
  await local.dispatcher.createCluster({ name: 'd' });
  t.deepEqual(local.runtime.records.get('d')?.distribution, { kind: 'home', version: '2.3.0', path: '/here' });
});

const refusedSpecs: [string, unknown, Problem['code'], RegExp][] = [
  ['an unknown field', { name: 'a', colour: 'red' }, 'SPEC_INVALID', /colour is unknown/],
  ['no object', 7, 'SPEC_INVALID', /must be object/],
  [
    'an unknown version',
    { name: 'a', flink: { version: '9.9.9' } },
    'FLINK_VERSION_UNKNOWN',
    /9\.9\.9.*2\.3\.0, 1\.20\.5/,
  ],
  ['an old version', { name: 'a', flink: { version: '1.13.6' } }, 'FLINK_VERSION_UNKNOWN', /1\.13\.6.*2\.3\.0/],
  ['too little memory', { name: 'a', taskManager: { memoryMiB: 64 } }, 'SPEC_IMPOSSIBLE', /taskManager\.memoryMiB/],
  [
    'an option that is not theirs',
    { name: 'a', configuration: { 'rest.port': '1' } },
    'SPEC_IMPOSSIBLE',
    /configuration\.rest\.port/,
  ],
];

for (const [what, spec, code, message] of refusedSpecs) {
  test(`${what} is refused, and nothing is changed`, async (t) => {
    const { runtime, dispatcher, packed } = await bench(t);
    const error = await t.throwsAsync(dispatcher.createCluster(spec), { message });
    t.like(error, { code });
    t.deepEqual([runtime.commands, packed], [[], []]);
  });
}

test('a name that is taken is refused before anything is packed', async (t) => {
  const { runtime, dispatcher, packed } = await bench(t);
  await dispatcher.createCluster({ name: 'alpha', flink: { version: '2.3.0', home: '/x' } });
  t.like(await t.throwsAsync(dispatcher.createCluster({ name: 'alpha' })), { code: 'EXISTS' });
  await dispatcher.deleteCluster('alpha');
  const error = await t.throwsAsync(dispatcher.createCluster({ name: 'alpha' }), { message: /still being deleted/ });
  t.like(error, { code: 'CONFLICT' });
  t.deepEqual(packed, []);
  t.deepEqual(
    runtime.commands.map((command) => command.kind),
    ['create', 'delete'],
  );
});

test('deleting is a wish: told again it waits until it is safe, and the view stays until the cluster is gone', async (t) => {
  const { runtime, dispatcher } = await bench(t);
  await dispatcher.createCluster({ name: 'alpha' });
  await dispatcher.deleteCluster('alpha');
  await dispatcher.deleteCluster('alpha');
  t.is(runtime.commands.filter((command) => command.kind === 'delete').length, 2);
  runtime.records.delete('alpha');
  t.like(await t.throwsAsync(dispatcher.deleteCluster('alpha')), { code: 'NOT_FOUND' });
});

test('a cluster without tasks is gone as soon as it is deleted: the answer says that it is being deleted', async (t) => {
  const { runtime, dispatcher } = await bench(t);
  await dispatcher.createCluster({ name: 'alpha' });
  const { submit } = runtime;
  runtime.submit = async (command) => {
    await submit(command);
    runtime.records.delete('alpha');
  };
  t.is((await dispatcher.deleteCluster('alpha')).phase, 'deleting');
});

test('what is not there is said, with what there is', async (t) => {
  const { runtime, dispatcher } = await bench(t);
  t.throws(() => dispatcher.cluster('x'), { message: 'there is no cluster "x"; there is none at all' });
  for (let n = 1; n <= 12; n++) await dispatcher.createCluster({ name: `c${n}` });
  const error = t.throws(() => dispatcher.cluster('x'));
  t.is(error.message, 'there is no cluster "x"; there are: c1, c2, c3, c4, c5, c6, c7, c8, c9, c10 and 2 more');
  t.like(error, { code: 'NOT_FOUND' });
  runtime.taskRecords.set('t1', task('t1', { phase: 'waiting' }));
  t.throws(() => dispatcher.task('t2'), { message: 'there is no task "t2"; there is: t1' });
  t.throws(() => dispatcher.job('c1', '77'), { message: 'there is no job of cluster c1 "77"; there is none at all' });
  for (const call of [
    () => dispatcher.tasks('x'),
    () => dispatcher.jars('x'),
    () => dispatcher.jobs('x'),
    () => dispatcher.job('x', '1'),
    () => dispatcher.flinkUrl('x'),
    () => dispatcher.cluster('y'.repeat(10_000)),
  ]) {
    const missing = t.throws(call);
    t.like(missing, { code: 'NOT_FOUND' });
    t.true(missing.message.length < 300);
  }
  for (const call of [
    dispatcher.uploadJar('x', 'a.jar', upload()),
    dispatcher.submitJob('x', { jar: 'a' }),
    dispatcher.cancelJob('x', '1'),
    dispatcher.restartTask('t2'),
  ]) {
    t.like(await t.throwsAsync(call), { code: 'NOT_FOUND' });
  }
});

test('a jar is checked, kept, recorded and listed; the same one again changes nothing', async (t) => {
  const { runtime, artifacts, dispatcher } = await bench(t);
  await dispatcher.createCluster({ name: 'alpha' });
  const view = await dispatcher.uploadJar('alpha', '../my job.jar', upload());
  t.like(view, { name: 'my_job.jar', bytes: jar.length, uploadedAt: '1970-01-01T00:00:01.000Z' });
  t.regex(view.id, /^[0-9a-f]{16}_my_job\.jar$/);
  t.deepEqual(await dispatcher.uploadJar('alpha', 'my job.jar', upload()), view);
  t.deepEqual(dispatcher.jars('alpha'), [view]);
  t.like(runtime.writes, [{ kind: 'put', collection: 'jars', key: `alpha/${view.id}` }]);
  const [write] = runtime.writes;
  const record = write?.kind === 'put' ? (write.value as JarRecord) : undefined;
  t.truthy(artifacts.path(record?.artifact.digest ?? ''));
});

test('a file that is no jar, or too large, is refused and leaves nothing', async (t) => {
  const { runtime, dispatcher } = await bench(t, { jarLimitBytes: 1000 });
  await dispatcher.createCluster({ name: 'alpha' });
  const text = await t.throwsAsync(
    dispatcher.uploadJar('alpha', 'x.jar', upload(Buffer.from('hello, I am a text.....'))),
  );
  t.like(text, { code: 'JAR_INVALID' });
  const large = await t.throwsAsync(dispatcher.uploadJar('alpha', 'x.jar', upload(Buffer.alloc(1001))));
  t.like(large, { code: 'TOO_LARGE' });
  t.deepEqual([dispatcher.jars('alpha'), runtime.writes], [[], []]);
});

test('a cluster that goes while its jar is uploaded does not get the jar', async (t) => {
  const { runtime, dispatcher } = await bench(t);
  await dispatcher.createCluster({ name: 'alpha' });
  const slow = Readable.from(
    (async function* () {
      yield jar.subarray(0, 10);
      await dispatcher.deleteCluster('alpha');
      yield jar.subarray(10);
    })(),
  );
  t.like(await t.throwsAsync(dispatcher.uploadJar('alpha', 'x.jar', slow)), { code: 'CONFLICT' });
  runtime.records.delete('alpha');
  await dispatcher.createCluster({ name: 'alpha' });
  const replaced = Readable.from(
    (async function* () {
      runtime.records.delete('alpha');
      await dispatcher.createCluster({ name: 'alpha' });
      yield jar;
    })(),
  );
  const message = /created anew while x\.jar was uploaded/;
  t.like(await t.throwsAsync(dispatcher.uploadJar('alpha', 'x.jar', replaced), { message }), { code: 'CONFLICT' });
  t.deepEqual(runtime.writes, []);
});

test('the jars go with their cluster, also when it went while the scheduler was away', async (t) => {
  const artifact = { digest: 'd', fileName: 'x.jar', bytes: 1 };
  const left: JarRecord = {
    version: 1,
    id: 'x',
    cluster: 'gone' as ClusterName,
    name: 'x.jar',
    artifact,
    uploadedAt: 0,
  };
  const { runtime, dispatcher } = await bench(t, { jars: [left] });
  t.deepEqual(runtime.writes, [{ kind: 'delete', collection: 'jars', key: 'gone/x' }]);
  await dispatcher.createCluster({ name: 'alpha' });
  const { id } = await dispatcher.uploadJar('alpha', 'x.jar', upload());
  runtime.tell({ kind: 'cluster.deleted', cluster: 'alpha' as ClusterName });
  t.deepEqual(runtime.writes.at(-1), { kind: 'delete', collection: 'jars', key: `alpha/${id}` });
  t.deepEqual(dispatcher.jars('alpha'), []);
});

test('a job is submitted under an id of our own, with a jar of its cluster', async (t) => {
  const { runtime, dispatcher } = await bench(t);
  await dispatcher.createCluster({ name: 'alpha' });
  await dispatcher.createCluster({ name: 'beta' });
  const { id } = await dispatcher.uploadJar('alpha', 'x.jar', upload());
  const view = await dispatcher.submitJob('alpha', { jar: id, parallelism: 2 });
  t.like(view, { cluster: 'alpha', state: 'SUBMITTING', managed: true, resumed: 0 });
  t.regex(view.id, /^[0-9a-f]{32}$/);
  const record = runtime.records.get('alpha')?.jobs[0];
  t.like(record, { goal: 'run', spec: { jar: id, parallelism: 2 }, jar: { fileName: 'x.jar' } });
  t.deepEqual(dispatcher.jobs('alpha'), [view]);
  t.deepEqual(dispatcher.job('alpha', view.id), view);

  const other = await t.throwsAsync(dispatcher.submitJob('beta', { jar: id }), { message: /jar of cluster beta/ });
  t.like(other, { code: 'NOT_FOUND' });
  const wrong = { jar: id, parallelism: 0 };
  t.like(await t.throwsAsync(dispatcher.submitJob('alpha', wrong)), { code: 'SPEC_INVALID' });
});

test('a job is cancelled, each time by the one writer; one that has ended cannot be', async (t) => {
  const { runtime, dispatcher } = await bench(t);
  await dispatcher.createCluster({ name: 'alpha' });
  const job = (id: string, state: JobRecord['state']): JobRecord => ({
    id: id as JobId,
    submittedAt: 0,
    goal: 'run',
    state,
    stateSince: 0,
    resumed: 0,
  });
  const record = runtime.records.get('alpha');
  if (record === undefined) return t.fail();
  runtime.records.set('alpha', { ...record, jobs: [job('1', 'RUNNING'), job('2', 'FINISHED')] });
  t.like(await dispatcher.cancelJob('alpha', '1'), { id: '1', managed: false });
  await dispatcher.cancelJob('alpha', '1');
  t.is(runtime.commands.filter((command) => command.kind === 'cancel').length, 2);
  t.like(await t.throwsAsync(dispatcher.cancelJob('alpha', '2')), { code: 'CONFLICT' });
});

test('a cluster that is being deleted takes no more work', async (t) => {
  const { dispatcher } = await bench(t);
  await dispatcher.createCluster({ name: 'alpha' });
  await dispatcher.deleteCluster('alpha');
  for (const call of [
    dispatcher.uploadJar('alpha', 'x.jar', upload()),
    dispatcher.submitJob('alpha', { jar: 'x' }),
    dispatcher.cancelJob('alpha', '1'),
  ]) {
    t.like(await t.throwsAsync(call, { message: /is being deleted/ }), { code: 'CONFLICT' });
  }
  t.like(
    t.throws(() => dispatcher.flinkUrl('alpha')),
    { code: 'CONFLICT' },
  );
});

test('tasks are shown in every phase, without their environment', async (t) => {
  const { runtime, dispatcher } = await bench(t);
  await dispatcher.createCluster({ name: 'alpha' });
  const launched: TaskLife = { phase: 'launched', placement, state: 'TASK_RUNNING', stateAt: 2000, runningAt: 2000 };
  const end = { state: 'TASK_FAILED', reason: 'R', message: 'm', at: 3000, wanted: false } as const;
  for (const one of [
    task('w', { phase: 'waiting' }),
    task('l', launched),
    task('e', { phase: 'ended', placement, end }),
    task('n', { phase: 'ended', end: { state: 'WITHDRAWN', at: 1, wanted: true } }),
  ]) {
    runtime.taskRecords.set(one.spec.taskId, one);
  }
  const common = { cluster: 'alpha', part: 'taskmanager', requestedAt: '1970-01-01T00:00:00.000Z' };
  const resources = { cpus: 1, memMiB: 64, diskMiB: 0 };
  const placed = {
    agentId: 'agent-1',
    hostname: 'host-1',
    ports: { rpc: 31000 },
    launchedAt: '1970-01-01T00:00:01.000Z',
  };
  t.deepEqual<unknown, unknown>(dispatcher.tasks('alpha'), [
    { id: 'w', ...common, phase: 'waiting', state: 'WAITING', resources, whyWaiting: 'no agent fits' },
    {
      id: 'l',
      ...common,
      phase: 'launched',
      state: 'TASK_RUNNING',
      ...placed,
      runningAt: '1970-01-01T00:00:02.000Z',
      resources,
    },
    {
      id: 'e',
      ...common,
      phase: 'ended',
      state: 'TASK_FAILED',
      ...placed,
      endedAt: '1970-01-01T00:00:03.000Z',
      reason: 'R',
      message: 'm',
      resources,
    },
    { id: 'n', ...common, phase: 'ended', state: 'WITHDRAWN', endedAt: '1970-01-01T00:00:00.001Z', resources },
  ]);
  t.deepEqual(dispatcher.endpoints('alpha'), [
    { name: 'rpc', part: 'taskmanager', task: 'l', hostname: 'host-1', port: 31000 },
  ]);
  const published = task('v', launched);
  const listed = { ...published, spec: { ...published.spec, vips: { rpc: '/alpha:6123' } } };
  runtime.taskRecords.set(listed.spec.taskId, listed);
  t.like(dispatcher.endpoints('alpha')[1], { task: 'v', vip: '/alpha:6123' });
  runtime.taskRecords.delete(listed.spec.taskId);
  t.is(dispatcher.tasks().length, 4);
  t.notRegex(JSON.stringify(dispatcher.tasks()), /hunter2/);
  await dispatcher.restartTask('l');
  t.deepEqual(runtime.restarted, ['l']);
});

test('the address of Flink is known once it has answered, and while it is silent for a moment', async (t) => {
  const { runtime, dispatcher } = await bench(t);
  await dispatcher.createCluster({ name: 'alpha' });
  const notReady = () =>
    t.like(
      t.throws(() => dispatcher.flinkUrl('alpha')),
      { code: 'NOT_READY' },
    );
  notReady();
  const silent = { ...runtime.status, jobManagerUrl: 'http://host-1:31001', waitingFor: 'an answer' };
  runtime.status = silent;
  notReady();
  runtime.status = { ...silent, reachable: true };
  t.is(dispatcher.flinkUrl('alpha'), 'http://host-1:31001');
  runtime.status = silent;
  t.is(dispatcher.flinkUrl('alpha'), 'http://host-1:31001');
  runtime.status = { ...silent, jobManagerUrl: 'http://host-1:31005' };
  notReady();
  const taskId = 'jm-1' as TaskId;
  runtime.status = silent;
  runtime.tell({ kind: 'jobmanager.lost', cluster: 'alpha' as ClusterName, taskId, relaunchInMs: 0 });
  notReady();
});

test('facts are shown in words, from a number on and as they come', async (t) => {
  const { runtime, dispatcher } = await bench(t);
  const heard: number[] = [];
  const stop = dispatcher.onFact((fact) => heard.push(fact.sequence));
  runtime.tell({ kind: 'offers.revived', roles: ['*'] }, 1000);
  runtime.tell({ kind: 'offers.suppressed', roles: ['*'] }, 2000);
  stop();
  runtime.tell({ kind: 'offers.revived', roles: ['*'] }, 3000);
  t.deepEqual(heard, [1, 2]);
  t.deepEqual(dispatcher.facts(1, 1), [
    {
      sequence: 2,
      at: '1970-01-01T00:00:02.000Z',
      kind: 'offers.suppressed',
      level: 'info',
      text: 'it happened: offers.suppressed',
      data: {},
    },
  ]);
});

test('MA-20, health: the loop turns, and the master is there or was within the last minute', async (t) => {
  let now = 0;
  const { runtime, dispatcher } = await bench(t, { now: () => now });
  const master = 'm:5050' as MasterAddress;
  const subscribed = { kind: 'master.subscribed', master, frameworkId: 'f' as FrameworkId, first: true } as const;
  const lost = { kind: 'master.lost', problem: { code: 'closed', message: '' }, retryInMs: 0 } as const;
  t.deepEqual(dispatcher.health(), { healthy: false, why: 'not subscribed at a Mesos master yet' });
  runtime.tell(lost, 0);
  t.false(dispatcher.health().healthy);

  runtime.tell(subscribed, 1000);
  runtime.view = { ...runtime.view, connection: { state: 'subscribed', master, since: 1000 } };
  now = 500_000;
  t.deepEqual(dispatcher.health(), { healthy: true });
  runtime.view = { ...runtime.view, masterVersion: '1.12.0' };
  t.is(dispatcher.info().mesosVersion, '1.12.0');

  runtime.tell(lost, 500_000);
  runtime.view = { ...runtime.view, connection: { state: 'searching', since: 500_000 } };
  now = 550_000;
  runtime.tell(lost, 550_000);
  t.true(dispatcher.health().healthy);
  now = 560_000;
  t.deepEqual(dispatcher.health(), { healthy: false, why: 'the Mesos master has been away for 60 s' });

  runtime.view = { ...runtime.view, connection: { state: 'stopped', message: 'removed', since: 0 } };
  // A supervisor that starts it again changes nothing: no crash loop.
  t.deepEqual(dispatcher.health(), { healthy: true, why: 'removed' });
  runtime.view = { ...runtime.view, connection: { state: 'standby' } };
  t.true(dispatcher.health().healthy);
  runtime.end();
  await Promise.resolve();
  t.deepEqual(dispatcher.health(), { healthy: false, why: 'the scheduler has been stopped' });
});

test('info tells who and where', async (t) => {
  const { runtime, dispatcher } = await bench(t);
  runtime.view = { ...runtime.view, frameworkId: 'f-1' as FrameworkId, offersHeld: 2 };
  t.deepEqual<unknown, unknown>(dispatcher.info(), {
    version: '0.1.0',
    frameworkId: 'f-1',
    mesos: { state: 'searching', since: 0 },
    reconciled: false,
    offersHeld: 2,
    tasksWaiting: 0,
    defaultFlinkVersion: '2.3.0',
    startedAt: '1970-01-01T00:00:00.000Z',
  });
});

test('a cluster takes one of the roles that the scheduler has, and no other', async (t) => {
  const { dispatcher, runtime } = await bench(t, { roles: ['flink', 'flink/batch'] });
  await dispatcher.createCluster({ name: 'a', placement: { role: 'flink/batch' } });
  t.is(runtime.records.get('a')?.spec.placement?.role, 'flink/batch');
  const refused = await t.throwsAsync<Problem>(dispatcher.createCluster({ name: 'b', placement: { role: 'other' } }));
  t.is(refused?.code, 'SPEC_IMPOSSIBLE');
  t.regex(refused?.message ?? '', /other is none of the scheduler's roles .*--role flink,flink\/batch,other/);
  const faulty = await t.throwsAsync<Problem>(
    dispatcher.createCluster({ name: 'c', taskManager: { constraints: [['hostname']] } }),
  );
  t.is(faulty?.code, 'SPEC_INVALID');
});

test('why a task waits, the rounds of offers and the agents, in ISO times; one that does not wait is a conflict', async (t) => {
  const { dispatcher, runtime } = await bench(t);
  const amount = { cpus: 1, memMiB: 2, diskMiB: 3, ports: 4 };
  const [taskId, group] = ['t-1' as TaskId, 'alpha' as GroupName];
  runtime.taskRecords.set('t-1', task('t-1', { phase: 'waiting' }));
  runtime.taskRecords.set('t-2', task('t-2', { phase: 'launched', placement, state: 'TASK_RUNNING', stateAt: 2 }));
  runtime.whys = [
    {
      ...{ taskId, group, part: 'taskmanager', role: '*', requestedAt: 0, wanted: amount, state: 'no-offers' },
      ...{ why: 'no offer has come yet', lastOfferAt: 1000, agents: { known: 0, fitting: 0 }, ruledOut: [] },
    },
  ];
  const offer = { offerId: 'o1' as never, agentId: 'S1' as never, hostname: 'h', role: '*', resources: amount };
  runtime.rounds = [
    {
      number: 1,
      at: 1000,
      waiting: 1,
      offers: [{ ...offer, outcome: 'held', at: 1000, heldUntil: 2000 }],
      unlisted: {},
    },
  ];
  runtime.mesosAgents = [
    {
      ...{ agentId: 'S1' as never, hostname: 'h', attributes: {}, leaving: { from: 1000 } },
      ...{
        offered: [{ role: '*', at: 1000, resources: amount }],
        tasks: [{ taskId, group, part: 'p' }],
        ours: amount,
        places: [],
      },
    },
  ];
  const second = '1970-01-01T00:00:01.000Z';
  const [why] = await dispatcher.why();
  t.like(why, { task: 't-1', cluster: 'alpha', lastOfferAt: second });
  t.deepEqual(await dispatcher.whyTask('t-1'), why);
  t.is((await t.throwsAsync<Problem>(dispatcher.whyTask('t-2')))?.code, 'CONFLICT');
  t.is((await t.throwsAsync<Problem>(dispatcher.whyTask('t-3')))?.code, 'NOT_FOUND');
  t.like(dispatcher.offers()[0], { at: second, offers: [{ at: second, heldUntil: '1970-01-01T00:00:02.000Z' }] });
  t.like((await dispatcher.agents())[0], {
    leaving: { from: second },
    tasks: [{ id: 't-1', cluster: 'alpha', part: 'p' }],
  });
  t.is(dispatcher.info().agentsUnknown, 'no Mesos master is connected at present');
});

test('places can be kept in a role of its own alone', async (t) => {
  const taskManager = { kept: { volumeMiB: 100 } };
  const { dispatcher, runtime } = await bench(t, { roles: ['*', 'flink'] });
  const refused = await t.throwsAsync<Problem>(dispatcher.createCluster({ name: 'a', taskManager }));
  t.regex(refused?.message ?? '', /taskManager\.kept: nothing can be reserved to the role \*/);
  await dispatcher.createCluster({ name: 'a', taskManager, placement: { role: 'flink' } });
  t.deepEqual(runtime.records.get('a')?.spec.taskManager.kept, { volumeMiB: 100 });
  const outside = { kept: { volumeMiB: 100, volumePath: '../x' } };
  t.is(
    (await t.throwsAsync<Problem>(dispatcher.createCluster({ name: 'b', taskManager: outside })))?.code,
    'SPEC_INVALID',
  );
});

test('an application cluster has its job from the beginning; its jar is one that was uploaded for all', async (t) => {
  const driverJar = async () => ({ digest: 'd', fileName: 'driver.jar', bytes: 1 });
  const { runtime, dispatcher } = await bench(t, { driverJar });
  const { id } = await dispatcher.uploadSharedJar('words.jar', upload());
  t.deepEqual(
    dispatcher.sharedJars().map((jar) => jar.id),
    [id],
  );
  const application = { jar: { id }, entryClass: 'a.B', args: ['--x', 'y z'], parallelism: 3 };
  const view = await dispatcher.createCluster({ name: 'alpha', application });
  t.like(view.spec, { application, taskManagers: { mode: 'elastic', min: 0 } });
  t.like(view.application, { state: 'SUBMITTING' });
  const [job] = dispatcher.jobs('alpha');
  t.like(job, { id: view.application?.job, managed: true, parallelism: 3, state: 'SUBMITTING' });
  t.is(runtime.records.get('alpha')?.jobs[0]?.jar?.fileName, 'words.jar');
  await dispatcher.forgetSharedJar(id);
  t.deepEqual(dispatcher.sharedJars(), []);
  t.like(await t.throwsAsync(dispatcher.forgetSharedJar(id)), { code: 'NOT_FOUND' });
  const gone = await t.throwsAsync(dispatcher.createCluster({ name: 'beta', application }), { message: /no jar/ });
  t.like(gone, { code: 'NOT_FOUND' });
  t.deepEqual([...runtime.records.keys()], ['alpha']);
});

test('a jar that was uploaded for all runs as a job of any session cluster, and outlives them', async (t) => {
  const { runtime, dispatcher } = await bench(t);
  const { id } = await dispatcher.uploadSharedJar('words.jar', upload());
  await dispatcher.createCluster({ name: 'alpha' });
  t.is((await dispatcher.submitJob('alpha', { jar: id })).state, 'SUBMITTING');
  runtime.tell({ kind: 'cluster.deleted', cluster: 'alpha' as ClusterName });
  t.is(dispatcher.sharedJars().length, 1);
});

test('a number of TaskManagers that is the default of sessions is none of an application', async (t) => {
  const driverJar = async () => ({ digest: 'd', fileName: 'driver.jar', bytes: 1 });
  const clusterDefaults = { taskManagers: { mode: 'fixed', count: 3 }, taskManager: { slots: 2 } } as const;
  const { dispatcher } = await bench(t, { driverJar, clusterDefaults });
  const session = await dispatcher.createCluster({ name: 'alpha' });
  t.like(session.spec, { taskManagers: { mode: 'fixed', count: 3 }, taskManager: { slots: 2 } });
  const application = await dispatcher.createCluster({ name: 'beta', application: { jar: { path: '/a.jar' } } });
  t.like(application.spec, { taskManagers: { mode: 'elastic' }, taskManager: { slots: 2 } });
});
