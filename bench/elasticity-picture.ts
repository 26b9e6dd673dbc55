/**
 * A day and a night of load, made short: jobs come with the morning and go with the evening, and every half second it is
 * written down how many slots they ask for, how many work, are free, and belong to TaskManagers that still start. Drawn as
 * docs/pictures/elasticity.svg, or wherever --out says.
 *
 *   npm run elasticity:picture [-- --hour-seconds 5 --most 4 --out FILE]
 */
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { exampleClasses } from '../examples/build.ts';
import type { ClusterView, JobView } from '../src/api/views.ts';
import { parseCount } from '../src/main/settings.ts';
import { exampleJar, startStack } from '../test/end-to-end/support/stack.ts';
import { drawSlots, type Sample } from './elasticity/draw-slots.ts';
import { ask, post, until, uploadJar } from './elasticity/flink.ts';

const { values } = parseArgs({
  options: {
    'hour-seconds': { type: 'string', default: '5' },
    most: { type: 'string', default: '4' },
    out: { type: 'string', default: fileURLToPath(new URL('../docs/pictures/elasticity.svg', import.meta.url)) },
  },
});
const hourMs = 1000 * parseCount(values['hour-seconds'], '--hour-seconds', 1, 600);
const most = parseCount(values.most, '--most', 1, 16);
const SAMPLE_MS = 500;
const HOURS = 24;

const { jar, version } = await exampleJar();
const stack = await startStack({ scheduler: ['--flink-version', version] });
try {
  const samples = await live(stack.api.url);
  await writeFile(values.out, drawSlots(samples, hourMs / 1000));
  console.log(`${samples.length} samples in ${values.out}`);
} finally {
  await stack.close();
}

async function live(url: string): Promise<Sample[]> {
  const cluster = `${url}/v1/clusters/day`;
  await post(`${url}/v1/clusters`, {
    name: 'day',
    taskManager: { cpus: 0.25, memoryMiB: 1024, diskMiB: 64 },
    taskManagers: { mode: 'elastic', min: 0, max: most, spare: 0 },
    configuration: { 'taskmanager.memory.managed.fraction': '0.1', 'resourcemanager.taskmanager-timeout': '5 s' },
  });
  await until('the cluster runs', async () => (await ask<ClusterView>(cluster)).phase === 'running');
  const jarId = (await uploadJar<{ id: string }>(`${cluster}/jars`, jar)).id;
  const jobs: JobView[] = [];
  const samples: Sample[] = [];
  const began = performance.now();
  const passed = (): number => performance.now() - began;
  const sampling = (async () => {
    while (passed() < HOURS * hourMs) {
      const { slots, taskManagers } = await ask<ClusterView>(cluster);
      const starting = Math.max(0, taskManagers.wanted - taskManagers.registered);
      samples.push({
        seconds: passed() / 1000,
        asked: jobs.length,
        working: slots.total - slots.free,
        free: slots.free,
        starting,
      });
      await sleep(SAMPLE_MS);
    }
  })();
  for (let hour = 0; hour < HOURS; hour++) {
    const wanted = Math.round((most * (1 - Math.cos((2 * Math.PI * hour) / HOURS))) / 2);
    while (jobs.length < wanted) {
      jobs.push(
        await post<JobView>(`${cluster}/jobs`, { jar: jarId, entryClass: exampleClasses.clickCounter, parallelism: 1 }),
      );
    }
    while (jobs.length > wanted) await ask(`${cluster}/jobs/${jobs.shift()?.id}`, { method: 'DELETE' });
    await sleep(Math.max(0, (hour + 1) * hourMs - passed()));
  }
  await sampling;
  return samples;
}
