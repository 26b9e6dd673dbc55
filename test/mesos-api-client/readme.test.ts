import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import test from 'ava';
import { startLocalMesos } from '../../src/local-mesos/server/start-local-mesos.ts';

const room = new URL('../../src/mesos-api-client/', import.meta.url);

test('the framework of the README runs its command on a local master and ends', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-readme-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  const mesos = await startLocalMesos({
    workDir: join(directory, 'mesos'),
    port: 0,
    agents: 1,
  });
  t.teardown(() => mesos.close());
  const readme = await readFile(new URL('README.md', room), 'utf8');
  const [, framework = ''] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  const file = join(directory, 'framework.ts');
  await writeFile(file, framework.replaceAll("'./index.ts'", `'${new URL('index.ts', room).href}'`));

  const child = spawn(process.execPath, [file], {
    env: { ...process.env, MASTER: new URL(mesos.masterUrl).host },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  t.is(errors, '');
  t.is(code, 0);
  t.deepEqual(output.trim().split('\n'), ['TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED']);
});
