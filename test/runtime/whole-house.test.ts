/** The loop with the real core, the real plan and the real store; only the master and Flink are scripted. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { createClusters } from '../../src/flink/plan/planner.ts';
import { createRenderer } from '../../src/flink/render/renderer.ts';
import type { AgentId, FrameworkId, OfferId } from '../../src/mesos-api-client/protocol/ids.ts';
import type { Offer, Resource, TaskInfo } from '../../src/mesos-api-client/protocol/mesos.ts';
import type { SchedulerCall } from '../../src/mesos-api-client/protocol/scheduler.ts';
import type { TaskState } from '../../src/mesos-api-client/protocol/task-state.ts';
import { loadRecords } from '../../src/runtime/load-records.ts';
import { startRuntime } from '../../src/runtime/loop.ts';
import type { Fact, Runtime } from '../../src/runtime/runtime.ts';
import { createScheduler } from '../../src/scheduler/scheduler.ts';
import { openEmbeddedStore } from '../../src/store/embedded-store.ts';
import type { Store } from '../../src/store/store.ts';
import { cluster, type FakeStream, fakeClient, fakeRest, fakeStream, master, name } from './support/fakes.ts';

const frameworkId = 'framework-1' as FrameworkId;
const agentId = 'agent-1' as AgentId;

interface House {
  readonly runtime: Runtime;
  readonly store: Store;
  readonly stream: FakeStream;
  readonly rest: ReturnType<typeof fakeRest>;
  /** The next call of this type that the master gets, calls that came before included. */
  call<Type extends SchedulerCall['type']>(type: Type): Promise<Extract<SchedulerCall, { type: Type }>>;
  fact<Kind extends Fact['kind']>(kind: Kind): Promise<Extract<Fact, { kind: Kind }>>;
  close(): Promise<void>;
}

/** Hands out what arrives in order; whoever asks early waits. */
function mailbox<Item>() {
  const items: Item[] = [];
  const waiting: { matches: (item: Item) => boolean; resolve: (item: Item) => void }[] = [];
  return {
    add(item: Item) {
      const index = waiting.findIndex(({ matches }) => matches(item));
      if (index >= 0) waiting.splice(index, 1)[0]?.resolve(item);
      else items.push(item);
    },
    take(matches: (item: Item) => boolean): Promise<Item> {
      const index = items.findIndex(matches);
      const [found] = index >= 0 ? items.splice(index, 1) : [];
      if (found !== undefined) return Promise.resolve(found);
      return new Promise((resolve) => waiting.push({ matches, resolve }));
    },
  };
}

async function open(dataDir: string, durable: (call: SchedulerCall, store: Store) => Promise<void>): Promise<House> {
  const store = await openEmbeddedStore(dataDir);
  const records = await loadRecords(store);
  const stream = fakeStream();
  const calls = mailbox<SchedulerCall>();
  const facts = mailbox<Fact>();
  stream.answer = async (call) => {
    await durable(call, store);
    calls.add(call);
  };
  const client = fakeClient();
  client.onSubscribe = async () => ({ kind: 'opened', stream });
  const rest = fakeRest();
  const runtime = await startRuntime({
    scheduler: createScheduler(
      {
        framework: { user: 'u', name: 'n', roles: ['*'], capabilities: [{ type: 'MULTI_ROLE' }] },
        seed: 1,
        unreachableAfterMs: 0,
        launchTimeoutMs: 30_000,
        killRetryMs: 5000,
        endedTasksKept: 10,
      },
      records.scheduler,
    ),
    clusters: createClusters(
      records.clusters,
      createRenderer({ artifactUrl: ({ digest }) => `http://here/${digest}`, storage: 'file:///storage' }),
    ),
    store,
    client,
    flinkRest: rest,
    artifacts: { path: () => '/artifacts/x' },
    masters: [master],
  });
  runtime.onFact(({ fact }) => facts.add(fact));
  const typed = <Wanted>(item: Promise<unknown>) => item as Promise<Wanted>;
  return {
    runtime,
    store,
    stream,
    rest,
    call: (type) => typed(calls.take((call) => call.type === type)),
    fact: (kind) => typed(facts.take((fact) => fact.kind === kind)),
    async close() {
      await runtime.stop();
      await store.close();
    },
  };
}

async function dataDir(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-runtime-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

function subscribed(house: House): void {
  house.stream.push({
    type: 'SUBSCRIBED',
    subscribed: { framework_id: { value: frameworkId }, heartbeat_interval_seconds: 15 },
  });
}

let offers = 0;

function offer(house: House): void {
  const allocation_info = { role: '*' };
  const scalar = (of: string, value: number): Resource => ({
    name: of,
    type: 'SCALAR',
    scalar: { value },
    allocation_info,
  });
  const ports: Resource = {
    name: 'ports',
    type: 'RANGES',
    ranges: { range: [{ begin: 31000, end: 31099 }] },
    allocation_info,
  };
  const one: Offer = {
    id: { value: `offer-${offers++}` as OfferId },
    framework_id: { value: frameworkId },
    agent_id: { value: agentId },
    hostname: 'host-1',
    resources: [scalar('cpus', 8), scalar('mem', 16_384), scalar('disk', 10_000), ports],
    allocation_info,
  };
  house.stream.push({ type: 'OFFERS', offers: { offers: [one] } });
}

function update(house: House, { task_id, agent_id }: TaskInfo, state: TaskState): void {
  const uuid = Buffer.alloc(16, state).toString('base64');
  house.stream.push({ type: 'UPDATE', update: { status: { task_id, agent_id, state, uuid } } });
}

function launchedTasks(call: Extract<SchedulerCall, { type: 'ACCEPT' }>): TaskInfo[] {
  return (call.accept.operations ?? []).flatMap((operation) =>
    operation.type === 'LAUNCH' ? operation.launch.task_infos : [],
  );
}

test('RL-5, I3, I4, I5, I7: from a wish to running tasks, each step durable before it is sent; a restart launches nothing', async (t) => {
  const directory = await dataDir(t);
  const first = await open(directory, async (call, store) => {
    const records = await store.load();
    const task = (id: string) => records.find((record) => record.collection === 'tasks' && record.key === id)?.value;
    if (call.type === 'ACCEPT') {
      for (const { task_id } of launchedTasks(call)) t.like(task(task_id.value), { life: { phase: 'launched' } });
    }
    if (call.type === 'ACKNOWLEDGE') {
      t.like(task(call.acknowledge.task_id.value), { life: { phase: 'launched', state: 'TASK_RUNNING' } });
    }
  });
  subscribed(first);
  t.true((await first.fact('master.subscribed')).first);
  await first.runtime.submit({ kind: 'create', cluster: cluster() });
  offer(first);
  // The TaskManager is asked for when the JobManager has a place: in the same turn, and both go out in one call.
  const [jobManager, taskManager] = launchedTasks(await first.call('ACCEPT'));
  if (jobManager === undefined || taskManager === undefined) return t.fail('not both were launched');
  update(first, jobManager, 'TASK_RUNNING');
  t.is((await first.call('ACKNOWLEDGE')).acknowledge.task_id.value, jobManager.task_id.value);
  t.is((await first.fact('jobmanager.ready')).taskId, jobManager.task_id.value);

  update(first, taskManager, 'TASK_RUNNING');
  await first.call('ACKNOWLEDGE');
  const seen = { id: taskManager.task_id.value, slots: 1, freeSlots: 1 };
  first.rest.observe = async () => ({ taskManagers: [seen], jobs: [] });
  t.is((await first.fact('taskmanager.registered')).slots, 1);
  t.is(first.runtime.clusterStatus(name).phase, 'running');
  await first.close();
  t.is(await first.runtime.ended, undefined);

  const launched: string[] = [];
  const second = await open(directory, async (call) => {
    if (call.type === 'ACCEPT') launched.push(...launchedTasks(call).map((task) => task.task_id.value));
  });
  second.rest.observe = async () => ({ taskManagers: [seen], jobs: [] });
  subscribed(second);
  t.deepEqual(await second.fact('master.subscribed'), {
    kind: 'master.subscribed',
    master,
    frameworkId,
    first: false,
  });
  const asked = await second.call('RECONCILE');
  t.deepEqual(
    asked.reconcile.tasks?.map((task) => task.task_id.value).sort(),
    [jobManager.task_id.value, taskManager.task_id.value].sort(),
  );
  update(second, jobManager, 'TASK_RUNNING');
  update(second, taskManager, 'TASK_RUNNING');
  await second.fact('reconciliation.finished');
  offer(second);
  await second.call('DECLINE');
  t.deepEqual(launched, []);
  t.is(second.runtime.clusterStatus(name).phase, 'running');
  await second.close();
});

test('WS-8, I2: a deleted cluster is gone from the store once its tasks have ended', async (t) => {
  const house = await open(await dataDir(t), async () => undefined);
  subscribed(house);
  await house.runtime.submit({ kind: 'create', cluster: cluster() });
  offer(house);
  const launched = launchedTasks(await house.call('ACCEPT'));
  const [jobManager] = launched;
  if (jobManager === undefined) return t.fail('no JobManager was launched');
  update(house, jobManager, 'TASK_RUNNING');
  await house.fact('jobmanager.ready');
  await house.runtime.submit({ kind: 'delete', cluster: name });
  for (const task of launched) {
    t.is((await house.call('KILL')).kill.task_id.value, task.task_id.value);
    update(house, task, 'TASK_KILLED');
  }
  await house.fact('cluster.deleted');
  t.is(house.runtime.cluster(name), undefined);
  const records = await house.store.load();
  t.deepEqual(
    records.filter((record) => record.collection === 'clusters' || record.collection === 'tasks'),
    [],
  );
  await house.close();
});

test('RL-10, WS-8, I2: uninstalled: the tasks end, the framework is removed, and of the records one is left', async (t) => {
  const directory = await dataDir(t);
  const house = await open(directory, async () => undefined);
  subscribed(house);
  await house.runtime.submit({ kind: 'create', cluster: cluster() });
  await house.runtime.putRecords([{ kind: 'put', collection: 'settings', key: 'port', value: 1 }]);
  offer(house);
  const launched = launchedTasks(await house.call('ACCEPT'));
  await house.runtime.uninstall();
  const jar = { kind: 'put', collection: 'jars', key: 'late', value: { version: 1 } } as const;
  await t.throwsAsync(house.runtime.submit({ kind: 'create', cluster: cluster() }), { message: /uninstalled/ });
  t.like(house.runtime.scheduler().uninstall, { stage: 'tasks', tasks: 2 });
  for (const task of launched) {
    await house.call('KILL');
    update(house, task, 'TASK_KILLED');
  }
  await house.call('TEARDOWN');
  house.stream.push({ type: 'ERROR', error: { message: 'Framework has been removed' } });
  await house.fact('uninstall.finished');
  // The upload of a jar that took long.
  await t.throwsAsync(house.runtime.putRecords([jar]), { code: 'CONFLICT' });
  t.is(house.runtime.scheduler().uninstall?.stage, 'done');
  t.deepEqual(
    (await house.store.load()).map(({ collection, key }) => `${collection}/${key}`),
    ['framework/uninstall'],
  );
  await house.close();

  const again = await open(directory, async () => undefined);
  t.is(again.runtime.scheduler().uninstall?.stage, 'done');
  await again.close();
});
