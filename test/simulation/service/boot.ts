/**
 * One scheduler process from its start to its end: the parts of src/main/scheduler.ts put together in the same way, above
 * simulated sockets. Whatever decides something here is production code.
 */
import { createDispatcher } from '../../../src/dispatcher/create-dispatcher.ts';
import type { Dispatcher } from '../../../src/dispatcher/dispatcher.ts';
import { createDrivers, type Drivers } from '../../../src/dispatcher/drivers.ts';
import { createClusters } from '../../../src/flink/plan/planner.ts';
import { createRenderer } from '../../../src/flink/render/renderer.ts';
import { createFlinkRest, type FlinkRest } from '../../../src/flink/rest/flink-rest.ts';
import { Problem } from '../../../src/lib/problem.ts';
import { coreOptions } from '../../../src/main/core-options.ts';
import { becomeLeader, SESSION_TIMEOUT_MS } from '../../../src/main/leadership.ts';
import { detectMasters } from '../../../src/mesos-api-client/detect-masters.ts';
import type { SchedulerClient } from '../../../src/mesos-api-client/scheduler-client.ts';
import { describe } from '../../../src/observability/describe.ts';
import { createUtilisationSeries } from '../../../src/observability/utilisation/series.ts';
import { loadRecords } from '../../../src/runtime/load-records.ts';
import { startRuntime } from '../../../src/runtime/loop.ts';
import type { MasterSource } from '../../../src/runtime/masters.ts';
import type { MesosReader } from '../../../src/runtime/mesos-reader.ts';
import type { Fact, Runtime } from '../../../src/runtime/runtime.ts';
import type { MasterAddress } from '../../../src/scheduler/model/master.ts';
import { createScheduler } from '../../../src/scheduler/scheduler.ts';
import { openReader } from '../../../src/zookeeper/reader.ts';
import { createSimulatedHttp, type HttpParts } from '../flink/http.ts';
import { STORAGE } from '../flink/names.ts';
import type { SimulatedSession } from '../zookeeper/session.ts';
import type { SharedFiles } from './artifacts.ts';

export const ROOT = '/flink-mesos';

export interface House {
  readonly epoch: number;
  readonly url: string;
  readonly runtime: Runtime;
  readonly dispatcher: Dispatcher;
  readonly drivers: Drivers;
}

export interface BootParts {
  readonly name: string;
  readonly openSession: () => SimulatedSession;
  readonly client: SchedulerClient;
  readonly http: HttpParts;
  readonly files: SharedFiles;
  /** When an operator has removed the framework, another one follows. */
  readonly startAnew: boolean;
  readonly note: (what: string) => void;
  readonly onFact: (fact: Fact) => void;
  /** It leads and its loop turns. */
  readonly leads: (house: House) => void;
}

/** Resolves when the process would end, with the reason. */
export async function boot(parts: BootParts): Promise<Problem | undefined> {
  const url = `http://${parts.name}:8080`;
  const leadership = await becomeLeader({
    openSession: parts.openSession,
    root: ROOT,
    where: 'zk://simulated',
    startStandby: async () => ({ close: async () => undefined }),
    logger: { info: parts.note, warn: parts.note },
  });
  const records = await loadRecords(leadership.store);
  const artifacts = parts.files.store();
  const flinkRest = restOf(parts);
  const runtime = await startRuntime({
    scheduler: createScheduler(coreOptions({ ...settings, startAnew: parts.startAnew }, url), records.scheduler),
    clusters: createClusters(
      records.clusters,
      createRenderer({
        artifactUrl: (artifact) => `${url}${artifacts.signedPath(artifact)}`,
        storage: STORAGE,
        schedulerUrl: url,
      }),
    ),
    store: leadership.store,
    client: parts.client,
    flinkRest,
    artifacts,
    masters: mastersInZooKeeper(parts),
  });
  runtime.onFact(({ fact }) => parts.onFact(fact));
  const dispatcher = createDispatcher({
    flink: flinkRest,
    mesos: nobodyLooks,
    utilisation: createUtilisationSeries(),
    runtime,
    artifacts,
    jars: records.jars,
    distributions: { versions: () => ['2.3.0'], archive: () => Promise.reject(new Error('every agent has a Flink')) },
    defaultFlink: { version: '2.3.0', source: { version: '2.3.0', home: '/opt/flink' } },
    driverJar: async () => ({ digest: 'd'.repeat(64), fileName: 'driver.jar', bytes: 1 }),
    storage: STORAGE,
    describe,
    version: 'simulated',
    startedAt: Date.now(),
  });
  const drivers = createDrivers(runtime);
  let deposed: Problem | undefined;
  void leadership.lost.then((problem) => {
    deposed = problem;
    return runtime.stop();
  });
  await leadership.announce(url);
  parts.leads({ epoch: leadership.epoch, url, runtime, dispatcher, drivers });
  const problem = (await runtime.ended) ?? deposed;
  await leadership.close();
  return problem;
}

/** Looked up for people alone, and there are none here. */
const nobodyLooks: MesosReader = {
  agents: () => Promise.reject(new Problem('NOT_READY', 'not simulated')),
  quotas: () => Promise.reject(new Problem('NOT_READY', 'not simulated')),
  list: () => Promise.reject(new Problem('NOT_READY', 'not simulated')),
  read: () => Promise.reject(new Problem('NOT_READY', 'not simulated')),
};

const settings = { frameworkName: 'flink-mesos', role: '*', user: 'flink', mesos: {} };

/** What Flink's client takes from disk is handed over here instead: jars, and the listing of checkpoints. */
function restOf({ http }: BootParts): Omit<FlinkRest, 'close'> {
  const asks = createSimulatedHttp(http);
  return {
    ...createFlinkRest(asks),
    async uploadJar(url, path) {
      const question = { method: 'POST', path: '/jars/upload', body: path, withinMs: 300_000 } as const;
      const { filename } = (await asks.ask(url, question)) as { filename: string };
      return filename.slice(filename.lastIndexOf('/') + 1);
    },
    newestCheckpoint: async (directory) => {
      if (http.flinks.storage.away) throw new Error(`EIO: ${directory} cannot be listed`);
      return http.flinks.storage.newest(directory);
    },
  };
}

function mastersInZooKeeper({ openSession, note }: BootParts): MasterSource {
  return {
    follow(report) {
      const reader = openReader({ hosts: [], sessionTimeoutMs: SESSION_TIMEOUT_MS }, openSession);
      const detector = detectMasters({
        reader,
        path: '/mesos',
        report: (found) => {
          note(found.why ?? `the leading master is ${found.masters.join(', ')}`);
          report(found.masters as readonly MasterAddress[]);
        },
      });
      return async () => {
        detector.close();
        await reader.close();
      };
    },
  };
}
