/** The parts of one scheduler process, put together: settings → parts → run. */
import { join } from 'node:path';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import _ from 'lodash';
import { checkBinding } from '../api/build-api.ts';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { openArtifactStore } from '../artifacts/files.ts';
import { loadOrCreateSecret } from '../artifacts/secret.ts';
import type { Dispatcher } from '../dispatcher/dispatcher.ts';
import type { Problem } from '../lib/problem.ts';
import { createOperator } from '../operator/operator.ts';
import type { Runtime, StampedFact } from '../runtime/runtime.ts';
import { readAccess } from './access.ts';
import { apiOn, type CheckedSettings, dispatcherOn, type FlinkOffer, startCore } from './assembly.ts';
import { takeConfiguration } from './configuration.ts';
import { advertised, type Home, openOwnHome, openSharedHome } from './home.ts';
import { readMesosClient } from './mesos-client.ts';
import { readMesosMasters, readOwnZooKeeper, shownMasters } from './mesos-masters.ts';
import { followOptions, missingClusters } from './named-clusters.ts';
import { portProblem } from './ports.ts';
import { refuseUnreachableStorage } from './reachable-storage.ts';
import { readServerTls } from './server-tls.ts';
import { type SchedulerSettings, urlOf } from './settings.ts';

export interface SchedulerParts {
  /** Asked once the address is known to be free, so that a long download is not in vain. */
  readonly obtainFlink: (artifacts: ArtifactStore) => Promise<FlinkOffer>;
  /** Before the first turn to lead, where there are several schedulers: what takes long is done before it is waited for. */
  readonly onStandby?: (url: string) => Promise<void>;
  readonly logger: FastifyBaseLogger;
  readonly onFact: (fact: StampedFact) => void;
}

export interface RunningScheduler {
  readonly url: string;
  /** Where the masters are, or what names them; without any password. */
  readonly mesosMasters: string;
  readonly dispatcher: Dispatcher;
  readonly runtime: Runtime;
  /** Settles when the scheduler ended by itself, with the reason. */
  readonly ended: Promise<Problem | undefined>;
  /** The framework stays registered and its tasks run on. */
  close(): Promise<void>;
}

/** With a ZooKeeper of our own it resolves when this process leads. */
export async function startScheduler(given: SchedulerSettings, parts: SchedulerParts): Promise<RunningScheduler> {
  const tls = await readServerTls(given);
  const settings = tls === undefined ? given : { ...given, listen: { ...given.listen, secure: true } };
  const zooKeeper = settings.zk === undefined ? undefined : await readOwnZooKeeper(settings.zk);
  const masters = await readMesosMasters(settings.mesosMasters, zooKeeper);
  const access = await readAccess(settings);
  const mesos = await readMesosClient(settings);
  checkBinding(settings.listen.host, access !== undefined);
  refuseUnreachableStorage(settings, masters);
  const checked = { ...settings, masters, mesos, ...(access && { access }), ...(tls && { tls }) };
  const home = zooKeeper === undefined ? await openOwnHome(settings) : await openSharedHome(zooKeeper, checked, parts);
  try {
    return await startOn(home, { ...checked, ...(zooKeeper && { zooKeeper }) }, parts);
  } catch (error) {
    await home.close();
    throw error;
  }
}

async function startOn(home: Home, given: CheckedSettings, parts: SchedulerParts): Promise<RunningScheduler> {
  await using started = new AsyncDisposableStack();
  const { configurations, settings: followed } = await takeConfiguration(home, given, parts.logger);
  const settings = { ...given, ...followed };
  const storage = settings.storage ?? home.storage;
  const advertiseUrl = advertised(settings, home.listen);
  const ground = {
    home,
    settings,
    ..._.pick(parts, ['logger', 'onFact']),
    storage,
    advertiseUrl,
    artifacts: await openArtifacts(home),
    started,
  };
  const flink = await parts.obtainFlink(ground.artifacts);
  const core = await startCore(ground);
  const { runtime } = core;
  const dispatcher = dispatcherOn(ground, core, flink);
  const awaited = missingClusters(dispatcher, settings);
  const operator = createOperator({ runtime, dispatcher, configurations, awaited, ...namesOf(settings, advertiseUrl) });
  await openDoor(apiOn(ground, core, { dispatcher, operator }), home, advertiseUrl);
  await followOptions(dispatcher, settings, awaited, parts.logger);
  const running = started.move();
  return {
    url: urlOf(home.listen),
    mesosMasters: shownMasters(settings.masters),
    dispatcher,
    runtime,
    ended: endedWith(runtime, [home.lost ?? [], core.elsewhere].flat()),
    close: async () => {
      try {
        await running.disposeAsync();
      } finally {
        await home.close(runtime.scheduler().uninstall?.stage === 'done');
      }
    },
  };
}

function namesOf({ frameworkName, serviceDomain }: CheckedSettings, apiUrl: string) {
  return { frameworkName, apiUrl, ...(serviceDomain !== undefined && { serviceDomain }) };
}

async function openDoor(api: FastifyInstance, { listen, announce }: Home, advertiseUrl: string): Promise<void> {
  await api.listen(listen).catch((error: NodeJS.ErrnoException) => {
    throw portProblem(error, listen);
  });
  await announce(advertiseUrl);
}

async function openArtifacts({ filesDir }: Home): Promise<ArtifactStore> {
  return openArtifactStore(join(filesDir, 'artifacts'), await loadOrCreateSecret(filesDir, 'artifacts'));
}

/** Whoever has lost its leadership, or finds that it cannot do its work here, says and does nothing more. */
async function endedWith(runtime: Runtime, reasons: readonly Promise<Problem>[]): Promise<Problem | undefined> {
  let reason: Problem | undefined;
  void Promise.race(reasons).then((problem) => {
    reason = problem;
    return runtime.stop();
  });
  return (await runtime.ended) ?? reason;
}
