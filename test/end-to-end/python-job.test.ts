/** A Python job by Flink's own command: the agents need a Python with apache-flink, which pip alone brings. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { defaultCacheDir } from '../../src/main/directories.ts';
import { linesBelow } from './support/files.ts';
import { repository } from './support/process.ts';
import { exampleJar, startStack } from './support/stack.ts';

const execute = promisify(execFile);

test('a Python job counts words by a Python function', async (t) => {
  const { home, version } = await exampleJar();
  const python = await pythonWithFlink(version);
  const stack = await startStack({ scheduler: ['--flink-version', version], agents: 1 });
  t.teardown(() => stack.close());
  const taskManager = { memoryMiB: 2048 };
  await stack.api.send('POST', '/v1/clusters', { name: 'default', taskManager });
  await stack.api.clusterRunning('default', 1);
  const out = join(stack.directory, 'lengths');
  const script = join(repository, 'examples', 'jobs', 'word_lengths.py');
  await execute(
    join(home, 'bin', 'flink'),
    [
      'run',
      ...['-m', `${stack.api.url}/v1/clusters/default/flink`],
      ...['-py', script, '-pyexec', python, '-pyclientexec', python],
      ...['--out', `file://${out}`],
    ],
    { env: { ...process.env, FLINK_CONF_DIR: join(home, 'conf'), FLINK_LOG_DIR: stack.directory } },
  );
  t.deepEqual(await linesBelow(out), ['2,6', '3,2', '4,1', '8,1']);
});

/** A virtual environment in the cache; marked when it is complete, for it knows its own path. */
async function pythonWithFlink(version: string): Promise<string> {
  const directory = join(defaultCacheDir(), 'test');
  const environment = join(directory, `python-${version}`);
  const python = join(environment, 'bin', 'python');
  if (existsSync(join(environment, 'complete'))) return python;
  await mkdir(directory, { recursive: true });
  await rm(environment, { recursive: true, force: true });
  await execute('python3', ['-m', 'venv', environment]);
  const wheels = `apache-flink==${version}`;
  await execute(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-compile', wheels], {
    timeout: 540_000,
  });
  await mkdir(join(environment, 'complete'));
  return python;
}
