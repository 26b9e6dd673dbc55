import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import type { ApplicationSpec } from '../../../src/flink/application-spec.ts';
import type { Distribution, JobRecord } from '../../../src/flink/plan/records.ts';
import { programFiles } from '../../../src/flink/render/application.ts';
import { classStoreVariable } from '../../../src/flink/render/class-archive.ts';
import { createRenderer } from '../../../src/flink/render/renderer.ts';
import { NO_PROGRAM_STATUS } from '../../../src/flink/render/standalone-application.ts';
import type { PackedFile } from '../../../src/flink/render/tar.ts';
import { portVariable } from '../../../src/scheduler/model/port-variable.ts';
import type { TaskSpec } from '../../../src/scheduler/model/task.ts';
import { aCluster, aJob, attempt, clusterName, job, placement, taskId } from '../cluster-fixture.ts';
import { writeProgram } from '../program.ts';

const renderer = createRenderer({
  artifactUrl: ({ digest, fileName }) => `http://127.0.0.1:8080/v1/artifacts/${digest}/${fileName}?signature=s`,
  storage: 'file:///srv/flink',
});
const address = { hostname: 'agent1', rpcPort: 31000 };

interface Run {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Tells its arguments, those in files among them, and its environment. It knows one class not. */
const fakeJava = `#!/bin/sh
case "$*" in *--dry-run*@conf/entry-class.args) exec grep -qv '^"no.such' conf/entry-class.args ;; esac
for a in "$@"; do
  if [ -f "\${a#@}" ]; then cat "\${a#@}"; else printf '%s' "$a"; fi
  printf '\\0'
done
printf '\\0'
env -0
`;

/** Runs the command as an agent does, with a java that only tells what it was given. */
async function runCommand(
  t: ExecutionContext,
  spec: TaskSpec,
  host: string,
  home: string | undefined,
  configuration: readonly PackedFile[] = [],
): Promise<Run> {
  const sandbox = await mkdtemp(join(tmpdir(), "flink-mesos test '$x' "));
  t.teardown(() => rm(sandbox, { recursive: true, force: true }));
  const bin = join(sandbox, 'bin');
  await mkdir(bin);
  await writeProgram(join(bin, 'java'), fakeJava);
  if (configuration.length > 0) await mkdir(join(sandbox, 'conf'));
  for (const { path, content } of configuration) await writeFile(join(sandbox, path), content);
  if (home !== undefined) {
    await mkdir(join(sandbox, home, 'lib'), { recursive: true });
    await writeFile(join(sandbox, home, 'lib', 'flink-dist-2.3.0.jar'), '');
  }
  const ports = Object.fromEntries(spec.resources.ports.map((name, index) => [portVariable(name), `${31000 + index}`]));
  const env = {
    PATH: process.env.PATH,
    JAVA_HOME: sandbox,
    ...spec.process.environment,
    ...ports,
    HOST: host,
    TASK_ID: spec.taskId,
    [classStoreVariable]: '',
  };
  const { stdout } = await promisify(execFile)('sh', ['-c', spec.process.command], { cwd: sandbox, env });
  const [args = '', environment = ''] = stdout.split('\0\0');
  return {
    args: args.split('\0').map((arg) => arg.replaceAll(sandbox, 'SANDBOX')),
    environment: Object.fromEntries(
      environment.split('\0').map((line) => {
        const [name = '', ...value] = line.split('=');
        return [name, value.join('=').replaceAll(sandbox, 'SANDBOX')];
      }),
    ),
  };
}

const archive: Distribution = {
  kind: 'artifact',
  version: '2.3.0',
  archive: { digest: 'd', fileName: 'flink.tar', bytes: 1 },
};

test('a JobManager is one java process with its ports and directories', async (t) => {
  const spec = renderer.jobManager(aCluster({ distribution: archive }), taskId('jm-1'), undefined);
  t.deepEqual(spec.resources, { cpus: 0.5, memMiB: 1024, diskMiB: 512, ports: ['rpc', 'rest', 'blob', 'metrics'] });
  t.is(spec.part, 'jobmanager');
  t.is(spec.group as string, 'words');
  const { args, environment } = await runCommand(t, spec, '10.0.0.7', 'flink');
  t.is(args[0], '@conf/jobmanager.jvm');
  t.true(args.includes('flink/lib/*'));
  t.true(args.includes('-Dlog.file=SANDBOX/log/jobmanager.log'));
  t.true(args.includes('org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint'));
  for (const option of [
    'jobmanager.resource-id=jm-1',
    'jobmanager.rpc.address=10.0.0.7',
    'jobmanager.rpc.port=31000',
    'rest.port=31001',
    'blob.server.port=31002',
    'metrics.internal.query-service.port=31003',
    'rest.bind-address=0.0.0.0',
    'jobmanager.bind-host=0.0.0.0',
    'web.upload.dir=SANDBOX/upload',
  ]) {
    t.is(args[args.indexOf(option) - 1], '-D', option);
  }
  t.is(environment.FLINK_CONF_DIR, 'SANDBOX/conf');
  t.is(environment.FLINK_LIB_DIR, 'SANDBOX/flink/lib');
  t.is(environment.FLINK_PLUGINS_DIR, 'SANDBOX/flink/plugins');
});

test('LW-2, LW-3, PA-19, PA-21: a TaskManager has its cpus, the memory of the whole process and its ports, knows its JobManager, and is called as its task', async (t) => {
  const spec = renderer.taskManager(aCluster({ distribution: archive }), taskId('tm-7'), address);
  t.deepEqual(spec.resources, { cpus: 1, memMiB: 1728, diskMiB: 1024, ports: ['rpc', 'data', 'metrics', 'collect'] });
  const { args } = await runCommand(t, spec, '127.0.0.1', 'flink');
  for (const option of [
    'jobmanager.rpc.address=agent1',
    'jobmanager.rpc.port=31000',
    'taskmanager.host=127.0.0.1',
    'taskmanager.bind-host=127.0.0.1',
    'taskmanager.rpc.port=31000',
    'taskmanager.data.port=31001',
    'metrics.internal.query-service.port=31002',
    'taskmanager.collect-sink.port=31003',
    'taskmanager.resource-id=tm-7',
    'process.taskmanager.working-dir=SANDBOX/work',
    'io.tmp.dirs=SANDBOX/tmp',
  ]) {
    t.is(args[args.indexOf(option) - 1], '-D', option);
  }
});

for (const [host, bind] of [
  ['127.0.0.1', '127.0.0.1'],
  ['127.0.0.2', '127.0.0.2'],
  ['localhost', 'localhost'],
  ['10.1.2.3', '0.0.0.0'],
  ['agent-1.example.org', '0.0.0.0'],
] as const) {
  test(`on ${host} it listens on ${bind}`, async (t) => {
    const spec = renderer.jobManager(aCluster({ distribution: archive }), taskId('jm-1'), undefined);
    const { args } = await runCommand(t, spec, host, 'flink');
    t.true(args.includes(`rest.bind-address=${bind}`));
  });
}

const fixedApplication = (
  application: Partial<ApplicationSpec> = {},
  jobs = [aJob('7', { spec: { jar: '/a.jar' } })],
) =>
  aCluster(
    { distribution: archive, jobs },
    { application: { jar: { path: '/opt/a "b".jar' }, ...application }, taskManagers: { mode: 'fixed', count: 2 } },
  );

test("an application of a fixed size runs by Flink's own entry point, its arguments in a file that java reads", async (t) => {
  const args = ['--topic', 'a "b" \\ $HOME', 'two\nlines', '--jars'];
  const cluster = fixedApplication({
    entryClass: 'a.B',
    args,
    allowNonRestoredState: true,
    savepointPath: 's3://b/it"s',
  });
  const spec = renderer.jobManager(cluster, taskId('words-a1-jobmanager-1'), undefined);
  t.false(spec.process.uris.some(({ output_file }) => output_file === 'flink-mesos-driver.jar'));
  const run = await runCommand(t, spec, 'agent1', 'flink', programFiles(cluster.spec));
  const lines = run.args.at(-1)?.split('\n') ?? [];
  t.deepEqual(lines.slice(0, 3), [
    '"org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint"',
    '"--configDir" "SANDBOX/conf"',
    `"--jars" "local://SANDBOX/application.jar" "--job-id" "${job('7')}"`,
  ]);
  t.true(lines.includes('"-D" "rest.port=31001"'));
  t.deepEqual(lines.slice(-10), [
    '"--fromSavepoint" "s3://b/it\\"s"',
    '"--job-classname"',
    '"a.B"',
    '"--allowNonRestoredState"',
    '"--"',
    '"--topic"',
    '"a \\"b\\" \\\\ $HOME"',
    '"two\\nlines"',
    '"--jars"',
    '',
  ]);
});

/** Where it goes on whose earlier attempts left these files in the storage. */
async function goesOnAt(
  t: ExecutionContext,
  files: Readonly<Record<string, string>>,
  seen: Partial<JobRecord>,
): Promise<string | undefined> {
  const storage = await mkdtemp(join(tmpdir(), "flink-mesos storage '$x' "));
  t.teardown(() => rm(storage, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(storage, 'words/checkpoints', path)), { recursive: true });
    await writeFile(join(storage, 'words/checkpoints', path), content);
  }
  const inStorage = (place: string) => place.replace(/^STORAGE/, `file://${storage}/words/checkpoints`);
  const { lastCheckpoint, ...others } = seen;
  const jobs = [
    aJob('7', {
      ...others,
      resumed: 2,
      spec: { jar: '/a.jar' },
      ...(lastCheckpoint !== undefined && { lastCheckpoint: inStorage(lastCheckpoint) }),
    }),
  ];
  const cluster = fixedApplication({}, jobs);
  const looking = createRenderer({ artifactUrl: () => '', storage: `file://${storage}` });
  const spec = looking.jobManager(cluster, taskId('words-a1-jobmanager-3'), undefined);
  const { args } = await runCommand(t, spec, 'agent1', 'flink', programFiles(cluster.spec));
  const place = /"--fromSavepoint" "(.*)"/.exec(args.at(-1) ?? '')?.[1];
  return place?.replace(`file://${storage}/words/checkpoints`, 'STORAGE');
}

test('what was seen last may be gone by now: it goes on from the newest checkpoint of the last attempt that left any', async (t) => {
  const [last, first] = [attempt('7', 1), attempt('7', 0)];
  const left = {
    [`${first}/chk-99/_metadata`]: 'whole',
    [`${last}/chk-8/_metadata`]: 'whole',
    [`${last}/chk-10/_metadata`]: 'whole',
    [`${last}/chk-11/_metadata`]: '',
    [`${last}/chk-12/part`]: 'begun',
    [`${last}/shared/part`]: '',
  };
  t.is(await goesOnAt(t, left, { lastCheckpoint: `STORAGE/${last}/chk-7` }), `STORAGE/${last}/chk-10`);
  t.is(await goesOnAt(t, left, {}), `STORAGE/${last}/chk-10`, 'none was seen');
  const savepoint = 's3://b/savepoint-1';
  t.is(await goesOnAt(t, left, { lastCheckpoint: savepoint }), `STORAGE/${last}/chk-10`, 'it began with it');
  t.is(await goesOnAt(t, left, { lastCheckpoint: savepoint, savedBefore: 2 }), savepoint, 'it was stopped with it');
  t.is(await goesOnAt(t, { [`${first}/chk-9/_metadata`]: 'whole' }, {}), `STORAGE/${first}/chk-9`);
  t.is(await goesOnAt(t, { [`${last}/chk-1/part`]: '' }, {}), undefined);
});

test('the next attempt at it goes on from the last checkpoint, and says that its jar lacks the program', async (t) => {
  const jobs = [aJob('7', { resumed: 1, lastCheckpoint: 'file:/c/chk-9', spec: { jar: '/a.jar', parallelism: 3 } })];
  const cluster = fixedApplication({ savepointPath: 's3://b/first' }, jobs);
  const spec = renderer.jobManager(cluster, taskId('words-a1-jobmanager-2'), undefined);
  const { args } = await runCommand(t, spec, 'agent1', 'flink', programFiles(cluster.spec));
  t.regex(args.at(-1) ?? '', /"-D" "parallelism.default=3"\n"--fromSavepoint" "file:\/c\/chk-9"\n"--"\n$/);
  const without = fixedApplication({ entryClass: 'no.such.Thing' });
  const error: unknown = await t.throwsAsync(
    runCommand(t, renderer.jobManager(without, taskId('x'), undefined), 'agent1', 'flink', programFiles(without.spec)),
  );
  t.is((error as { code?: unknown }).code, NO_PROGRAM_STATUS);
});

test('an archive of somebody else is found whatever its directory is called', async (t) => {
  const distribution: Distribution = { kind: 'uri', version: '2.3.0', uri: 'https://example.org/flink-2.3.0-bin.tgz' };
  for (const home of ['flink-2.3.0', 'some dir', '.']) {
    const spec = renderer.taskManager(aCluster({ distribution }), taskId('tm-1'), address);
    const { args } = await runCommand(t, spec, '127.0.0.1', home);
    t.true(args.includes(home === '.' ? 'lib/*' : `${home}/lib/*`), home);
  }
});

test('a Flink that agents have is used in place and not fetched', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'flink home '));
  t.teardown(() => rm(home, { recursive: true, force: true }));
  await mkdir(join(home, 'lib'));
  await writeFile(join(home, 'lib', 'flink-dist-2.3.0.jar'), '');
  const spec = renderer.jobManager(
    aCluster({ distribution: { kind: 'home', version: '2.3.0', path: home } }),
    taskId('jm'),
    undefined,
  );
  const { args } = await runCommand(t, spec, '127.0.0.1', undefined);
  t.true(args.includes(`${home}/lib/*`));
  t.is(spec.process.uris.length, 1);
});

test('jars of the cluster are fetched to its class path, plugins beside those of the distribution', async (t) => {
  const plain = aCluster(
    { distribution: archive },
    {
      processes: {
        libraries: [{ value: 'https://example.org/a.jar?x=/y' }, { value: '/srv/b', fileName: 'c.jar', cache: false }],
        plugins: { s3: [{ value: 'https://example.org/s3.jar' }] },
      },
    },
  );
  const spec = renderer.taskManager(plain, taskId('tm-1'), address);
  t.deepEqual(spec.process.uris.slice(-3), [
    { value: 'https://example.org/a.jar?x=/y', cache: true, extract: false, output_file: 'libraries/a.jar' },
    { value: '/srv/b', cache: false, extract: false, output_file: 'libraries/c.jar' },
    { value: 'https://example.org/s3.jar', cache: true, extract: false, output_file: 'plugins/s3/s3.jar' },
  ]);
  const fetched = 'mkdir -p plugins/s3 flink/plugins/metrics-jmx';
  const command = `${fetched}\n${spec.process.command}`;
  const listing = {
    ...spec,
    process: { ...spec.process, command: `${command.replace(/^process\(\) .*/ms, '')}\nls plugins` },
  };
  const { args } = await runCommand(t, listing, '127.0.0.1', 'flink');
  t.is(args[0], 'metrics-jmx\ns3\n');
  const whole = { ...spec, process: { ...spec.process, command } };
  t.is((await runCommand(t, whole, '127.0.0.1', 'flink')).environment.FLINK_PLUGINS_DIR, 'SANDBOX/plugins');
});

test('gpus and other scalars of a specification are asked of the agent', (t) => {
  const cluster = aCluster({}, { taskManager: { resources: { gpus: 1, network_bandwidth: 50 } } });
  t.deepEqual(renderer.taskManager(cluster, taskId('tm-7'), address).resources.others, {
    gpus: 1,
    network_bandwidth: 50,
  });
  t.is(renderer.jobManager(cluster, taskId('jm-1'), undefined).resources.others, undefined);
});

test('LW-1: ports that a specification adds come from the offer, reach their options, and may have a virtual address', async (t) => {
  const cluster = aCluster(
    { distribution: archive },
    {
      jobManager: { ports: { rest: { vip: '/words:8081' } } },
      taskManager: { ports: { 'kv-proxy': { option: 'queryable-state.proxy.ports' }, spare: {} } },
    },
  );
  const jobManager = renderer.jobManager(cluster, taskId('jm-1'), undefined);
  t.deepEqual(jobManager.resources.ports, ['rpc', 'rest', 'blob', 'metrics']);
  t.deepEqual(jobManager.vips, { rest: '/words:8081' });
  const taskManager = renderer.taskManager(cluster, taskId('tm-1'), address);
  t.deepEqual(taskManager.resources.ports, ['rpc', 'data', 'metrics', 'collect', 'kv-proxy', 'spare']);
  t.is(taskManager.vips, undefined);
  const { args } = await runCommand(t, taskManager, '127.0.0.1', 'flink');
  t.is(args[args.indexOf('queryable-state.proxy.ports=31004') - 1], '-D');
});

const containers = [
  [{}, { type: 'MESOS', volumes: [], network_infos: [] }],
  [
    { image: 'flink:2.3.0', forcePull: true, network: 'dcos', networkLabels: { zone: 'inner' } },
    {
      type: 'MESOS',
      mesos: { image: { type: 'DOCKER', docker: { name: 'flink:2.3.0' }, cached: false } },
      volumes: [],
      network_infos: [{ name: 'dcos', labels: { labels: [{ key: 'zone', value: 'inner' }] } }],
    },
  ],
  [
    {
      type: 'docker',
      image: 'flink:2.3.0',
      volumes: [
        { containerPath: '/krb', hostPath: '/etc/krb', readOnly: true },
        { containerPath: '/data', hostPath: '/mnt' },
      ],
    },
    {
      type: 'DOCKER',
      docker: { image: 'flink:2.3.0', network: 'HOST', force_pull_image: false },
      volumes: [
        { mode: 'RO', container_path: '/krb', host_path: '/etc/krb' },
        { mode: 'RW', container_path: '/data', host_path: '/mnt' },
      ],
      network_infos: [],
    },
  ],
  [
    {
      type: 'docker',
      image: 'flink',
      forcePull: true,
      network: 'weave',
      parameters: [
        { key: 'env', value: 'OPTIONS="-Da=b"' },
        { key: 'env', value: "other='x'" },
      ],
    },
    {
      type: 'DOCKER',
      docker: {
        image: 'flink',
        network: 'USER',
        force_pull_image: true,
        parameters: [
          { key: 'env', value: 'OPTIONS="-Da=b"' },
          { key: 'env', value: "other='x'" },
        ],
      },
      volumes: [],
      network_infos: [{ name: 'weave' }],
    },
  ],
] as const;

test('LW-7, PA-1, PA-5, PA-6, PA-10 to PA-12: containers, in the words of Mesos', (t) => {
  for (const [container, info] of containers) {
    const cluster = aCluster(
      { distribution: archive },
      { processes: { container: structuredClone(container) as object } },
    );
    t.deepEqual<unknown, unknown>(renderer.taskManager(cluster, taskId('tm'), address).process.container, info);
    t.deepEqual<unknown, unknown>(renderer.jobManager(cluster, taskId('jm'), undefined).process.container, info);
  }
  t.is(renderer.jobManager(aCluster(), taskId('jm'), undefined).process.container, undefined);
});

test('in a container: at home in the sandbox, and reached at the address that it finds for itself', async (t) => {
  const cluster = aCluster({ distribution: archive }, { processes: { container: { network: 'dcos' } } });
  const spec = renderer.jobManager(cluster, taskId('jm-1'), undefined);
  const elsewhere = 'hostname() { echo "9.0.1.2 fd01::2"; }; MESOS_SANDBOX=$PWD; cd /';
  const inside = { ...spec, process: { ...spec.process, command: `${elsewhere}\n${spec.process.command}` } };
  const { args } = await runCommand(t, inside, 'agent-1', 'flink');
  t.true(args.includes('jobmanager.rpc.address=9.0.1.2'));
  t.true(args.includes('rest.bind-address=0.0.0.0'));
  t.true(args.includes('web.upload.dir=SANDBOX/upload'));
});

test('an agent without that Flink, or without Java, says so and ends', async (t) => {
  const spec = renderer.jobManager(aCluster({ distribution: archive }), taskId('jm'), undefined);
  const error = await t.throwsAsync(runCommand(t, spec, '127.0.0.1', undefined));
  t.is((error as { code?: number }).code, 126);
  t.regex((error as { stderr?: string }).stderr ?? '', /^flink-mesos: no lib\/flink-dist/);
  const noJava = renderer.jobManager(
    aCluster({ distribution: { kind: 'uri', version: '2.3.0', uri: 'x' } }),
    taskId('jm'),
    undefined,
  );
  const elsewhere = {
    ...noJava,
    process: { ...noJava.process, command: `JAVA_HOME=/nowhere; ${noJava.process.command}` },
  };
  const withoutJava = await t.throwsAsync(runCommand(t, elsewhere, '127.0.0.1', 'flink'));
  t.is((withoutJava as { code?: number }).code, 127);
});

test('nothing of a user ever meets the shell', async (t) => {
  const evil = '"; touch /tmp/owned; echo "$(id)`id`';
  const plain = aCluster({ distribution: archive });
  const cluster = {
    ...plain,
    spec: { ...plain.spec, configuration: { 'pipeline.name': evil }, environment: { SECRET: evil } },
    distribution: { kind: 'uri' as const, version: '2.3.0', uri: evil },
  };
  const spec = renderer.taskManager(cluster, taskId('tm-1'), address);
  t.false(spec.process.command.includes('owned'));
  const { environment } = await runCommand(t, spec, '127.0.0.1', 'flink');
  t.is(environment.SECRET, evil);
});

test('what is fetched: the configuration always fresh, the distribution through the cache', (t) => {
  const spec = renderer.taskManager(aCluster({ distribution: archive }), taskId('tm-1'), address);
  t.deepEqual(spec.process.uris, [
    {
      value: 'http://127.0.0.1:8080/v1/artifacts/c/conf.tar?signature=s',
      extract: true,
      cache: false,
      output_file: 'conf.tar',
    },
    {
      value: 'http://127.0.0.1:8080/v1/artifacts/d/flink.tar?signature=s',
      extract: true,
      cache: true,
      output_file: 'flink.tar',
    },
  ]);
  t.false(JSON.stringify(spec.process.labels).includes('signature'));
});

test('a successor asks for the place of the one before it, for a while', (t) => {
  const old = placement({ hostname: 'agent1', ports: { rpc: 1, rest: 2, blob: 3, metrics: 4 } });
  const spec = renderer.jobManager(aCluster(), taskId('jm-2'), old);
  t.deepEqual(spec.prefer, { agentId: old.agentId, ports: old.ports, forMs: 10_000 });
  t.is(renderer.jobManager(aCluster(), taskId('jm-1'), undefined).prefer, undefined);
});

test('a job says where its checkpoints stand before its cluster does', (t) => {
  const withOption = (own: string | undefined, ofCluster: string | undefined) => {
    const option = 'execution.checkpointing.dir';
    const one: JobRecord = aJob('1', {
      spec: { jar: 'j', ...(own !== undefined && { configuration: { [option]: own } }) },
    });
    const plain = aCluster({ jobs: [one] });
    return {
      ...plain,
      spec: {
        ...plain.spec,
        configuration: (ofCluster === undefined ? {} : { [option]: ofCluster }) as Record<string, string>,
      },
    };
  };
  const directory = (own?: string, ofCluster?: string) => {
    const record = withOption(own, ofCluster);
    return renderer.checkpointDirectory(record, record.jobs[0] ?? aJob('1'), job('1'));
  };
  t.is(directory(), `file:///srv/flink/${clusterName}/checkpoints/${job('1')}`);
  t.is(directory(undefined, 's3://bucket/c/'), `s3://bucket/c/${job('1')}`);
  t.is(directory('s3://mine', 's3://bucket/c/'), `s3://mine/${job('1')}`);
});

test('PA-8, PA-22, PA-23: what every process is given: user, grace, labels beside ours, files in the sandbox', (t) => {
  const labels = { team: 'tides', 'flink-mesos.part': 'spoof' };
  const uris = [{ value: 'https://repo/connector.jar', extract: false, fileName: 'connector.jar' }];
  const cluster = aCluster({}, { processes: { user: 'flink', killGraceSeconds: 40, labels, uris } });
  const tasks = [
    renderer.jobManager(cluster, taskId('jm'), undefined),
    renderer.taskManager(cluster, taskId('tm'), address),
  ];
  for (const { process, part } of tasks) {
    t.like(process, { user: 'flink', killGraceMs: 40_000 });
    t.like(process.labels, { team: 'tides', 'flink-mesos.part': part });
    t.deepEqual(process.uris.at(-1), {
      value: 'https://repo/connector.jar',
      extract: false,
      output_file: 'connector.jar',
    });
  }
  const plain = renderer.taskManager(aCluster(), taskId('tm'), address).process;
  t.is(plain.killGraceMs, 15_000);
  t.is(plain.user, undefined);
});
