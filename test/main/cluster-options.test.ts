/** What options say of clusters, and how they are written. */
import test from 'ava';
import { Command } from 'commander';
import fc from 'fast-check';
import { completeSpec } from '../../src/flink/render/complete-spec.ts';
import { divideJobManagerMemory, divideTaskManagerMemory } from '../../src/flink/render/memory.ts';
import { memoryForHeap } from '../../src/flink/render/memory-for-heap.ts';
import { addClusterOptions, readClusterSettings } from '../../src/main/cluster-options.ts';
import { parseConfiguration, parseConstraints, parseHostAttributes } from '../../src/main/cluster-words.ts';

function read(...args: string[]) {
  const command = addClusterOptions(new Command());
  return readClusterSettings(command.parse(args, { from: 'user' }).opts());
}

/** Option, value, what clusters get, and what it needs beside it. */
const rows: [string, string, object, string[]?][] = [
  ['--jobmanager-cpus', '2', { jobManager: { cpus: 2 } }],
  ['--jobmanager-memory', '2048', { jobManager: { memoryMiB: 2048 } }],
  ['--jobmanager-disk', '100', { jobManager: { diskMiB: 100 } }],
  ['--jobmanager-placement', 'hostname:UNIQUE', { jobManager: { constraints: [['hostname', 'UNIQUE']] } }],
  ['--taskmanager-cpus', '0.5', { taskManager: { cpus: 0.5 } }],
  ['--taskmanager-memory', '4096', { taskManager: { memoryMiB: 4096 } }],
  ['--taskmanager-disk', '100', { taskManager: { diskMiB: 100 } }],
  ['--taskmanager-slots', '4', { taskManager: { slots: 4 } }],
  ['--taskmanager-placement', '[["@zone","IS","a"]]', { taskManager: { constraints: [['@zone', 'IS', 'a']] } }],
  ['--taskmanagers', '3', { taskManagers: { mode: 'fixed', count: 3 } }],
  ['--taskmanagers', '0:8', { taskManagers: { mode: 'elastic', min: 0, max: 8, spare: 0 } }],
  ['--spread-over', '@zone, rack', { placement: { spreadOver: ['@zone', 'rack'] } }],
  ['--jobmanager-standbys', '1', { highAvailability: { mode: 'zookeeper', standbys: 1 } }],
  ['--jobmanager-standbys', '0', {}],
  ['--kill-grace', '60', { processes: { killGraceSeconds: 60 } }],
  ['--class-archives', '/srv/classes', { processes: { classArchives: '/srv/classes' } }],
  ['--class-archives', 'none', { processes: { classArchives: false } }],
  [
    '--process-uris',
    'http://x/jre.tgz',
    { processes: { uris: [{ value: 'http://x/jre.tgz', extract: true, cache: true }] } },
  ],
  ['--process-image', 'flink:2.3.0', { processes: { container: { image: 'flink:2.3.0' } } }],
  ['--process-network', 'dcos', { processes: { container: { network: 'dcos' } } }],
  [
    '--process-network-labels',
    'zone:inner,tier:2,',
    { processes: { container: { network: 'dcos', networkLabels: { zone: 'inner', tier: '2' } } } },
    ['--process-network', 'dcos'],
  ],
  ['--process-flink', '2.3.0@/opt/flink', { flink: { home: '/opt/flink', version: '2.3.0' } }],
  ['--flink-log-level', 'debug', { logging: { level: 'DEBUG' } }],
  ['--checkpoint-dir', 's3://c', { configuration: { 'execution.checkpointing.dir': 's3://c' } }],
  ['--savepoint-dir', 's3://s', { configuration: { 'execution.checkpointing.savepoint-dir': 's3://s' } }],
  ['--parallelism-default', '7', { configuration: { 'parallelism.default': '7' } }],
  ['--flink-config', '-Da.b=c', { configuration: { 'a.b': 'c' } }],
];

for (const [option, value, expected, beside = []] of rows) {
  test(`${option} ${value}`, (t) => {
    const { clusterDefaults, clusterFaults } = read(...beside, option, value);
    t.deepEqual(clusterFaults, []);
    t.deepEqual<unknown, unknown>(clusterDefaults, expected);
  });
}

test('an option of its own wins over the list of options', (t) => {
  const { clusterDefaults } = read('--flink-config', '-Dparallelism.default=1 -Da=b', '--parallelism-default', '2');
  t.deepEqual(clusterDefaults.configuration, { 'parallelism.default': '2', a: 'b' });
});

test('attributes count for all processes, beside other constraints', (t) => {
  const { clusterDefaults } = read('--host-attributes', 'az:x,series:t2', '--jobmanager-placement', 'rack:IS:1');
  t.deepEqual(clusterDefaults.taskManager?.constraints, [
    ['az', 'IS', 'x'],
    ['series', 'IS', 't2'],
  ]);
  t.deepEqual(clusterDefaults.jobManager?.constraints, [
    ['rack', 'IS', '1'],
    ['az', 'IS', 'x'],
    ['series', 'IS', 't2'],
  ]);
});

test('an option that is empty is none', (t) => {
  t.deepEqual(read('--jobmanager-cpus', '', '--clusters', ' ').clusterDefaults, {});
});

test('clusters to start with, each once', (t) => {
  t.deepEqual(read('--clusters', 'a, b,a').clusters, ['a', 'b']);
});

const faulty: [string[], RegExp][] = [
  [['--jobmanager-cpus', 'many'], /jobManager.cpus/],
  [['--taskmanager-memory', '1'], /taskManager.memoryMiB/],
  [['--taskmanagers', '1:2:3:4'], /MIN:MAX/],
  [['--taskmanagers', '5:2'], /taskManagers.min: 5 is more/],
  [['--flink-log-level', 'loud'], /logging.level/],
  [['--clusters', 'My Cluster'], /name/],
  [['--jobmanager-placement', '[["hostname"'], /--jobmanager-placement/],
  [['--jobmanager-placement', 'hostname:BESIDE:x'], /no operator BESIDE/],
  [['--flink-config', 'rest.port=1'], /rest.port: the scheduler decides/],
  [['--flink-config', 'what'], /-Dkey=value, not what/],
  [['--process-flink', 'flink'], /VERSION@DIRECTORY/],
  [['--host-attributes', 'az'], /NAME:VALUE/],
];

for (const [args, says] of faulty) {
  test(`faulty: ${args.join(' ')}`, (t) => t.regex(read(...args).clusterFaults.join(), says));
}

const constraintTexts: [string, string[][]][] = [
  ['hostname:UNIQUE', [['hostname', 'UNIQUE']]],
  ['["hostname","UNIQUE"]', [['hostname', 'UNIQUE']]],
  [
    '[["hostname","UNIQUE"],["@zone","GROUP_BY","3"]]',
    [
      ['hostname', 'UNIQUE'],
      ['@zone', 'GROUP_BY', '3'],
    ],
  ],
  [
    'rack:LIKE:a\\,b\\:c,zone:IS:x',
    [
      ['rack', 'LIKE', 'a,b:c'],
      ['zone', 'IS', 'x'],
    ],
  ],
  ['[]', []],
];

for (const [text, constraints] of constraintTexts) {
  test(`constraints: ${text}`, (t) => t.deepEqual(parseConstraints(text, '--x'), constraints));
}

test('constraints written in any of the ways are the same', (t) => {
  const word = fc
    .string({ minLength: 1, maxLength: 6 })
    .filter((text) => text.trim() === text && !text.startsWith('['));
  fc.assert(
    fc.property(fc.array(fc.tuple(word, word, word), { minLength: 1, maxLength: 3 }), (constraints) => {
      const escaped = (text: string) => text.replace(/[\\:,]/g, '\\$&');
      const short = constraints.map((each) => each.map(escaped).join(':')).join(',');
      for (const text of [JSON.stringify(constraints), short]) {
        if (JSON.stringify(parseConstraints(text, '--x')) !== JSON.stringify(constraints)) throw new Error(text);
      }
    }),
    { numRuns: 2000 },
  );
  t.pass();
});

test('options of Flink as the old package took them', (t) => {
  const text = `-Da.b=1 -D c=2  d="x y"\n-De='p=q' -Df=`;
  t.deepEqual(parseConfiguration(text, '--x'), { 'a.b': '1', c: '2', d: 'x y', e: 'p=q', f: '' });
});

test('attributes with separators in them', (t) => {
  t.deepEqual(parseHostAttributes('a:b\\:c', '--x'), [['a', 'IS', 'b:c']]);
});

test('for any heap: the memory leaves it, is no smaller than asked, and 32 MiB less would not do', (t) => {
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.integer({ min: 600, max: 8192 }),
      fc.integer({ min: 1, max: 16384 }),
      (job, memory, heap) => {
        const part = job ? 'jobManager' : 'taskManager';
        const size = memoryForHeap(part, memory, heap, {});
        const heapOf = (mib: number): number => {
          const division = job ? divideJobManagerMemory(mib, {}) : divideTaskManagerMemory(mib, {});
          if ('problem' in division) return 0;
          const { memory: of } = division;
          return ('taskHeapBytes' in of ? of.taskHeapBytes : of.heapBytes) / 1024 / 1024;
        };
        if (size < memory || heapOf(size) < heap) throw new Error(`${size} MiB leave ${heapOf(size)} of ${heap}`);
        if (size > memory && heapOf(Math.max(memory, size - 32)) >= heap && size - 32 > memory)
          throw new Error(`${size} is too much`);
      },
    ),
    { numRuns: 500 },
  );
  t.pass();
});

test('the old package as it came has the heaps that it named', (t) => {
  const { clusterDefaults, clusterFaults } = read(
    ...[
      '--jobmanager-memory',
      '1024',
      '--jobmanager-heap',
      '256',
      '--taskmanager-memory',
      '1024',
      '--taskmanager-heap',
      '512',
    ],
  );
  t.deepEqual(clusterFaults, []);
  const spec = completeSpec({ name: 'a', ...clusterDefaults }, { version: '2.3.0', source: { version: '2.3.0' } });
  t.is(spec.jobManager.memoryMiB, 1024);
  t.true(spec.taskManager.memoryMiB > 1024);
});
