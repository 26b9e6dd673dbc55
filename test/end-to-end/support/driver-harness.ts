/**
 * A small scheduler for the driver alone: the real endpoint and state machine behind node:http, a state file, and
 * TaskManagers as plain processes. No Mesos: that there is a place is said by the test.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { driverEnvironment } from '../../../src/flink/driver/driver-jar.ts';
import { createDriverEndpoint, type DriverEndpoint } from '../../../src/flink/driver/endpoint.ts';
import { loadDriverState, saveDriverState } from '../../../src/flink/driver/saved-state.ts';
import { type DriverEffect, type DriverState, noDriver, resume } from '../../../src/flink/driver/sessions.ts';
import type { WantedWorker } from '../../../src/flink/driver/wire.ts';
import { completeSpec } from '../../../src/flink/render/complete-spec.ts';
import { jvmOptionsFile } from '../../../src/flink/render/jvm-options.ts';
import { eventually, type Running, run } from './process.ts';

const secret = 'a-secret-of-this-cluster';

export interface Harness {
  readonly directory: string;
  /** Ids, in the order in which it was told. */
  readonly told: Record<DriverEffect['kind'], string[]>;
  readonly taskManagers: Map<string, ChildProcess>;
  /** Whether there is a place for who asks from now on. */
  places: boolean;
  state(): DriverState;
  startJobManager(entryPoint: string, options?: Record<string, string>, env?: Record<string, string>): Running;
  /** The REST address of the JobManager that leads, as it introduced itself; waits until `fenced` sessions are over. */
  web(fenced?: number): Promise<string>;
  stopServing(): Promise<void>;
  serveAgain(memory: 'kept' | 'lost'): Promise<void>;
  close(): Promise<void>;
}

export async function startHarness(flinkHome: string, driverJar: string): Promise<Harness> {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-driver-'));
  const jvmOptions = await writeConfiguration(directory);
  const stateFile = join(directory, 'state.json');
  const taskManagers = new Map<string, ChildProcess>();
  const jobManagers: Running[] = [];
  const ends: Promise<void>[] = [];
  const told: Harness['told'] = { request: [], withdraw: [], launch: [], kill: [], finished: [] };
  let endpoint: DriverEndpoint;
  let server: Server;
  let port = 0;

  const persist = async (state: DriverState): Promise<void> => {
    await writeFile(`${stateFile}.new`, JSON.stringify(saveDriverState(state)));
    await rename(`${stateFile}.new`, stateFile);
  };
  const launch = (worker: WantedWorker): void => {
    // Told again after a restart: it runs already.
    if (taskManagers.has(worker.id)) return;
    told.launch.push(worker.id);
    const child = startTaskManager(flinkHome, directory, jvmOptions, worker);
    taskManagers.set(worker.id, child);
    ends.push(
      once(child, 'exit').then(([code, signal]) => {
        taskManagers.delete(worker.id);
        return endpoint.tell({ kind: 'ended', id: worker.id, diagnostics: `exit ${signal ?? code}` });
      }),
    );
  };
  const carryOut = (effect: DriverEffect): void => {
    switch (effect.kind) {
      case 'request':
        told.request.push(effect.worker.id);
        if (harness.places) void endpoint.tell({ kind: 'placed', id: effect.worker.id });
        return;
      case 'launch':
        launch(effect.worker);
        return;
      case 'kill':
        told.kill.push(effect.id);
        taskManagers.get(effect.id)?.kill('SIGTERM');
        return;
      case 'withdraw':
        told.withdraw.push(effect.id);
        return;
      case 'finished':
        told.finished.push(effect.result.status);
    }
  };
  const serve = async (state: DriverState): Promise<void> => {
    endpoint = createDriverEndpoint({ secret, state, persist, carryOut });
    server = serveEndpoint(endpoint);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  };

  const harness: Harness = {
    directory,
    told,
    taskManagers,
    places: true,
    state: () => endpoint.state(),
    startJobManager: (entryPoint, options = {}, env = {}) => {
      const settings = {
        'jobmanager.rpc.address': '127.0.0.1',
        'rest.address': '127.0.0.1',
        'rest.bind-port': '0',
        ...options,
      };
      const jobManager = run(
        'java',
        [
          '-Xmx448m',
          ...jvmOptions,
          '-cp',
          `${flinkHome}/lib/*:${driverJar}`,
          entryPoint,
          ...Object.entries(settings).flatMap(([option, value]) => ['-D', `${option}=${value}`]),
        ],
        {
          cwd: directory,
          env: {
            FLINK_CONF_DIR: join(directory, 'conf'),
            FLINK_LIB_DIR: join(flinkHome, 'lib'),
            [driverEnvironment.url]: `http://127.0.0.1:${port}/v1/clusters/small/driver`,
            [driverEnvironment.secretFile]: join(directory, 'secret'),
            [driverEnvironment.cluster]: 'small',
            ...env,
          },
        },
      );
      jobManagers.push(jobManager);
      return jobManager;
    },
    web: (fenced = 0) =>
      eventually('the driver attached', async () => {
        const state = endpoint.state();
        return state.fenced.length === fenced && (state.session?.web ?? undefined);
      }),
    stopServing: async () => {
      endpoint.close();
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
    serveAgain: async (memory) => {
      const saved = JSON.parse(await readFile(stateFile, 'utf8'));
      const { state, effects } = memory === 'kept' ? resume(loadDriverState(saved)) : { state: noDriver, effects: [] };
      await serve(state);
      for (const effect of effects) carryOut(effect);
    },
    close: async () => {
      for (const jobManager of jobManagers) await jobManager.kill('SIGKILL');
      for (const child of taskManagers.values()) child.kill('SIGKILL');
      await harness.stopServing();
      await Promise.all(ends);
      // Taken after all that is under way: nothing is written to the directory any more.
      await endpoint.tell({ kind: 'lapsed', id: 'nobody' });
      await rm(directory, { recursive: true, force: true });
    },
  };
  await serve(noDriver);
  return harness;
}

async function writeConfiguration(directory: string): Promise<string[]> {
  const options = {
    'taskmanager.cpu.cores': '1.0',
    'taskmanager.numberOfTaskSlots': '1',
    'taskmanager.memory.process.size': '1024m',
    'resourcemanager.taskmanager-timeout': '5 s',
    'slot.request.timeout': '1 d',
    'restart-strategy.type': 'exponential-delay',
    'restart-strategy.exponential-delay.initial-backoff': '100 ms',
  };
  await mkdir(join(directory, 'conf'));
  const lines = Object.entries(options).map(([option, value]) => `${option}: ${JSON.stringify(value)}\n`);
  await writeFile(join(directory, 'conf', 'config.yaml'), lines.join(''));
  await writeFile(join(directory, 'secret'), `${secret}\n`, { mode: 0o600 });
  const spec = completeSpec({ name: 'small' }, { version: '2.3.0', source: { version: '2.3.0' } });
  return jvmOptionsFile(spec, 'jobmanager', []).trim().split('\n');
}

function startTaskManager(
  flinkHome: string,
  directory: string,
  jvmOptions: readonly string[],
  worker: WantedWorker,
): ChildProcess {
  const options = [
    ...Object.entries(worker.config).map(([option, value]) => `${option}=${value}`),
    ...worker.dynamic,
    `taskmanager.resource-id=${worker.id}`,
    'taskmanager.host=127.0.0.1',
    'taskmanager.bind-host=127.0.0.1',
  ].flatMap((option) => ['-D', option]);
  const main = 'org.apache.flink.runtime.taskexecutor.TaskManagerRunner';
  const log = openSync(join(directory, `${worker.id}.log`), 'w');
  return spawn(
    'java',
    [
      ...worker.jvm,
      ...jvmOptions,
      ...['-cp', `${flinkHome}/lib/*`, main, '--configDir', join(directory, 'conf')],
      ...options,
    ],
    { cwd: directory, stdio: ['ignore', log, log] },
  );
}

function serveEndpoint(endpoint: DriverEndpoint): Server {
  return createServer((request, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    answer(endpoint, request, gone.signal).then(
      ({ status, body }) => response.writeHead(status).end(JSON.stringify(body)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
}

async function answer(endpoint: DriverEndpoint, request: IncomingMessage, signal: AbortSignal) {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const body = await text(request);
  return endpoint.handle({
    method: request.method ?? '',
    path: url.pathname.replace('/v1/clusters/small/driver/', ''),
    authorization: request.headers.authorization,
    query: Object.fromEntries(url.searchParams),
    body: body === '' ? undefined : JSON.parse(body),
    signal,
  });
}
