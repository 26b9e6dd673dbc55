/** A TaskManager that is killed comes back on its agent, and its successor finds its state there. Real Flink, kill -9. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { exampleClasses } from '../../examples/build.ts';
import type { JobView, TaskView } from '../../src/dispatcher/dispatcher.ts';
import { jobsOf } from './support/flink-jobs.ts';
import { eventually } from './support/process.ts';
import { exampleJar, pidOfTask, startStack } from './support/stack.ts';

for (const version of [undefined, '1.20.5']) {
  test.serial(
    `the successor of a TaskManager takes its place and its state (Flink ${version ?? 'newest'})`,
    async (t) => {
      const { jar, version: flinkVersion } = await exampleJar(version);
      const stack = await startStack({ scheduler: ['--flink-version', flinkVersion] });
      t.teardown(() => stack.close());
      const { api } = stack;
      const directory = join(stack.directory, 'local');
      await api.send('POST', '/v1/clusters', {
        name: 'near',
        taskManagers: { mode: 'elastic', min: 0, max: 3, spare: 0 },
        taskManager: { localRecovery: { directory } },
      });
      await api.clusterRunning('near', 0);
      const { upload, running, checkpointed, restores } = jobsOf(api, 'near');
      const { id } = await api.send<JobView>('POST', '/v1/clusters/near/jobs', {
        jar: await upload(jar),
        entryClass: exampleClasses.clickCounter,
        parallelism: 2,
        configuration: {
          'execution.checkpointing.interval': '1 s',
          // Small states are kept in the JobManager's memory otherwise.
          'execution.checkpointing.data-inline-threshold': '0',
        },
      });
      await running(id);
      await checkpointed(id);
      await checkpointed(id);
      const before = await taskManagers();
      const victim = before[0];
      process.kill(await pidOfTask(victim?.id ?? ''), 'SIGKILL');
      const heir = await eventually('its successor', async () =>
        (await taskManagers()).find((task) => before.every((other) => other.id !== task.id)),
      );
      t.is(heir.agentId, victim?.agentId);
      await eventually('the job restored', async () => (await restores(id)) > 0);
      await running(id);
      const [incarnation = ''] = await readdir(directory);
      const left = await readdir(join(directory, incarnation));
      t.true(left.includes(`tm_${heir.id}`));
      t.is(await readlink(join(directory, incarnation, `tm_${victim?.id}`)), `tm_${heir.id}`);
      const from = await eventually('its keyed state restored', async () => {
        const log = await logOf(stack.directory, heir.id);
        return /Finished restoring from state handle: [^\n]*stateHandle=[^\n]*? file:(\S+)/.exec(log)?.[1];
      });
      t.true(from.startsWith(directory), `it came from ${from}`);
      await checkpointed(id);

      async function taskManagers(): Promise<TaskView[]> {
        return api.running('near', 'taskmanager');
      }
    },
  );
}

async function logOf(directory: string, taskId: string): Promise<string> {
  const files = await readdir(join(directory, 'agents'), { recursive: true });
  const log = files.find((file) => file.includes(`/${taskId}/`) && file.endsWith('taskmanager.log'));
  return readFile(join(directory, 'agents', log ?? ''), 'utf8');
}
