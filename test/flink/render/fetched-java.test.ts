/** Agents without Java fetch one: an archive that was unpacked into the sandbox and holds bin/java is the Java of the process. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { jobManagerCommand } from '../../../src/flink/render/commands.ts';
import { aCluster } from '../cluster-fixture.ts';
import { writeProgram } from '../program.ts';

const says = '#!/bin/sh\necho "java of $0, JAVA_HOME=$JAVA_HOME, HADOOP_CONF_DIR=$HADOOP_CONF_DIR"\n';

async function sandboxOf(t: ExecutionContext): Promise<string> {
  const sandbox = await mkdtemp(join(tmpdir(), 'flink-mesos fetched java '));
  t.teardown(() => rm(sandbox, { recursive: true, force: true }));
  await mkdir(join(sandbox, 'flink/lib'), { recursive: true });
  await writeFile(join(sandbox, 'flink/lib/flink-dist-2.3.0.jar'), '');
  return sandbox;
}

async function addJava(home: string): Promise<void> {
  await mkdir(join(home, 'bin'), { recursive: true });
  await writeProgram(join(home, 'bin/java'), says);
}

async function run(sandbox: string, environment: Record<string, string> = {}): Promise<string> {
  const { spec: _, ...cluster } = aCluster();
  const command = jobManagerCommand({ ...cluster.distribution, kind: 'uri', uri: 'http://x/flink.tgz' } as never);
  const env = { PATH: '/usr/bin:/bin', HOST: '127.0.0.1', TASK_ID: 't', ...environment };
  const { stdout } = await promisify(execFile)('sh', ['-c', command], { cwd: sandbox, env });
  return stdout.trim();
}

test('a Java that was fetched is used, whatever its directory is called', async (t) => {
  const sandbox = await sandboxOf(t);
  await addJava(join(sandbox, 'jdk-17.0.12+7-jre'));
  t.regex(await run(sandbox), /java of .*jdk-17\.0\.12\+7-jre\/bin\/java, JAVA_HOME=.*jdk-17\.0\.12\+7-jre,/);
});

test('what the cluster says comes before it', async (t) => {
  const sandbox = await sandboxOf(t);
  await addJava(join(sandbox, 'jdk-17'));
  const own = join(sandbox, 'own/java');
  await addJava(own);
  t.true((await run(sandbox, { JAVA_HOME: own })).startsWith(`java of ${own}/bin/java`));
});

test('Hadoop finds the files that the scheduler gave', async (t) => {
  const sandbox = await sandboxOf(t);
  await addJava(join(sandbox, 'jre'));
  t.regex(await run(sandbox), /HADOOP_CONF_DIR=$/);
  await mkdir(join(sandbox, 'conf/hadoop'), { recursive: true });
  t.regex(await run(sandbox), /HADOOP_CONF_DIR=.*\/conf\/hadoop$/);
});
