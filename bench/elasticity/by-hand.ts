/**
 * A JobManager, and TaskManagers that somebody starts at the very moment at which a job is posted: as plain java
 * commands (the limit: nobody can be faster without a faster JVM), or by Flink's own scripts. The same configuration, memory
 * and command lines as those of our tasks.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { jobManagerCommand, taskManagerCommand } from '../../src/flink/render/commands.ts';
import { renderConfiguration } from '../../src/flink/render/configuration.ts';
import type { CompleteClusterSpec } from '../../src/flink/spec.ts';
import { freePort } from '../../test/end-to-end/support/free-port.ts';
import { allRun, ask, post, taskManagersOf, until, uploadJar } from './flink.ts';

export interface ByHand {
  /** From the posting of the job, at which so many are started, until it runs; then it is cancelled and they end. */
  scaleUp(how: 'java' | 'scripts', taskManagers: number): Promise<number>;
  close(): Promise<void>;
}

export interface ByHandOptions {
  readonly home: string;
  readonly spec: CompleteClusterSpec;
  readonly jar: string;
  readonly entryClass: string;
}

interface Process {
  end(): Promise<void>;
}

export async function startByHand(options: ByHandOptions): Promise<ByHand> {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-bench-'));
  const { home, spec, jar, entryClass } = options;
  const distribution = { kind: 'home', version: spec.flink.version, path: home } as const;
  const rpcPort = await freePort();
  const restPort = await freePort();
  const flink = `http://127.0.0.1:${restPort}`;
  const sandboxes = sandboxesIn(directory, spec, home);
  const address = { JOBMANAGER_HOST: '127.0.0.1', JOBMANAGER_PORT: String(rpcPort) };
  const fixed = { PORT_RPC: String(rpcPort), PORT_REST: String(restPort), PORT_BLOB: '0', PORT_METRICS: '0' };
  await sandboxes.start('jobmanager', jobManagerCommand(distribution), fixed);
  const jarId = basename(
    (await until('the JobManager', () => uploadJar<{ filename: string }>(`${flink}/jars/upload`, jar))).filename,
  );
  let count = 0;
  const startOne = (how: 'java' | 'scripts'): Promise<Process> => {
    count += 1;
    const anyPort = { PORT_RPC: '0', PORT_DATA: '0', PORT_METRICS: '0', PORT_COLLECT: '0' };
    const command = how === 'java' ? taskManagerCommand(distribution) : scriptCommand;
    return sandboxes.start(`taskmanager-${count}`, command, { ...anyPort, ...address });
  };
  return {
    async scaleUp(how, taskManagers) {
      const began = performance.now();
      const starting = Array.from({ length: taskManagers }, () => startOne(how));
      const wish = { entryClass, parallelism: taskManagers };
      const { jobid } = await post<{ jobid: string }>(`${flink}/jars/${jarId}/run`, wish);
      await allRun(flink, jobid, taskManagers);
      const seconds = (performance.now() - began) / 1000;
      await ask(`${flink}/jobs/${jobid}?mode=cancel`, { method: 'PATCH' });
      for (const process of await Promise.all(starting)) await process.end();
      await until('no TaskManager', async () => (await taskManagersOf(flink)).length === 0);
      return seconds;
    },
    async close() {
      await Promise.all(sandboxes.processes.map((process) => process.end()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** With what our own command gives, too. */
const scriptCommand = [
  'exec "$FLINK_HOME/bin/taskmanager.sh" start-foreground',
  '-D "jobmanager.rpc.address=$JOBMANAGER_HOST" -D "jobmanager.rpc.port=$JOBMANAGER_PORT"',
  '-D taskmanager.host=127.0.0.1 -D taskmanager.bind-host=127.0.0.1 -D "taskmanager.resource-id=$TASK_ID"',
].join(' ');

/** A directory each, with the configuration unpacked as an agent does it. */
function sandboxesIn(directory: string, spec: CompleteClusterSpec, home: string) {
  const archive = renderConfiguration(spec, `file://${directory}/storage`, { incarnation: 'bench' });
  const javaOptions = shippedJavaOptions(home);
  const processes: Process[] = [];
  return {
    processes,
    async start(name: string, command: string, variables: Record<string, string>): Promise<Process> {
      const sandbox = join(directory, name);
      await mkdir(sandbox);
      await writeFile(join(sandbox, 'configuration.tar'), archive);
      await promisify(execFile)('tar', ['xf', 'configuration.tar'], { cwd: sandbox });
      // The scripts take Java's module options from here; our commands have them in a file of their own.
      await appendFile(
        join(sandbox, 'conf', 'config.yaml'),
        `env.java.opts.all: ${JSON.stringify(await javaOptions)}\n`,
      );
      const output = openSync(join(sandbox, 'stdout'), 'w');
      const child = spawn('sh', ['-c', command], {
        cwd: sandbox,
        stdio: ['ignore', output, output],
        env: {
          ...process.env,
          ...variables,
          HOST: '127.0.0.1',
          TASK_ID: name,
          FLINK_HOME: home,
          FLINK_CONF_DIR: join(sandbox, 'conf'),
          FLINK_LOG_DIR: sandbox,
        },
      });
      closeSync(output);
      const ended = once(child, 'exit');
      const started = {
        async end() {
          child.kill('SIGTERM');
          await ended;
        },
      };
      processes.push(started);
      return started;
    },
  };
}

async function shippedJavaOptions(home: string): Promise<string> {
  const shipped = await readFile(join(home, 'conf', 'config.yaml'), 'utf8');
  const options = /^env:\n +java:\n +opts:\n +all: (.+)$/m.exec(shipped)?.[1];
  if (options === undefined) throw new Error(`${home}/conf/config.yaml has no env.java.opts.all`);
  return options;
}
