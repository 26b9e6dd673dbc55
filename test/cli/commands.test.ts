/** What every command prints and asks for. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { request } from 'undici';
import { tokenRules } from '../api/support/api.ts';
import { moment } from '../api/support/fake-dispatcher.ts';
import { run, testClient } from './support.ts';

async function directoryOf(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-cli-'));
  t.teardown(() => rm(directory, { recursive: true }));
  return directory;
}

test('clusters list', async (t) => {
  const { run, dispatcher } = await testClient(t);
  dispatcher.setCluster('default', {
    phase: 'running',
    taskManagers: { wanted: 2, registered: 1 },
    waitingFor: 'a TaskManager',
  });
  t.deepEqual(await run('clusters list'), {
    exitCode: 0,
    stdout: [
      'NAME     PHASE    FLINK  TASKMANAGERS  FREE SLOTS  RUNNING JOBS  WAITING FOR',
      'default  running  2.3.0  1/2           0/0         0/0           a TaskManager',
      '',
    ].join('\n'),
    stderr: '',
  });
  dispatcher.removeCluster('default');
  t.is((await run('clusters list')).stdout, 'There is no cluster.\n');
});

test('clusters show: the default one, with the address of its UI', async (t) => {
  const { run, url } = await testClient(t);
  const { stdout } = await run('clusters show');
  t.regex(stdout, /^name +default\nphase +starting\n/);
  t.true(stdout.includes(`${url}/v1/clusters/default/flink/`));
});

test('--json prints exactly what the API answers', async (t) => {
  const { run, url, dispatcher } = await testClient(t);
  dispatcher.addTask({ id: 'task-1', cluster: 'default' });
  await dispatcher.submitJob('default', { jar: 'a' });
  dispatcher.addFact('seen');
  const commands: Record<string, string> = {
    'clusters list': '/v1/clusters',
    'clusters show default': '/v1/clusters/default',
    'clusters endpoints default': '/v1/clusters/default/endpoints',
    'tasks list': '/v1/clusters/default/tasks',
    'tasks list --all': '/v1/tasks',
    'tasks show task-1': '/v1/tasks/task-1',
    'jars list': '/v1/clusters/default/jars',
    'jobs list': '/v1/clusters/default/jobs',
    'jobs show job-1': '/v1/clusters/default/jobs/job-1',
    events: '/v1/events',
    info: '/v1/info',
    health: '/v1/health',
  };
  for (const [command, path] of Object.entries(commands)) {
    const { stdout, stderr, exitCode } = await run(`${command} --json`);
    t.deepEqual(JSON.parse(stdout), await (await request(`${url}${path}`)).body.json(), command);
    t.deepEqual([stderr, exitCode], ['', 0], command);
  }
});

test('clusters create makes a specification of its options', async (t) => {
  const { run, dispatcher } = await testClient(t);
  const { exitCode } = await run([
    ...'clusters create big --task-managers 3 --slots 2 --cpus 0.5 --memory 2048'.split(' '),
    ...'--job-manager-cpus 0.25 --job-manager-memory 1200 --flink-version 1.20.5'.split(' '),
    ...'-Dstate.backend.type=rocksdb -D a.b=c=d -e TZ=UTC'.split(' '),
  ]);
  t.is(exitCode, 0);
  t.deepEqual(dispatcher.specs.at(-1), {
    name: 'big',
    flink: { version: '1.20.5' },
    jobManager: { cpus: 0.25, memoryMiB: 1200 },
    taskManager: { cpus: 0.5, memoryMiB: 2048, slots: 2 },
    taskManagers: { mode: 'fixed', count: 3 },
    configuration: { 'state.backend.type': 'rocksdb', 'a.b': 'c=d' },
    environment: { TZ: 'UTC' },
  });
});

test('clusters create takes constraints, preferences and the place among other clusters', async (t) => {
  const { run, dispatcher } = await testClient(t);
  const { exitCode, stderr } = await run([
    ...'clusters create placed --constraint hostname:MAX_PER:2 --constraint rack:LIKE:r[1-3]:x --prefer @zone:GROUP_BY'.split(
      ' ',
    ),
    ...'--job-manager-constraint @region:IS:eu --job-manager-prefer disk:IS:ssd --spread-over @zone --away-from other'.split(
      ' ',
    ),
    ...'--away-from third --exclusive --fitness spread --role flink/batch --priority 3 --weight 0.5'.split(' '),
    ...'--limit-cpus 40 --limit-memory 65536 --limit-tasks 12'.split(' '),
    ...'--guarantee-cpus 8 --guarantee-memory 4096 --guarantee-tasks 3 --together'.split(' '),
    ...'--resource gpus=1 --resource bandwidth=0.5'.split(' '),
  ]);
  t.deepEqual([exitCode, stderr], [0, '']);
  t.deepEqual(dispatcher.specs.at(-1), {
    name: 'placed',
    jobManager: { constraints: [['@region', 'IS', 'eu']], preferences: [['disk', 'IS', 'ssd']] },
    taskManager: {
      constraints: [
        ['hostname', 'MAX_PER', '2'],
        ['rack', 'LIKE', 'r[1-3]:x'],
      ],
      preferences: [['@zone', 'GROUP_BY']],
      resources: { gpus: 1, bandwidth: 0.5 },
    },
    placement: {
      role: 'flink/batch',
      spreadOver: ['@zone'],
      awayFrom: ['other', 'third'],
      exclusive: true,
      fitness: 'spread',
      priority: 3,
      weight: 0.5,
      limit: { cpus: 40, memoryMiB: 65_536, tasks: 12 },
      guarantee: { cpus: 8, memoryMiB: 4_096, tasks: 3 },
      together: true,
    },
  });
  const shown = await run('clusters show placed');
  t.is(shown.exitCode, 0);
});

test('clusters create keeps places, with a volume or without', async (t) => {
  const { run, dispatcher } = await testClient(t);
  for (const [option, kept] of [
    ['--keep-places', {}],
    ['--volume 2048', { volumeMiB: 2048 }],
    ['--volume 2048:state', { volumeMiB: 2048, volumePath: 'state' }],
  ] as const) {
    t.is((await run(`clusters create keeper ${option}`)).exitCode, 0);
    t.deepEqual(dispatcher.specs.at(-1), { name: 'keeper', taskManager: { kept } });
    dispatcher.removeCluster('keeper');
  }
  t.is((await run('clusters create wrong --volume big')).exitCode, 2);
});

test('tasks files and tasks log show what lies in a sandbox, and go on as it grows', async (t) => {
  const { run, dispatcher } = await testClient(t);
  dispatcher.addTask({ id: 'task-1', cluster: 'default' });
  t.regex((await run('tasks files task-1')).stdout, /^FILE +BYTES +CHANGED\nstdout +8 /);
  t.is((await run('tasks log task-1')).stdout, 'one\ntwo\n');
  t.is((await run('tasks log task-1 --file log/jobmanager.log')).stdout, 'started\n');
  t.is((await run('tasks log task-1 --file none')).exitCode, 3);
  dispatcher.sandbox = { stdout: 'x'.repeat(100_000) };
  t.is((await run('tasks log task-1')).stdout.length, 16_384);
  t.is((await run('tasks log task-1 --all')).stdout.length, 100_000);
  const over = new AbortController();
  const followed = await run('tasks log task-1 --follow --all', {
    signal: over.signal,
    onOutput: (stdout) => {
      if (stdout.length === 100_000) dispatcher.sandbox = { stdout: `${'x'.repeat(100_000)}more` };
      if (stdout.endsWith('more')) over.abort();
    },
  });
  t.deepEqual([followed.exitCode, followed.stdout.length], [0, 100_004]);
});

test('why, offers and agents print tables, and one task with its reasons', async (t) => {
  const { run, dispatcher } = await testClient(t);
  t.regex((await run('why')).stdout, /TASK +CLUSTER +PART +SINCE +WHY\nw-1 .*of 2 agents: 2 too few cpus/);
  const one = (await run('why w-1')).stdout;
  t.regex(one, /waits because +of 2 agents/);
  t.regex(one, /AGENTS +RULED OUT BY +WANTED +BEST +AT\n2 +too few cpus +1.5 +0.5 +S1\n1 +constraint rack IS r1/);
  const offers = (await run('offers')).stdout;
  t.regex(offers, /7 .*host-1 +\* +1.5 +2048 +0 +4 +declined +no task that waits fits/);
  t.regex(offers, /3 more declined/);
  t.regex((await run('agents')).stdout, /S1 +host-1 +eu\/eu-1 +rack:r2 +1.5 cpus 2048 MiB \(\*\) +1/);
  t.is((await run('why nobody')).exitCode, 3);
  t.notRegex(one, /quota/);
  const quota = { role: 'flink', limits: { cpus: 4, mem: 512 }, held: { cpus: 3.5 } };
  dispatcher.whys = dispatcher.whys.map((why) => ({ ...why, quota }));
  t.regex((await run('why w-1')).stdout, /^quota +role flink has 3.5 of 4 cpus, 0 of 512 mem$/m);
  dispatcher.whys = dispatcher.whys.map((why) => ({ ...why, quota: undefined, quotaUnknown: 'it does not say' }));
  t.regex((await run('why w-1')).stdout, /^quota +unknown: it does not say$/m);
});

test('clusters create --elastic takes bounds', async (t) => {
  const { run, dispatcher } = await testClient(t);
  t.is((await run('clusters create tides --elastic 0:10')).exitCode, 0);
  t.deepEqual(dispatcher.specs.at(-1), {
    name: 'tides',
    taskManagers: { mode: 'elastic', min: 0, max: 10, spare: 0 },
  });
  t.is((await run('clusters create waves --elastic 1:4:2')).exitCode, 0);
  t.like(dispatcher.specs.at(-1), { taskManagers: { mode: 'elastic', min: 1, max: 4, spare: 2 } });
  for (const wrong of ['--elastic 3', '--elastic a:b', '--elastic 1:2 --task-managers 2']) {
    t.not((await run(`clusters create wrong ${wrong}`)).exitCode, 0);
  }
  t.like(dispatcher.specs.at(-1), { name: 'waves' });
});

test('clusters create leaves out what was not said', async (t) => {
  const { run, dispatcher } = await testClient(t);
  dispatcher.removeCluster('default');
  t.is((await run('clusters create')).exitCode, 0);
  t.deepEqual(dispatcher.specs.at(-1), { name: 'default' });
});

test('clusters create takes a file or standard input', async (t) => {
  const { run, dispatcher } = await testClient(t);
  const file = join(await directoryOf(t), 'spec.json');
  await writeFile(file, '{"name": "filed", "taskManagers": {"mode": "fixed", "count": 2}}');
  t.is((await run(['clusters', 'create', '--file', file])).exitCode, 0);
  t.deepEqual(dispatcher.specs.at(-1), { name: 'filed', taskManagers: { mode: 'fixed', count: 2 } });
  t.is((await run('clusters create piped --file -', { stdin: '{"taskManager": {"slots": 4}}' })).exitCode, 0);
  t.deepEqual(dispatcher.specs.at(-1), { name: 'piped', taskManager: { slots: 4 } });
});

test('clusters create --wait tells what it waits for, until it runs', async (t) => {
  const { run, dispatcher } = await testClient(t);
  const { exitCode, stdout, stderr } = await run('clusters create slow --wait', {
    onOutput: (_stdout, stderr) => {
      if (stderr.includes('starting')) dispatcher.setCluster('slow', { phase: 'running' });
    },
  });
  t.is(exitCode, 0);
  t.is(stderr, 'cluster slow is starting\n');
  t.regex(stdout, /phase +running/);
});

test('clusters delete --wait ends when the cluster is gone', async (t) => {
  const { run, dispatcher } = await testClient(t);
  const { exitCode, stdout, stderr } = await run('clusters delete default --wait', {
    onOutput: (_stdout, stderr) => {
      if (stderr.includes('deleting')) dispatcher.removeCluster('default');
    },
  });
  t.deepEqual([exitCode, stdout, stderr], [0, 'Cluster default is gone.\n', 'cluster default is deleting\n']);
});

test('tasks list, show, restart', async (t) => {
  const { run, dispatcher } = await testClient(t);
  dispatcher.addTask({ id: 'task-1', cluster: 'default', hostname: 'host-1', ports: { rpc: 31000 } });
  dispatcher.addTask({
    id: 'task-2',
    cluster: 'default',
    state: 'WAITING',
    hostname: undefined,
    ports: undefined,
    whyWaiting: '2 agents lack cpus',
  } as never);
  t.is(
    (await run('tasks list')).stdout,
    [
      'ID      CLUSTER  PART         STATE         HOST    PORTS      WHY',
      'task-1  default  taskmanager  TASK_RUNNING  host-1  rpc:31000  -',
      'task-2  default  taskmanager  WAITING       -       -          2 agents lack cpus',
      '',
    ].join('\n'),
  );
  t.is(
    (await run('clusters endpoints')).stdout,
    ['PORT  PART         ADDRESS       VIP  TASK', 'rpc   taskmanager  host-1:31000  -    task-1', ''].join('\n'),
  );
  t.regex((await run('tasks show task-2')).stdout, /waits because +2 agents lack cpus/);
  t.is((await run('tasks restart task-1')).exitCode, 0);
  t.regex((await run('tasks replace task-1')).stdout, /^Task task-1 is being ended; another one takes its part/);
  t.deepEqual(dispatcher.calls, ['restartTask task-1', 'replaceTask task-1']);
});

test('a token goes as a bearer, one of DC/OS as Admin Router takes it', async (t) => {
  const seen: unknown[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.setHeader('content-type', 'application/json').end('[]');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.teardown(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const token of ['secret', 'token=eyJhbGciOi']) {
    await run('clusters list', { environment: { FLINK_MESOS_URL: url, FLINK_MESOS_TOKEN: token } });
  }
  t.deepEqual(seen, ['Bearer secret', 'token=eyJhbGciOi']);
});

test('clusters update changes what is named, over what there is; jobs may go on from savepoints', async (t) => {
  const { run, dispatcher } = await testClient(t);
  await run('clusters create orders --slots 2 -D a=b');
  const { exitCode, stdout } = await run('clusters update orders --memory 4096 -D c=d --jobs savepoint');
  t.is(exitCode, 0);
  t.regex(stdout, /update +1 processes to be replaced, jobs go on from a savepoint/);
  const [, name, spec, jobs] = /^updateCluster (\S+) (.*) (\S+)$/.exec(dispatcher.calls.at(-1) ?? '') ?? [];
  t.deepEqual([name, jobs], ['orders', 'savepoint']);
  t.like(JSON.parse(spec ?? '{}'), { taskManager: { slots: 2, memoryMiB: 4096 }, configuration: { a: 'b', c: 'd' } });
  t.is((await run('clusters update orders --file -', { stdin: '{"environment":{"A":"1"}}' })).exitCode, 0);
  t.is(dispatcher.calls.at(-1), 'updateCluster orders {"environment":{"A":"1"},"name":"orders"}');
  const waited = run('clusters update orders --wait --cpus 2', {
    onOutput: (_, stderr) => {
      if (stderr.includes('1 processes to be replaced'))
        dispatcher.setCluster('orders', { update: undefined, phase: 'running' });
    },
  });
  t.is((await waited).exitCode, 0);
  t.is((await run('clusters update orders --jobs hope')).exitCode, 2);
  t.is((await run('clusters update nobody --cpus 1')).exitCode, 3);
});

test('clusters revisions and rollback: to the one before, or to the one that is named', async (t) => {
  const { run, dispatcher } = await testClient(t);
  t.is((await run('clusters rollback')).exitCode, 4);
  await run('clusters update --cpus 2');
  t.regex((await run('clusters revisions')).stdout, /REVISION +SINCE.*\n1 .*\n2 .*present/);
  t.is((await run('clusters rollback')).exitCode, 0);
  t.is(dispatcher.calls.at(-1), 'restoreRevision default 1');
  await run('clusters rollback --to 2 --jobs savepoint');
  t.is(dispatcher.calls.at(-1), 'restoreRevision default 2 savepoint');
  t.is((JSON.parse((await run('clusters revisions --json')).stdout) as unknown[]).length, 4);
});

test('clusters scale changes the number of TaskManagers, and waits for them', async (t) => {
  const { run, dispatcher } = await testClient(t);
  t.regex((await run('clusters scale --task-managers 3')).stdout, /TaskManagers +0 of 3 registered/);
  const waited = run('clusters scale default --task-managers 2 --wait', {
    onOutput: (_stdout, stderr) => {
      if (stderr.includes('has 0 of 2 TaskManagers'))
        dispatcher.setCluster('default', { taskManagers: { wanted: 2, registered: 2 } });
    },
  });
  t.regex((await waited).stdout, /TaskManagers +2 of 2 registered/);
  t.is((await run('clusters scale nobody --task-managers 1')).exitCode, 3);
  t.is((await run('clusters scale default')).exitCode, 2);
});

test('run uploads the jar as a stream and runs it with its arguments, dashes and all', async (t) => {
  const { run, dispatcher } = await testClient(t);
  const file = join(await directoryOf(t), 'word count.jar');
  const content = Buffer.alloc(2 * 1024 * 1024, 'jar');
  await writeFile(file, content);
  const { exitCode, stdout, stderr } = await run([
    ...'run -c org.example.Main -p 4 -s file:///savepoint -n -Drestart-strategy.type=none'.split(' '),
    file,
    ...'--input x --wait -p 3'.split(' '),
  ]);
  t.is(exitCode, 0, stderr);
  const sha256 = createHash('sha256').update(content).digest('hex');
  t.deepEqual(dispatcher.uploads, [{ cluster: 'default', fileName: 'word_count.jar', bytes: content.length, sha256 }]);
  t.deepEqual(dispatcher.jobSpecs, [
    {
      jar: sha256.slice(0, 12),
      entryClass: 'org.example.Main',
      args: ['--input', 'x', '--wait', '-p', '3'],
      parallelism: 4,
      savepointPath: 'file:///savepoint',
      allowNonRestoredState: true,
      configuration: { 'restart-strategy.type': 'none' },
    },
  ]);
  t.regex(stderr, /^uploaded word_count\.jar \(2097152 bytes\) as /);
  t.regex(stdout, /^id +job-1\n/);
});

test('run-application: a file is uploaded for all, a URI is fetched, local:// is a path; its cluster is specified beside it', async (t) => {
  const { run, dispatcher } = await testClient(t);
  const file = join(await directoryOf(t), 'words.jar');
  await writeFile(file, 'content');
  const { exitCode, stdout, stderr } = await run([
    ...'run-application --cluster words --elastic 0:8 --slots 2 -c org.example.Main -p 4 -s file:///savepoint -n'.split(
      ' ',
    ),
    ...['-Dexecution.runtime-mode=BATCH', file, '--input', 'x', '-p', '3'],
  ]);
  t.is(exitCode, 0, stderr);
  const [upload] = dispatcher.uploads;
  t.like(upload, { cluster: '-', fileName: 'words.jar' });
  t.deepEqual(dispatcher.specs.at(-1), {
    name: 'words',
    application: {
      jar: { id: upload?.sha256.slice(0, 12) ?? '' },
      entryClass: 'org.example.Main',
      args: ['--input', 'x', '-p', '3'],
      parallelism: 4,
      savepointPath: 'file:///savepoint',
      allowNonRestoredState: true,
    },
    taskManager: { slots: 2 },
    taskManagers: { mode: 'elastic', min: 0, max: 8, spare: 0 },
    configuration: { 'execution.runtime-mode': 'BATCH' },
  });
  t.regex(stdout, /^name +words\n/);
  await run('run-application --cluster fetched https://example.org/words.jar');
  t.deepEqual(dispatcher.specs.at(-1)?.application, { jar: { uri: 'https://example.org/words.jar' } });
  await run('run-application --cluster there local:///opt/words.jar');
  t.deepEqual(dispatcher.specs.at(-1)?.application, { jar: { path: '/opt/words.jar' } });
});

test('run-application --attached ends with the application, as it did', async (t) => {
  const { run, dispatcher } = await testClient(t);
  const application = { job: 'job-1', state: 'FINISHED', stateSince: moment };
  const ends = (name: string, more: object) => (_stdout: string, stderr: string) => {
    if (stderr.includes('starting')) {
      dispatcher.setCluster(name, { phase: 'ended', application: { ...application, ...more } });
    }
  };
  const finished = await run('run-application --cluster a --attached local:///a.jar', { onOutput: ends('a', {}) });
  t.is(finished.exitCode, 0);
  t.regex(finished.stdout, /^phase +ended: FINISHED$/m);
  const failed = await run('run-application --cluster b --attached local:///a.jar', {
    onOutput: ends('b', { state: 'FAILED', failure: 'boom' }),
  });
  t.is(failed.exitCode, 8);
  t.regex(failed.stderr, /ended as FAILED: boom/);
  t.regex((await run('clusters show b')).stdout, /^why it failed +boom$/m);
  t.regex((await run('clusters list')).stdout, /^b +ended: FAILED/m);
});

test('jars of no cluster: upload, list, forget', async (t) => {
  const { run, dispatcher } = await testClient(t);
  const file = join(await directoryOf(t), 'words.jar');
  await writeFile(file, 'content');
  t.is((await run('jars list --shared')).stdout, 'There are no jars.\n');
  t.is((await run(['jars', 'upload', '--shared', file])).exitCode, 0);
  const [jar] = dispatcher.sharedJars();
  t.regex((await run('jars list --shared')).stdout, /words\.jar/);
  t.regex((await run(`jars forget ${jar?.id}`)).stdout, /is forgotten/);
  t.is((await run(`jars forget ${jar?.id}`)).exitCode, 3);
});

test('run --wait ends when the job is RUNNING', async (t) => {
  const { run, dispatcher } = await testClient(t);
  const { exitCode, stdout } = await run('jobs run --wait some-jar', {
    onOutput: (_stdout, stderr) => {
      if (stderr.includes('CREATED')) dispatcher.setJob('default', 'job-1', { state: 'RUNNING' });
    },
  });
  t.is(exitCode, 0);
  t.regex(stdout, /state +RUNNING/);
});

test('jobs list and cancel --wait', async (t) => {
  const { run, dispatcher } = await testClient(t);
  await dispatcher.submitJob('default', { jar: 'a' });
  t.is(
    (await run('jobs list')).stdout,
    [
      'ID     NAME           STATE    SINCE (UTC)          RESUMED  MANAGED',
      'job-1  State machine  CREATED  2026-01-02 03:04:05  0        yes',
      '',
    ].join('\n'),
  );
  const { exitCode, stdout } = await run('jobs cancel job-1 --wait', {
    onOutput: (_stdout, stderr) => {
      if (stderr.includes('CANCELLING')) dispatcher.setJob('default', 'job-1', { state: 'CANCELED' });
    },
  });
  t.is(exitCode, 0);
  t.regex(stdout, /state +CANCELED/);
});

test('jars upload and list, of the named cluster', async (t) => {
  const { run, dispatcher } = await testClient(t);
  await dispatcher.createCluster({ name: 'other' });
  const file = join(await directoryOf(t), 'job.jar');
  await writeFile(file, 'PK');
  const uploaded = await run(['jars', 'upload', '--cluster', 'other', file]);
  t.regex(uploaded.stdout, /^ID +NAME +BYTES +UPLOADED \(UTC\)\n\w{12} +job\.jar +2 +2026-01-02 03:04:05\n$/);
  t.is((await run('jars list --cluster other')).stdout, uploaded.stdout);
  t.is((await run('jars list')).stdout, 'Cluster default has no jars.\n');
});

test('events, one a line, and only those after a number', async (t) => {
  const { run, dispatcher } = await testClient(t);
  dispatcher.addFact('a', 'first\u001b[2J');
  dispatcher.addFact('b', 'second');
  t.is((await run('events')).stdout, '2026-01-02 03:04:05  info   first [2J\n2026-01-02 03:04:05  info   second\n');
  t.is((await run('events --after 1')).stdout, '2026-01-02 03:04:05  info   second\n');
});

test('events --follow prints what happens until it is interrupted', async (t) => {
  const { run, dispatcher } = await testClient(t);
  dispatcher.addFact('past');
  const interrupt = new AbortController();
  const { exitCode, stdout } = await run('events --follow --json', {
    signal: interrupt.signal,
    onOutput: (stdout) => {
      const lines = stdout.split('\n').length - 1;
      if (lines === 1) dispatcher.addFact('present');
      if (lines === 2) interrupt.abort();
    },
  });
  t.is(exitCode, 0);
  const kinds = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).kind);
  t.deepEqual(kinds, ['past', 'present']);
});

test('info and health', async (t) => {
  const { run, dispatcher } = await testClient(t);
  t.regex((await run('info')).stdout, /Mesos +subscribed 127\.0\.0\.1:5050/);
  t.deepEqual(await run('health'), { exitCode: 0, stdout: 'healthy\n', stderr: '' });
  dispatcher.healthy = false;
  const { exitCode, stderr } = await run('health');
  t.is(exitCode, 7);
  t.regex(stderr, /^error NOT_READY: .*no master for a minute/);
});

test('the token comes from a file or from the environment', async (t) => {
  const { run } = await testClient(t, { access: tokenRules('the-token') });
  const file = join(await directoryOf(t), 'token');
  await writeFile(file, 'the-token\n');
  t.is((await run(['info', '--token-file', file])).exitCode, 0);
  t.is((await run('info', { environment: { FLINK_MESOS_TOKEN: 'the-token' } })).exitCode, 0);
  t.is((await run('events --after 0', { environment: { FLINK_MESOS_TOKEN: 'the-token' } })).exitCode, 0);
  t.is((await run('info')).exitCode, 5);
});

test('an address below a path, as behind the Admin Router of DC/OS', async (t) => {
  const { url } = await testClient(t);
  t.is((await run(['info', '--url', `${url}/`])).exitCode, 0);
  const elsewhere = await run(['info', '--url', `${url}/service/flink`]);
  t.is(elsewhere.exitCode, 3);
  t.regex(elsewhere.stderr, /GET \/service\/flink\/v1\/info/);
});

test('every command has a help that names its options', async (t) => {
  for (const command of [
    '',
    'clusters',
    'clusters create',
    'clusters endpoints',
    'clusters delete',
    'tasks',
    'tasks list',
    'jars',
    'jars upload',
    'jobs',
    'jars forget',
    'jobs run',
    'run',
    'run-application',
    'events',
    'info',
    'health',
    'why',
    'offers',
    'agents',
  ]) {
    const { exitCode, stdout, stderr } = await run(`${command} --help`);
    t.is(exitCode, 0, command);
    t.is(stderr, '', command);
    t.regex(stdout, /^Usage: flink-mesos/, command);
  }
  t.regex((await run('clusters create --help')).stdout, /--token-file <file>/);
});

test('clusters create --standby-job-managers is high availability with standbys', async (t) => {
  const { run, dispatcher } = await testClient(t);
  t.is((await run('clusters create tides --standby-job-managers 1')).exitCode, 0);
  t.like(dispatcher.specs.at(-1), { highAvailability: { mode: 'zookeeper', standbys: 1 } });
});

test('jobs savepoint, stop, rescale, dispose and what Flink says', async (t) => {
  const { run, dispatcher } = await testClient(t);
  await dispatcher.submitJob('default', { jar: 'a' });
  dispatcher.calls.length = 0;
  const operation = { id: '0'.repeat(32), kind: 'savepoint', startedAt: moment } as const;
  const done = { ...operation, state: 'completed', path: 's3://b/1' } as const;
  const saved = await run('jobs savepoint job-1 --native --wait', {
    onOutput: (_stdout, stderr) => {
      if (stderr.includes('running')) dispatcher.setJob('default', 'job-1', { operation: done });
    },
  });
  t.is(saved.exitCode, 0);
  t.regex(saved.stdout, /operation +savepoint: completed/);
  t.is((await run('jobs stop job-1 --drain --directory s3://b/2')).exitCode, 0);
  t.is((await run('jobs rescale job-1 --parallelism 8')).exitCode, 0);
  t.is((await run('jobs dispose job-1 s3://b/1')).exitCode, 0);
  t.deepEqual(JSON.parse((await run('jobs exceptions job-1')).stdout), { report: 'exceptions' });
  t.is((await run('jobs savepoints job-1')).stdout, 'Job job-1 has no savepoints.\n');
  t.deepEqual(dispatcher.calls, [
    'operateJob default job-1 {"kind":"savepoint","format":"NATIVE"}',
    'operateJob default job-1 {"kind":"stop","drain":true,"directory":"s3://b/2"}',
    'operateJob default job-1 {"kind":"rescale","parallelism":8}',
    'disposeSavepoint default job-1 s3://b/1',
    'jobReport default job-1 exceptions',
  ]);
});
