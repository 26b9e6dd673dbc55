/** Clusters that the service's options name: they are what the options say, until a user says otherwise. */
import test from 'ava';
import { judgeOptions } from '../../src/dispatcher/follow-options.ts';
import type { ClusterSpec } from '../../src/flink/spec.ts';
import { bench } from './support/bench.ts';

type Defaults = Omit<ClusterSpec, 'name'>;

/** The scheduler is started again with other options. */
async function restarted(
  t: Parameters<typeof bench>[0],
  before: Awaited<ReturnType<typeof bench>>,
  clusterDefaults: Defaults,
) {
  const { runtime } = before;
  const again = await bench(t, { clusterDefaults, runtime, artifacts: before.artifacts });
  return { ...again, runtime, artifacts: before.artifacts };
}

const memory = (memoryMiB: number): Defaults => ({
  taskManager: { memoryMiB },
  taskManagers: { mode: 'fixed', count: 2 },
});

test('created by them, and brought to what they say when that has changed; the same again is nothing', async (t) => {
  const first = await bench(t, { clusterDefaults: memory(2000) });
  await first.dispatcher.followOptions('default');
  t.like(first.dispatcher.cluster('default'), { revision: 1, spec: { taskManager: { memoryMiB: 2000 } } });
  await first.dispatcher.followOptions('default');
  const second = await restarted(t, first, memory(4000));
  await second.dispatcher.followOptions('default');
  t.like(second.dispatcher.cluster('default'), { revision: 2, spec: { taskManager: { memoryMiB: 4000 } } });
  const updates = second.runtime.commands.length;
  await second.dispatcher.followOptions('default');
  t.is(second.runtime.commands.length, updates);
});

test('Flink stays, where the options do not say otherwise', async (t) => {
  const first = await bench(t, { clusterDefaults: { ...memory(2000), flink: { version: '1.20.5' } } });
  await first.dispatcher.followOptions('default');
  const second = await restarted(t, first, memory(4000));
  await second.dispatcher.followOptions('default');
  t.is(second.dispatcher.cluster('default').flinkVersion, '1.20.5');
  const third = await restarted(t, second, { ...memory(4000), flink: { version: '2.3.0' } });
  await third.dispatcher.followOptions('default');
  t.like(third.dispatcher.cluster('default'), { flinkVersion: '2.3.0', revision: 3 });
});

test("another number of TaskManagers lasts until the options change; a user's own specification for good", async (t) => {
  const first = await bench(t, { clusterDefaults: memory(2000) });
  await first.dispatcher.followOptions('default');
  const count = first.runtime.commands.length;
  await first.dispatcher.scaleCluster('default', 5);
  await first.dispatcher.followOptions('default');
  t.is(first.runtime.commands.length, count + 1);
  await first.dispatcher.updateCluster('default', { taskManager: { slots: 4 } });
  const second = await restarted(t, first, memory(4000));
  await second.dispatcher.followOptions('default');
  t.like(second.dispatcher.cluster('default'), { revision: 2, spec: { taskManager: { slots: 4, memoryMiB: 2000 } } });
});

test('a cluster that a user has created is nobody to follow', async (t) => {
  const first = await bench(t, { clusterDefaults: memory(2000) });
  await first.dispatcher.createCluster({ name: 'default' });
  const second = await restarted(t, first, memory(4000));
  await second.dispatcher.followOptions('default');
  t.is(second.dispatcher.cluster('default').revision, 1);
});

test('what such a cluster could not follow speaks against the options', async (t) => {
  const { runtime, dispatcher } = await bench(t, { clusterDefaults: memory(2000) });
  await dispatcher.followOptions('default');
  const clusters = [...runtime.records.values()];
  t.deepEqual(judgeOptions(clusters, { clusterDefaults: memory(4000) }), []);
  const elastic = { taskManagers: { mode: 'elastic', min: 0, max: 5, spare: 0 } } as const;
  t.regex(
    judgeOptions(clusters, { clusterDefaults: elastic }).join(),
    /cluster default: taskManagers.mode cannot change/,
  );
  t.regex(judgeOptions(clusters, { clusterDefaults: memory(10) }).join(), /cluster default: taskManager.memoryMiB/);
});
