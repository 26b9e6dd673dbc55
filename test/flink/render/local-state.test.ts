/** What clusters left on an agent's disk: run with the agent's own shell, beside processes that hold what is theirs. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test, { type ExecutionContext } from 'ava';
import { enterWorkingDirectory } from '../../../src/flink/render/local-state.ts';
import { eventually } from '../../end-to-end/support/process.ts';

const longAgo = new Date(Date.now() - 2 * 24 * 3_600_000);

async function leave(root: string, cluster: string, { ours = true, changed = longAgo } = {}): Promise<void> {
  const state = join(root, cluster, 'tm_1');
  await mkdir(state, { recursive: true });
  await writeFile(join(state, 'state'), '');
  if (ours) await writeFile(join(root, cluster, '.flink-mesos'), '');
  const paths = [
    join(state, 'state'),
    state,
    ...(ours ? [join(root, cluster, '.flink-mesos')] : []),
    join(root, cluster),
  ];
  for (const path of paths) await utimes(path, changed, changed);
}

/** As a TaskManager's command begins; what it becomes waits to be told to end. */
async function begin(
  t: ExecutionContext,
  directory: string,
  environment: Record<string, string> = {},
): Promise<ChildProcess> {
  const command = ['set -e', ...enterWorkingDirectory, 'exec sh -c "echo ready; exec cat"'].join('\n');
  const env = { PATH: process.env.PATH, TASK_ID: 'new', FLINK_MESOS_LOCAL_STATE: directory, ...environment };
  const child = spawn('sh', ['-c', command], { cwd: tmpdir(), env, stdio: ['pipe', 'pipe', 'inherit'] });
  t.teardown(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.stdin?.end();
    await once(child, 'exit');
  });
  for await (const line of createInterface({ input: child.stdout })) if (line === 'ready') break;
  return child;
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

test('what clusters left goes a day later, and nothing else', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'flink-mesos test '));
  t.teardown(() => rm(root, { recursive: true, force: true }));
  await begin(t, join(root, 'busy-cccccc'));
  await leave(root, 'busy-cccccc');
  await leave(root, 'deleted-dddddd');
  await leave(root, 'young-bbbbbb', { changed: new Date() });
  await leave(root, 'foreign', { ours: false });
  await begin(t, join(root, 'own-eeeeee'));
  await eventually('the sweep', async () => !(await isThere(join(root, 'deleted-dddddd'))));
  t.deepEqual((await readdir(root)).sort(), ['busy-cccccc', 'foreign', 'own-eeeeee', 'young-bbbbbb']);
  t.true(await isThere(join(root, 'busy-cccccc', 'tm_1', 'state')));
});

test('a process that has ended holds nothing', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'flink-mesos-'));
  t.teardown(() => rm(root, { recursive: true, force: true }));
  const child = await begin(t, join(root, 'busy-cccccc'));
  child.kill('SIGKILL');
  await once(child, 'exit');
  await leave(root, 'busy-cccccc');
  await begin(t, join(root, 'own-dddddd'));
  await eventually('the sweep', async () => !(await isThere(join(root, 'busy-cccccc'))));
  t.true(await isThere(join(root, 'own-dddddd')));
});

test('of several that were lost an heir takes one, under a new name, and removes who is gone', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'flink-mesos-'));
  t.teardown(() => rm(root, { recursive: true, force: true }));
  const work = join(root, 'own-dddddd');
  for (const name of ['tm_b', 'tm_c', 'tm_d']) await mkdir(join(work, name), { recursive: true });
  await begin(t, work, { FLINK_MESOS_HERITAGE: 'a b c', FLINK_MESOS_GONE: 'd' });
  t.deepEqual((await readdir(work)).sort(), ['.flink-mesos', 'tm_b', 'tm_c', 'tm_new']);
});
