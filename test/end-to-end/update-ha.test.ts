/**
 * Another specification of clusters whose JobManagers ZooKeeper keeps: what it holds of their jobs brings them back by itself, and
 * where that cannot be (another version of Flink, another program) they are carried over by savepoints, without being told.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { exampleClasses } from '../../examples/build.ts';
import type { ClusterView } from '../../src/api/views.ts';
import { jobsOf, uploadJar } from './support/flink-jobs.ts';
import { exampleJar, type Stack, startStack } from './support/stack.ts';
import { startZooKeeper, type ZooKeeperServer } from './support/zookeeper.ts';

const [older, newer] = ['2.2.1', '2.3.0'];
let directory: string;
let zooKeeper: ZooKeeperServer;
let stack: Stack;
let jar: string;

test.before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flink-mesos-update-'));
  zooKeeper = await startZooKeeper(directory);
  ({ jar } = await exampleJar(older));
  const storage = `file://${join(directory, 'shared')}`;
  stack = await startStack({
    scheduler: [
      '--zk',
      `zk://${zooKeeper.address}/flink-mesos`,
      '--storage',
      storage,
      '--flink-version',
      `${older},${newer}`,
    ],
  });
});

test.after.always(async () => {
  await stack?.close();
  await zooKeeper?.kill();
  await rm(directory, { recursive: true, force: true });
});

test.serial('the JobManager is replaced, and its successor finds the job in ZooKeeper', async (t) => {
  await stack.api.send('POST', '/v1/clusters', { name: 'tides', taskManagers: { mode: 'fixed', count: 1 } });
  await stack.api.clusterRunning('tides', 1);
  const jobs = jobsOf(stack.api, 'tides');
  const { id } = await jobs.witness(jar, 1);
  await jobs.running(id);
  await jobs.checkpointed(id);
  const view = await update('tides', ({ spec }) => ({ ...spec, jobManager: { ...spec.jobManager, memoryMiB: 1100 } }));
  t.is(view.update?.jobs, 'checkpoint');
  await stack.api.clusterFollowed('tides', 2);
  await jobs.running(id);
  t.like((await stack.api.jobs('tides'))[0], { resumed: 0, state: 'RUNNING' });
  t.true((await jobs.restores(id)) >= 1);
});

test.serial(
  'another version of Flink: the job stops with a savepoint, and goes on from it under the other one',
  async (t) => {
    const [{ id } = { id: '' }] = await stack.api.jobs('tides');
    const jobs = jobsOf(stack.api, 'tides');
    const view = await update('tides', ({ spec }) => ({ ...spec, flink: { version: newer } }));
    t.is(view.update?.jobs, 'savepoint');
    t.is((await stack.api.clusterFollowed('tides', 3)).flinkVersion, newer);
    await jobs.running(id);
    t.like((await stack.api.jobs('tides'))[0], { resumed: 1, operation: { kind: 'update', state: 'completed' } });
    t.is(await jobs.restores(id), 1);
    await stack.api.send('DELETE', '/v1/clusters/tides');
  },
);

test.serial(
  'another parallelism of an application: the next attempt goes on from the savepoint of the one before',
  async (t) => {
    const application = {
      jar: { id: await uploadJar(stack.api, jar) },
      entryClass: exampleClasses.stateWitness,
      parallelism: 1,
    };
    await stack.api.send('POST', '/v1/clusters', { name: 'orders', application });
    await stack.api.clusterRunning('orders', 1);
    const jobs = jobsOf(stack.api, 'orders');
    const [{ id } = { id: '' }] = await stack.api.jobs('orders');
    await jobs.running(id);
    await jobs.checkpointed(id);
    const view = await update('orders', ({ spec }) => ({ ...spec, application: { ...application, parallelism: 2 } }));
    t.is(view.update?.jobs, 'savepoint');
    await stack.api.clusterFollowed('orders', 2);
    await stack.api.clusterRunning('orders', 2);
    await jobs.running(id);
    t.like((await stack.api.jobs('orders'))[0], { resumed: 1, parallelism: 2 });
    t.is(await jobs.restores(id), 1);
  },
);

async function update(name: string, change: (cluster: ClusterView) => object): Promise<ClusterView> {
  return stack.api.change(`/v1/clusters/${name}`, change(await stack.api.cluster(name)));
}
