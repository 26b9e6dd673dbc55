import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { startLocalMesos } from '../../src/local-mesos/index.ts';

const example = fileURLToPath(new URL('../../examples/framework.ts', import.meta.url));

test('the framework of the README is the example, without its first line', async (t) => {
  const readme = await readFile(new URL('../../src/mesos-api-client/README.md', import.meta.url), 'utf8');
  const [, framework = ''] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  t.is(framework, (await readFile(example, 'utf8')).replace(/^.*\n/, ''));
});

test('the framework of the README runs its command on a master and ends', async (t) => {
  const mesos = await startLocalMesos({ agents: 1 });
  t.teardown(() => mesos.close());
  const child = spawn(process.execPath, [example], {
    env: { ...process.env, MASTER: new URL(mesos.masterUrl).host },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  t.is(errors, '');
  t.is(code, 0);
  t.deepEqual(output.trim().split('\n'), ['TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED']);
});
