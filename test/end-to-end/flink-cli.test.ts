/** Flink's own command line, unmodified, against a cluster through the scheduler's address. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { exampleClasses } from '../../examples/build.ts';
import type { ClusterView } from '../../src/dispatcher/dispatcher.ts';
import { provenJobManager } from './support/api.ts';
import { eventually } from './support/process.ts';
import { exampleJar, pidOfTask, type Stack, startStack } from './support/stack.ts';

const execute = promisify(execFile);

for (const version of [undefined, '1.20.5']) {
  test.serial(`flink run, list and cancel work against a cluster of Flink ${version ?? 'newest'}`, async (t) => {
    const { home, jar, version: flinkVersion } = await exampleJar(version);
    const stack: Stack = await startStack({ scheduler: ['--flink-version', flinkVersion], agents: 1 });
    t.teardown(() => stack.close());
    await stack.api.send<ClusterView>('POST', '/v1/clusters', {
      name: 'default',
      taskManagers: { mode: 'fixed', count: 1 },
    });
    await stack.api.clusterRunning('default', 1);
    const target = ['-m', `${stack.api.url}/v1/clusters/default/flink`];

    const flink = async (...args: string[]): Promise<string> => {
      const { stdout } = await execute(join(home, 'bin', 'flink'), args, {
        env: { ...process.env, FLINK_CONF_DIR: join(home, 'conf'), FLINK_LOG_DIR: stack.directory },
      });
      return stdout;
    };

    const submitted = await flink('run', '-d', ...target, '-c', exampleClasses.clickCounter, jar);
    const id = /JobID ([0-9a-f]{32})/.exec(submitted)?.[1] ?? '';
    t.not(id, '', submitted);
    await stack.api.jobInState('default', id, 'RUNNING');
    t.regex(await flink('list', ...target), new RegExp(`${id} : .* \\(RUNNING\\)`));
    t.false((await stack.api.jobs('default')).find((job) => job.id === id)?.managed);
    await flink('cancel', ...target, id);
    await stack.api.jobInState('default', id, 'CANCELED');
    await eventually('nothing listed', async () => !(await flink('list', ...target)).includes(id));

    const lost = await flink('run', '-d', ...target, '-c', exampleClasses.clickCounter, jar);
    const orphan = /JobID ([0-9a-f]{32})/.exec(lost)?.[1] ?? '';
    await stack.api.jobInState('default', orphan, 'RUNNING');
    const jobManager = await provenJobManager(stack.api, 'default');
    process.kill(await pidOfTask(jobManager.id), 'SIGKILL');
    const { failure } = await stack.api.jobInState('default', orphan, 'FAILED');
    t.regex(
      failure ?? '',
      /not submitted through flink-mesos cannot be submitted again/,
      'without ZooKeeper it is lost',
    );
  });
}
