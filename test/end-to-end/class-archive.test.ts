/** A TaskManager leaves Flink's classes on its agent, and later processes start from there. Real Flink and a real JVM. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { exampleClasses } from '../../examples/build.ts';
import type { JobView } from '../../src/dispatcher/dispatcher.ts';
import { uploadJar } from './support/flink-jobs.ts';
import { eventually } from './support/process.ts';
import { exampleJar, type Stack, startStack } from './support/stack.ts';

for (const version of [undefined, '1.20.5']) {
  test.serial(`a later TaskManager maps the classes of the first one (Flink ${version ?? 'newest'})`, async (t) => {
    const { jar, version: flinkVersion } = await exampleJar(version);
    const stack = await startStack({ scheduler: ['--flink-version', flinkVersion], agents: 1 });
    t.teardown(() => stack.close());
    const classArchives = join(stack.directory, 'classes');
    await mkdir(classArchives);
    const create = async (name: string): Promise<void> => {
      await stack.api.send('POST', '/v1/clusters', {
        name,
        taskManagers: { mode: 'fixed', count: 1 },
        taskManager: { memoryMiB: 1024, cpus: 0.5 },
        jobManager: { cpus: 0.5 },
        processes: { classArchives },
        configuration: { 'env.java.opts.all': `-Xlog:class+load:file=${stack.directory}/${name}-%p.loaded` },
      });
      await stack.api.clusterRunning(name, 1);
    };
    await create('first');
    const archive = await eventually('an archive', async () => (await archivesIn(classArchives))[0]);
    await create('second');
    const loaded = await classesLoaded(stack, 'second');
    t.is(loaded.length, 2, 'JobManager and TaskManager');
    for (const lines of loaded) t.true(fromArchive(lines, 'org.apache.flink.') > 500);
    for (const lines of await classesLoaded(stack, 'first')) t.is(fromArchive(lines, 'org.apache.flink.'), 0);
    await runJob(stack, jar, 'second');

    // Whatever has become of it meanwhile, a process starts.
    const whole = await readFile(archive);
    const damage = {
      garbage: Buffer.from('no archive'),
      cut: whole.subarray(0, whole.length >> 1),
      changed: flip(whole),
    };
    for (const [name, content] of Object.entries(damage)) {
      await writeFile(archive, content);
      await create(name);
      for (const lines of await classesLoaded(stack, name)) t.is(fromArchive(lines, 'org.apache.flink.'), 0, name);
      await stack.api.send('DELETE', `/v1/clusters/${name}`);
    }
  });
}

async function archivesIn(directory: string): Promise<string[]> {
  const files = await readdir(directory, { recursive: true });
  return files.filter((name) => name.endsWith('.jsa')).map((name) => join(directory, name));
}

function flip(whole: Buffer): Buffer {
  const changed = Buffer.from(whole);
  const middle = changed.length >> 1;
  changed.writeUInt32LE(~changed.readUInt32LE(middle) >>> 0, middle);
  return changed;
}

async function classesLoaded({ directory }: Stack, cluster: string): Promise<string[][]> {
  const logs = (await readdir(directory)).filter((name) => name.startsWith(`${cluster}-`) && name.endsWith('.loaded'));
  return Promise.all(logs.map(async (name) => (await readFile(join(directory, name), 'utf8')).split('\n')));
}

function fromArchive(lines: readonly string[], prefix: string): number {
  return lines.filter((line) => line.includes(` ${prefix}`) && line.includes('source: shared objects file')).length;
}

async function runJob({ api }: Stack, jar: string, cluster: string): Promise<void> {
  const { id } = await api.send<JobView>('POST', `/v1/clusters/${cluster}/jobs`, {
    jar: await uploadJar(api, jar),
    entryClass: exampleClasses.clickCounter,
    parallelism: 1,
  });
  await api.jobInState(cluster, id, 'RUNNING');
}
