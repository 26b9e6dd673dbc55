/** As many tasks as the embedded Mesos is meant for, all of them processes, and nothing left of them afterwards. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { startLocalMesos } from '../../src/local-mesos/index.ts';
import { subscribe } from '../conformance/framework.ts';
import { launch, task } from '../conformance/tasks.ts';
import { eventually, patienceMs } from './support/process.ts';
import { processesOf } from './support/stack.ts';

const agents = 50;
const tasksOnEach = 20;
const waits = { patienceMs, quietMs: 100 };

const openFiles = () => readdirSync('/proc/self/fd').length;
const resources = () => process.getActiveResourcesInfo().toSorted();

test('LM-74 LM-75: 1,000 tasks on 50 agents run, and when it is closed no process, port, timer or file is left', async (t) => {
  // What Node opens once and keeps is open from now on.
  await (await startLocalMesos({ agents: 1 })).close();
  const workDir = mkdtempSync(join(tmpdir(), 'many-tasks-'));
  const before = { files: openFiles(), resources: resources() };
  const sizes = { resources: 'cpus:100;mem:100000;disk:1000;ports:[31000-31999]' };
  const mesos = await startLocalMesos({
    workDir,
    agents: Array.from({ length: agents }, (_, index) => ({ ...sizes, hostname: `agent-${index}` })),
  });
  try {
    const framework = await subscribe({ host: '127.0.0.1', port: mesos.port }, waits);
    // At first those of the agents that were free when it subscribed: more events may follow.
    const offers = await Promise.all(Array.from({ length: agents }, () => framework.offer()));
    const ids: string[] = [];
    const began = new Map<string, number>();
    for (const offer of offers) {
      const infos = Array.from({ length: tasksOnEach }, () => task(offer, 'one', 'exec sleep 1000'));
      for (const { task_id } of infos) began.set(task_id.value, performance.now());
      ids.push(...infos.map(({ task_id }) => task_id.value));
      t.is((await framework.accept([offer], [launch(...infos)], 3600)).status, 202);
    }
    const took = await Promise.all(
      ids.map(async (id) => {
        await framework.update(id, 'TASK_RUNNING');
        return (performance.now() - (began.get(id) ?? 0)) / 1000;
      }),
    );
    const sorted = took.toSorted((a, b) => a - b);
    t.log(`from launch to RUNNING: median ${sorted[500]?.toFixed(1)} s, 99th of 100 ${sorted[989]?.toFixed(1)} s`);
    t.true((await processesOf(workDir)).length >= agents * tasksOnEach);
    framework.cut();
  } finally {
    await mesos.close();
  }
  t.deepEqual(await processesOf(workDir), []);
  const refused = await new Promise((resolve) => {
    connect(mesos.port, '127.0.0.1')
      .once('connect', () => resolve('open'))
      .once('error', ({ message }) => resolve(message));
  });
  t.regex(String(refused), /ECONNREFUSED/);
  rmSync(workDir, { recursive: true });
  await eventually('what was open before and no more', async () => {
    const [left, files] = [resources(), openFiles()];
    if (files > before.files) throw new Error(`${files} files, ${before.files} before`);
    // A sleep of this very question is one timer.
    if (left.length > before.resources.length + 1) throw new Error(`${left} beside ${before.resources}`);
    return true;
  });
});
