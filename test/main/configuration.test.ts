/** What is followed where options are refused: the ones before, each of them. */
import test from 'ava';
import { takeConfiguration } from '../../src/main/configuration.ts';
import type { SchedulerSettings } from '../../src/main/settings.ts';
import type { LoadedRecords } from '../../src/runtime/load-records.ts';
import type { StoreWrite } from '../../src/store/store.ts';
import { aCluster } from '../flink/cluster-fixture.ts';

const plain: SchedulerSettings = {
  dataDir: '/var/lib/flink-mesos',
  listen: { host: '127.0.0.1', port: 0 },
  frameworkName: 'flink',
  role: '*',
};

/** Starts one after the other; clusters are there from the first. */
async function start(...starts: readonly SchedulerSettings[]) {
  const written = new Map<string, unknown>();
  const store = {
    commit: async (writes: readonly StoreWrite[]) => {
      for (const write of writes)
        if (write.kind === 'put') written.set(`${write.collection}/${write.key}`, write.value);
    },
  };
  let taken: Awaited<ReturnType<typeof takeConfiguration>> | undefined;
  for (const settings of starts) {
    const records = {
      clusters: [aCluster()],
      configurations: [...written].flatMap(([key, value]) => (key.startsWith('configurations/') ? [value] : [])),
      settings: new Map([['target-configuration', written.get('settings/target-configuration')]]),
    } as unknown as LoadedRecords;
    const home = { store, records } as unknown as Parameters<typeof takeConfiguration>[0];
    taken = await takeConfiguration(home, settings, { warn: () => undefined });
  }
  if (taken === undefined) throw new Error('nothing was started');
  return taken;
}

test('options that are refused are not followed, nor where the ones before said nothing', async (t) => {
  const { settings, configurations } = await start(plain, { ...plain, user: 'somebody', storage: 'hdfs://elsewhere' });
  t.is(configurations.errors.length, 2);
  t.deepEqual([settings.user, settings.storage], [undefined, undefined]);
});

test('what is refused leaves what was followed', async (t) => {
  const before = { ...plain, user: 'flink', storage: 's3://bucket' };
  const { settings } = await start(before, { ...plain, user: 'somebody', storage: 'hdfs://elsewhere' });
  t.like(settings, { user: 'flink', storage: 's3://bucket' });
});

test('the same options are followed as they are, and what is no part of them too', async (t) => {
  const again = { ...plain, user: 'flink', storage: 's3://bucket', advertiseUrl: 'http://here' };
  const { settings, configurations } = await start({ ...again, advertiseUrl: 'http://there' }, again);
  t.deepEqual(configurations.errors, []);
  t.like(settings, again);
});
