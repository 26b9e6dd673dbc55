import test from 'ava';
import { Value } from 'typebox/value';
import { completeSpec } from '../../../src/flink/render/complete-spec.ts';
import { judgeSpec } from '../../../src/flink/render/judge-spec.ts';
import { ClusterSpec } from '../../../src/flink/spec.ts';

function judge(spec: Partial<ClusterSpec>): string[] {
  const defaults = { version: '2.3.0', source: { version: '2.3.0' } };
  return judgeSpec(completeSpec({ name: 'words', ...spec }, defaults));
}

test('a name alone makes a cluster', (t) => {
  const spec = completeSpec({ name: 'words' }, { version: '2.3.0', source: { version: '2.3.0' } });
  t.deepEqual(spec, {
    name: 'words',
    flink: { version: '2.3.0' },
    jobManager: { cpus: 0.5, memoryMiB: 1024, diskMiB: 512 },
    taskManager: { cpus: 1, memoryMiB: 1728, diskMiB: 1024, slots: 1 },
    taskManagers: { mode: 'fixed', count: 1 },
    configuration: {},
    environment: {},
  });
  t.deepEqual(judgeSpec(spec), []);
});

test('what is given is kept, and the rest filled in', (t) => {
  const defaults = { version: '2.3.0', source: { version: '2.3.0' } };
  const spec = completeSpec({ name: 'w', taskManager: { slots: 4 }, jobManager: { cpus: 2 } }, defaults);
  t.deepEqual(spec.taskManager, { cpus: 1, memoryMiB: 1728, diskMiB: 1024, slots: 4 });
  t.deepEqual(spec.jobManager, { cpus: 2, memoryMiB: 1024, diskMiB: 512 });
});

const impossible: readonly (readonly [what: string, spec: Partial<ClusterSpec>, words: RegExp])[] = [
  ['a tiny TaskManager', { taskManager: { memoryMiB: 512 } }, /^taskManager\.memoryMiB: 512 MiB are too small/],
  ['a tiny JobManager', { jobManager: { memoryMiB: 512 } }, /^jobManager\.memoryMiB: 512 MiB are too small/],
  [
    'no heap for the slots',
    { taskManager: { memoryMiB: 1024, slots: 16, cpus: 8 } },
    /^taskManager\.slots: 16 slots in 1024 MiB leave 1\.6 MiB/,
  ],
  [
    'many slots on one cpu',
    { taskManager: { memoryMiB: 65536, slots: 64 } },
    /^taskManager\.slots: 64 slots on 1 cpus/,
  ],
  [
    'reactive mode in a session cluster',
    { taskManagers: { mode: 'fixed', count: 2 }, configuration: { 'scheduler-mode': 'reactive' } },
    /^configuration\.scheduler-mode: .* application clusters whose taskManagers\.mode is "fixed"$/,
  ],
  [
    'reactive mode in an elastic cluster',
    { application: { jar: { path: '/a.jar' } }, configuration: { 'scheduler-mode': 'reactive' } },
    /^configuration\.scheduler-mode: .* application clusters whose taskManagers\.mode is "fixed"$/,
  ],
  [
    'a scheduler mode that nobody has',
    { configuration: { 'scheduler-mode': 'lazy' } },
    /^configuration\.scheduler-mode: "reactive" is the only mode/,
  ],
  [
    'a parallelism in reactive mode',
    {
      application: { jar: { path: '/a.jar' }, parallelism: 2 },
      taskManagers: { mode: 'fixed', count: 2 },
      configuration: { 'scheduler-mode': 'reactive' },
    },
    /^application\.parallelism: in reactive mode it is as many as there are slots/,
  ],
  [
    'an application that leaves before its result was read',
    { configuration: { 'execution.shutdown-on-application-finish': 'true' } },
    /^configuration\.execution\.shutdown-on-application-finish: .* result/,
  ],
  [
    'a minimum above the maximum',
    { taskManagers: { mode: 'elastic', min: 3, max: 2, spare: 0 } },
    /^taskManagers\.min: 3 is more than taskManagers\.max, 2$/,
  ],
  [
    'more spare ones than there may be',
    { taskManagers: { mode: 'elastic', min: 0, max: 2, spare: 3 } },
    /^taskManagers\.spare: 3 is more than taskManagers\.max, 2$/,
  ],
  [
    "an option that an elastic cluster's bounds decide",
    { configuration: { 'slotmanager.number-of-slots.max': '3' } },
    /^configuration\.slotmanager\.number-of-slots\.max: .*taskManagers\.max/,
  ],
  [
    'an old Flink',
    { flink: { version: '1.13.6', home: '/opt/flink' } },
    /^flink\.version: 1\.13\.6 is older than 1\.20/,
  ],
  [
    'a bad size',
    { configuration: { 'taskmanager.memory.managed.size': 'x' } },
    /^taskManager\.memoryMiB: taskmanager\.memory\.managed\.size/,
  ],
  [
    'a library that no class path takes',
    { processes: { libraries: [{ value: 'https://example.org/connector' }] } },
    /^processes\.libraries: "connector" is no name of a jar/,
  ],
  [
    'a container of Docker without an image',
    { processes: { container: { type: 'docker' } } },
    /^processes\.container\.image: a container of Docker needs one$/,
  ],
  [
    'labels of no network',
    { processes: { container: { networkLabels: { zone: 'inner' } } } },
    /^processes\.container\.networkLabels: labels of which network/,
  ],
  [
    'PA-7: parameters for a container that is not of Docker',
    { processes: { container: { image: 'flink', parameters: [{ key: 'env', value: 'a=b' }] } } },
    /^processes\.container\.parameters: they are Docker's/,
  ],
  [
    'two jars of one name',
    { processes: { plugins: { s3: [{ value: '/a/s3.jar' }, { value: '/b/s3.jar' }] } } },
    /^processes\.plugins\.s3: two jars are called s3\.jar/,
  ],
  [
    'an option for a port of Flink itself',
    { jobManager: { ports: { rest: { option: 'a.port' } } } },
    /^jobManager\.ports\.rest\.option: rest is a port of Flink itself/,
  ],
  [
    "a port with the scheduler's option",
    { taskManager: { ports: { x: { option: 'taskmanager.rpc.port' } } } },
    /^taskManager\.ports\.x\.option: the scheduler decides taskmanager\.rpc\.port/,
  ],
  [
    'a port with an option that is set',
    { taskManager: { ports: { x: { option: 'a.port' } } }, configuration: { 'a.port': '1' } },
    /^taskManager\.ports\.x\.option: a\.port stands in configuration too$/,
  ],
  [
    'two ports with one option',
    { taskManager: { ports: { x: { option: 'a.port' }, y: { option: 'a.port' } } } },
    /^taskManager\.ports\.y\.option: a\.port is that of the port x already$/,
  ],
  ['a virtual port that is none', { jobManager: { ports: { rest: { vip: '/w:70000' } } } }, /vip: 70000 is no port$/],
];

for (const [what, spec, words] of impossible) {
  test(`refused in words: ${what}`, (t) => {
    const problems = judge(spec);
    t.is(problems.length, 1);
    t.regex(problems[0] ?? '', words);
  });
}

const constrained = (...constraint: string[]): Partial<ClusterSpec> => ({
  taskManager: { constraints: [constraint as [string, string]] },
});

const misplaced: readonly (readonly [what: string, spec: Partial<ClusterSpec>, words: RegExp])[] = [
  [
    'an unknown operator',
    constrained('rack', 'BESIDE', 'x'),
    /^taskManager\.constraints\.0: rack BESIDE x: there is no operator BESIDE; there are UNIQUE/,
  ],
  ['NEAR nobody', constrained('@zone', 'near'), /NEAR takes the name of a cluster/],
  ['APART from itself', constrained('@zone', 'APART', 'words'), /APART is about another cluster/],
  [
    'kept places for those that start together',
    { placement: { together: true }, taskManager: { kept: {} } },
    /^placement\.together: it does not go with taskManager\.kept/,
  ],
  ['a pattern that is none', constrained('rack', 'LIKE', 'r['), /it is no regular expression/],
  ['one that refers back', constrained('rack', 'LIKE', '(a)\\1'), /it is no regular expression/],
  ['IS without a value', constrained('rack', 'IS'), /IS takes the value/],
  ['MAX_PER nothing', constrained('rack', 'max_per', '0'), /MAX_PER takes a number above 0/],
  ['GROUP_BY many', constrained('@zone', 'GROUP_BY', 'many'), /GROUP_BY takes the number/],
  ['UNIQUE with a value', constrained('hostname', 'UNIQUE', '2'), /UNIQUE takes no value/],
  [
    'a preference that cannot be',
    { jobManager: { preferences: [['rack', 'LIKE']] } },
    /^jobManager\.preferences\.0: rack LIKE: LIKE takes/,
  ],
  ['away from itself', { placement: { awayFrom: ['other', 'words'] } }, /^placement\.awayFrom\.1: /],
  [
    'a limit that is too small',
    { placement: { limit: { tasks: 2 } }, taskManagers: { mode: 'fixed', count: 2 } },
    /^placement\.limit\.tasks: 2 is less than the JobManager and 2 TaskManagers need, 3/,
  ],
  [
    'a limit on cpus',
    { placement: { limit: { cpus: 1.4 } } },
    /^placement\.limit\.cpus: 1\.4 is less than the JobManager and 1 TaskManager need, 1\.5/,
  ],
];

test('PA-17: what agents cannot give is refused: half a gpu, a negative one, cpus by another name', (t) => {
  t.deepEqual(judge({ taskManager: { resources: { gpus: 0.5 } }, jobManager: { resources: { cpus: 2 } } }), [
    'jobManager.resources.cpus: it stands in cpus',
    'taskManager.resources.gpus: Mesos gives whole ones only',
  ]);
  t.deepEqual(judge({ taskManager: { resources: { gpus: 2, bandwidth: 0.5 } } }), []);
  t.true(Value.Check(ClusterSpec, { name: 'a', taskManager: { resources: { gpus: 1 } } }));
  t.false(Value.Check(ClusterSpec, { name: 'a', taskManager: { resources: { gpus: -1 } } }));
});

for (const [what, spec, words] of misplaced) {
  test(`a place that cannot be is refused in words: ${what}`, (t) => {
    const problems = judge(spec);
    t.is(problems.length, 1);
    t.regex(problems[0] ?? '', words);
  });
}

test('PA-13, PA-14, PA-15: constraints of every kind are accepted, operators in any case, and none is needed', (t) => {
  const constraints: [string, string, string][] = [
    ['rack', 'LIKE', 'r[1-3]{1,2}'],
    ['rack', 'LIKE', '(a+)+b'],
    ['rack', 'UNLIKE', 'a*a*a*a*b'],
    ['rack', 'unlike', 'a.*b'],
    ['@zone', 'GROUP_BY', '3'],
    ['hostname', 'Max_Per', '2'],
    ['rack', 'CLUSTER', 'r1'],
  ];
  t.deepEqual(judge({ taskManager: { constraints } }), []);
  t.deepEqual(judge({ taskManager: { constraints: [['hostname', 'UNIQUE']] } }), []);
  t.deepEqual(judge({ taskManager: { constraints: [] } }), []);
});

const schedulersOwn = [
  'rest.port',
  'rest.bind-address',
  'jobmanager.rpc.address',
  'taskmanager.data.port',
  'taskmanager.memory.process.size',
  'taskmanager.numberOfTaskSlots',
  'jobmanager.resource-id',
  'taskmanager.resource-id',
  'io.tmp.dirs',
  'process.working-dir',
  'process.taskmanager.working-dir',
  'high-availability',
  'high-availability.type',
  'high-availability.zookeeper.quorum',
  'high-availability.zookeeper.path.root',
  'high-availability.cluster-id',
  'high-availability.storageDir',
  'high-availability.jobmanager.port',
];

for (const option of schedulersOwn) {
  test(`the scheduler decides ${option}`, (t) => {
    const problems = judge({ configuration: { [option]: '1' } });
    t.is(problems.length, 1);
    t.true(problems[0]?.startsWith(`configuration.${option}: the scheduler decides this one: `));
  });
}

test("high availability needs a ZooKeeper: the cluster's own, or that of the scheduler", (t) => {
  t.is(judge({ highAvailability: { mode: 'zookeeper' } }).length, 1);
  t.deepEqual(judge({ highAvailability: { mode: 'zookeeper', quorum: 'zk1:2181' } }), []);
  const source = { version: '2.3.0' };
  const withZooKeeper = { version: '2.3.0', source, zooKeeper: { quorum: 'zk1:2181', path: '/flink' } };
  const own = { mode: 'zookeeper', quorum: 'zk1:2181', path: '/flink', standbys: 0 } as const;
  t.deepEqual(completeSpec({ name: 'words' }, withZooKeeper).highAvailability, own);
  const none = completeSpec({ name: 'words', highAvailability: { mode: 'none' } }, withZooKeeper);
  t.is(none.highAvailability, undefined);
});

test('options of users and their jobs are allowed', (t) => {
  const configuration = {
    'taskmanager.memory.managed.fraction': '0.1',
    'state.backend.type': 'rocksdb',
    'execution.checkpointing.interval': '1 s',
    'env.java.opts.all': '-Dx=y',
    'restart-strategy.type': 'none',
    'high-availability.zookeeper.client.session-timeout': '20 s',
  };
  t.deepEqual(judge({ configuration }), []);
});

test('variables that the scheduler sets are refused, others pass', (t) => {
  t.is(judge({ environment: { HOST: 'x', PORT_REST: '1', MESOS_SANDBOX: '/', FLINK_CONF_DIR: '/' } }).length, 4);
  t.deepEqual(judge({ environment: { JAVA_HOME: '/usr/lib/jvm/java-17', PORTAL: 'x' } }), []);
});

test("labels and files of the scheduler are not the users' to give", (t) => {
  const uri = (fileName: string) => ({ value: 'https://repo/x', fileName });
  t.is(
    judge({ processes: { labels: { 'flink-mesos.cluster': 'x' }, uris: [uri('conf'), uri('configuration.tar')] } })
      .length,
    3,
  );
  t.deepEqual(judge({ processes: { labels: { team: 'x' }, uris: [uri('connector.jar')] } }), []);
});

test('everything that is wrong is said at once', (t) => {
  t.is(
    judge({ taskManager: { memoryMiB: 1 }, jobManager: { memoryMiB: 1 }, configuration: { 'rest.port': '1' } }).length,
    3,
  );
});
