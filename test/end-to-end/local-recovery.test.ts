/** A TaskManager that is killed comes back on its agent, and its successor finds its state there. Real Flink, kill -9. */
import { openAsBlob } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { exampleClasses } from '../../examples/build.ts';
import type { JobView, TaskView } from '../../src/dispatcher/dispatcher.ts';
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
      const form = new FormData();
      form.append('jarfile', await openAsBlob(jar), 'examples.jar');
      const upload = await fetch(`${api.url}/v1/jars`, { method: 'POST', body: form });
      const job = await api.send<JobView>('POST', '/v1/clusters/near/jobs', {
        jar: ((await upload.json()) as { id: string }).id,
        entryClass: exampleClasses.clickCounter,
        parallelism: 2,
        configuration: {
          'execution.checkpointing.interval': '1 s',
          // Small states are kept in the JobManager's memory otherwise.
          'execution.checkpointing.data-inline-threshold': '0',
        },
      });
      const flink = `/v1/clusters/near/flink/jobs/${job.flinkJobId}`;
      const allRun = () =>
        eventually('all its subtasks run', 120_000, async () => {
          const { vertices } = await api.get<{ vertices: { status: string }[] }>(flink);
          return vertices.length > 0 && vertices.every(({ status }) => status === 'RUNNING');
        });
      const counts = async () =>
        (await api.get<{ counts: { completed: number; restored: number } }>(`${flink}/checkpoints`)).counts;
      await allRun();
      await eventually('checkpoints', 60_000, async () => (await counts()).completed > 1);
      const before = await taskManagers();
      const victim = before[0];
      process.kill(await pidOfTask(victim?.id ?? ''), 'SIGKILL');
      const heir = await eventually('its successor', 60_000, async () =>
        (await taskManagers()).find(({ id }) => before.every((other) => other.id !== id)),
      );
      t.is(heir.agentId, victim?.agentId);
      await eventually('the job restored', 60_000, async () => (await counts()).restored > 0);
      await allRun();
      const [incarnation = ''] = await readdir(directory);
      const left = await readdir(join(directory, incarnation));
      t.true(left.includes(`tm_${heir.id}`));
      t.is(await readlink(join(directory, incarnation, `tm_${victim?.id}`)), `tm_${heir.id}`);
      const from = await eventually('its keyed state restored', 60_000, async () => {
        const log = await logOf(stack.directory, heir.id);
        return /Finished restoring from state handle: [^\n]*stateHandle=[^\n]*? file:(\S+)/.exec(log)?.[1];
      });
      t.true(from.startsWith(directory), `it came from ${from}`);
      const { completed } = await counts();
      await eventually('checkpoints again', 60_000, async () => (await counts()).completed > completed);

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
