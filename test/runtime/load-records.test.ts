import test from 'ava';
import { loadRecords } from '../../src/runtime/load-records.ts';
import { artifact, cluster, fakeStore, name, waitingTask } from './support/fakes.ts';

const record = (collection: string, key: string, value: unknown) => ({ collection, key, value });
const load = (...records: ReturnType<typeof record>[]) => loadRecords(fakeStore([], records));

test('records are sorted to those who own them', async (t) => {
  const framework = { version: 1, frameworkId: 'f-1', registeredAt: 1 };
  const jar = { version: 1, id: 'j', cluster: name, name: 'j.jar', artifact, uploadedAt: 1 };
  const configuration = { version: 1, id: 'c1', at: 1, options: { role: 'flink' } };
  const loaded = await load(
    record('framework', 'id', framework),
    record('tasks', 't1', waitingTask('t1')),
    record('clusters', name, cluster()),
    record('jars', `${name}/j`, jar),
    record('configurations', 'c1', configuration),
    record('settings', 'advertised', 'http://here'),
  );
  t.deepEqual<unknown, unknown>(loaded, {
    scheduler: { framework, tasks: [waitingTask('t1')] },
    clusters: [cluster()],
    jars: [jar],
    configurations: [configuration],
    settings: new Map([['advertised', 'http://here']]),
  });
});

test('an empty store is a first start', async (t) => {
  t.deepEqual(await load(), {
    scheduler: { tasks: [] },
    clusters: [],
    jars: [],
    configurations: [],
    settings: new Map(),
  });
});

test('WS-9: what is not understood is refused with words, and nothing is started on a guess', async (t) => {
  const cases = [
    [record('tasks', 't1', { ...waitingTask('t1'), version: 2 }), /record t1 of tasks has version 2.*newer/],
    [record('tasks', 't1', { spec: {} }), /version none/],
    [record('clusters', 'a', 'text'), /record a of clusters is no object/],
    [record('clusters', 'a', [1]), /is no object/],
    [record('clusters', 'a', null), /is no object/],
    [record('clusters', 'a', { version: 1, name: 'a' }), /record a of clusters lacks incarnation, spec/],
    [record('jars', 'a/b', { version: 1 }), /lacks id, artifact/],
    [record('framework', 'id', { version: 1 }), /lacks frameworkId/],
    [record('volumes', 'v', { version: 1 }), /collections that are unknown here: volumes/],
  ] as const;
  for (const [one, message] of cases) {
    const error = await t.throwsAsync(load(one), { message });
    t.like(error, { code: 'STORE_CORRUPT' });
  }
});
