/** What a newcomer does: `npm start`, Ctrl-C, and starting again after a crash. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { apiAt } from './support/api.ts';
import { eventually, type Running, repository, run } from './support/process.ts';
import { processesOf } from './support/stack.ts';

function npmStart(directory: string): Running {
  return run('node', [
    join(repository, 'bin', 'run.mjs'),
    'start',
    '--data-dir',
    directory,
    '--listen',
    '127.0.0.1:0',
    '--mesos-listen',
    '127.0.0.1:0',
  ]);
}

async function jobRunning(started: Running): Promise<{ url: string; seconds: number }> {
  const [, seconds] = await started.said(/job .*RUNNING.*?([\d.]+) s/);
  const [, url] = await started.said(/(http:\/\/127\.0\.0\.1:\d+)\/v1\/clusters\/default\/flink/);
  return { url: url ?? '', seconds: Number(seconds) };
}

test('npm start runs a Flink job; after kill -9 it recovers; Ctrl-C leaves no process and no port', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-start-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));

  const first = npmStart(directory);
  const { url } = await jobRunning(first);
  const before = await apiAt(url).running('default');
  t.true(before.length >= 2);

  // The whole of it but the tasks, as the kernel's OOM killer or a power button would.
  for (const pid of await processesOf(directory))
    if ((await commandOf(pid)).includes('src/main.ts')) process.kill(pid, 'SIGKILL');
  await first.exited();

  const second = npmStart(directory);
  const recovered = await jobRunning(second);
  const api = apiAt(recovered.url);
  await api.clusterRunning('default', before.filter((task) => task.part === 'taskmanager').length);
  t.deepEqual(
    (await api.running('default')).map((task) => task.id).sort(),
    before.map((task) => task.id).sort(),
    'the tasks of before still run: they were found again, not started anew',
  );

  const port = Number(new URL(recovered.url).port);
  t.is(await second.kill('SIGINT'), 0);
  await eventually('no process left', async () => (await processesOf(directory)).length === 0);
  t.true(await refused(port));
});

async function commandOf(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
}

function refused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', () => resolve(true));
  });
}
