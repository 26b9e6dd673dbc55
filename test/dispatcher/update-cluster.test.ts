/** What is made of a user's wish for another specification; who is replaced for it is the planner's (test/flink/plan/roll-out). */
import { readFile } from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';
import { secretsOf } from '../../src/flink/render/configuration.ts';
import { filesOf } from '../../src/flink/render/tar.ts';
import { bench } from './support/bench.ts';

const driverJar = async () => ({ digest: 'd', fileName: 'driver.jar', bytes: 1 });

async function updated(t: ExecutionContext, more: Parameters<typeof bench>[1] = {}) {
  const world = await bench(t, { driverJar, ...more });
  const archive = async (name: string) => {
    const path = world.artifacts.path(world.runtime.records.get(name)?.configuration.digest ?? '');
    return readFile(path ?? 'nowhere');
  };
  return { ...world, archive };
}

test('another specification: what is left out gets its default, but Flink and high availability stay', async (t) => {
  const { dispatcher, runtime } = await updated(t, { zooKeeper: { quorum: 'zk:2181', path: '/flink' } });
  const created = {
    name: 'alpha',
    flink: { version: '1.20.5' },
    highAvailability: { mode: 'none' },
    taskManager: { slots: 3 },
  };
  await dispatcher.createCluster(created);
  const view = await dispatcher.updateCluster('alpha', { taskManager: { memoryMiB: 4096 } }, { jobs: 'savepoint' });
  t.like(view, {
    name: 'alpha',
    flinkVersion: '1.20.5',
    revision: 2,
    spec: { taskManager: { memoryMiB: 4096, slots: 1 } },
  });
  t.is(view.spec.highAvailability, undefined);
  t.like(runtime.commands.at(-1), { kind: 'update', cluster: 'alpha', jobs: 'savepoint' });
  t.deepEqual(
    dispatcher.revisions('alpha').map(({ revision, present, spec }) => [revision, present, spec.taskManager.slots]),
    [
      [1, false, 3],
      [2, true, 1],
    ],
  );
});

test('what is shown of a cluster can be sent as it is, and is no change', async (t) => {
  const zooKeeper = { quorum: 'zk:2181', path: '/flink' };
  const { dispatcher, runtime } = await updated(t, {
    zooKeeper,
    vips: true,
    clusterDefaults: { configuration: { a: 'b' } },
  });
  const { spec } = await dispatcher.createCluster({ name: 'alpha', taskManager: { slots: 3 } });
  await dispatcher.updateCluster('alpha', JSON.parse(JSON.stringify(spec)));
  const command = runtime.commands.at(-1);
  t.deepEqual(command?.kind === 'update' ? command.spec : undefined, spec);
});

test('what the processes of a cluster know each other by outlives its specification', async (t) => {
  const { dispatcher, archive } = await updated(t);
  const elastic = { mode: 'elastic', min: 0, max: 5, spare: 0 };
  const spec = { name: 'alpha', taskManagers: elastic, security: { internalTls: true } };
  await dispatcher.createCluster(spec);
  const before = await archive('alpha');
  t.truthy(secretsOf(before).driverSecret);
  t.truthy(secretsOf(before).keyStore);
  await dispatcher.updateCluster('alpha', { ...spec, configuration: { 'restart-strategy.type': 'none' } });
  const after = await archive('alpha');
  t.deepEqual(secretsOf(after), secretsOf(before));
  t.regex(filesOf(after).get('conf/config.yaml')?.toString() ?? '', /restart-strategy.type: "none"/);
  await dispatcher.updateCluster('alpha', { ...spec, security: {} });
  t.is(secretsOf(await archive('alpha')).keyStore, undefined);
  await dispatcher.updateCluster('alpha', spec);
  t.truthy(secretsOf(await archive('alpha')).keyStore, 'a new one where the last configuration had none');
});

test('back to an earlier one by its number; a number that is not kept is named with those that are', async (t) => {
  const { dispatcher } = await updated(t);
  await dispatcher.createCluster({ name: 'alpha', environment: { A: '1' } });
  await dispatcher.updateCluster('alpha', { environment: { A: '2' } });
  t.like(await dispatcher.restoreRevision('alpha', 1), { revision: 3, spec: { environment: { A: '1' } } });
  await t.throwsAsync(dispatcher.restoreRevision('alpha', 9), { message: /no revision 9; there are .*: 1, 2/ });
});

test('what is wrong, impossible or not to be changed is refused, and nothing is made of it', async (t) => {
  const { dispatcher, runtime } = await updated(t);
  await dispatcher.createCluster({ name: 'alpha' });
  const commands = runtime.commands.length;
  for (const [wish, message] of [
    [{ colour: 'red' }, /colour is unknown/],
    [7, /must be object/],
    [{ name: 'beta' }, /name cannot change/],
    [{ taskManager: { memoryMiB: 64 } }, /taskManager\.memoryMiB/],
    [{ flink: { version: '9.9.9' } }, /9\.9\.9.*2\.3\.0/],
    [{ taskManagers: { mode: 'elastic', min: 0, max: 1, spare: 0 } }, /taskManagers\.mode cannot change/],
  ] as const) {
    await t.throwsAsync(dispatcher.updateCluster('alpha', wish), { message });
  }
  await t.throwsAsync(dispatcher.updateCluster('nobody', {}), { message: /no cluster/ });
  t.is(runtime.commands.length, commands);
});
