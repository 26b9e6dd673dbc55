/** The parts of one scheduler process, put together: settings → parts → run. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { AccessRules } from '../api/access/rules.ts';
import { buildApi, checkBinding } from '../api/build-api.ts';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { openArtifactStore } from '../artifacts/files.ts';
import { loadOrCreateSecret } from '../artifacts/secret.ts';
import { createDispatcher } from '../dispatcher/create-dispatcher.ts';
import type { Dispatcher } from '../dispatcher/dispatcher.ts';
import { createDrivers } from '../dispatcher/drivers.ts';
import type { Distributions } from '../dispatcher/flink-source.ts';
import { createClusters } from '../flink/plan/planner.ts';
import type { ArtifactRef } from '../flink/plan/records.ts';
import { createRenderer } from '../flink/render/renderer.ts';
import { createFlinkRest } from '../flink/rest/flink-rest.ts';
import type { FlinkSource } from '../flink/spec.ts';
import { Problem } from '../lib/problem.ts';
import { createSchedulerClient } from '../mesos-api-client/scheduler-client.ts';
import { describe } from '../observability/describe.ts';
import { createOperator } from '../operator/operator.ts';
import { startRuntime } from '../runtime/loop.ts';
import { createMesosReader, type MesosReader } from '../runtime/mesos-reader.ts';
import type { Runtime, StampedFact } from '../runtime/runtime.ts';
import { createScheduler } from '../scheduler/scheduler.ts';
import type { ZooKeeperAddress } from '../zookeeper/address.ts';
import { leaderPath } from '../zookeeper/election.ts';
import { readAccess } from './access.ts';
import { takeConfiguration } from './configuration.ts';
import { coreOptions, rolesOf } from './core-options.ts';
import { advertised, type Home, openOwnHome, openSharedHome } from './home.ts';
import { rootOfJobManagers } from './leadership.ts';
import { type MesosClient, readMesosClient } from './mesos-client.ts';
import {
  type MesosMasters,
  masterSource,
  mastersElsewhere,
  readMesosMasters,
  readOwnZooKeeper,
  shownMasters,
} from './mesos-masters.ts';
import { followOptions, missingClusters } from './named-clusters.ts';
import { startObservers } from './observers.ts';
import { portProblem } from './ports.ts';
import { readServerTls, type ServerTls } from './server-tls.ts';
import { isLocal, type SchedulerSettings, urlOf } from './settings.ts';
import { version } from './version.ts';

export interface FlinkOffer {
  readonly distributions: Distributions;
  readonly defaultFlink: { readonly version: string; readonly source: FlinkSource };
  readonly driverJar: () => Promise<ArtifactRef>;
}

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

type CheckedSettings = SchedulerSettings & {
  readonly masters: MesosMasters;
  readonly mesos: MesosClient;
  readonly access?: AccessRules;
  readonly tls?: ServerTls;
  readonly zooKeeper?: ZooKeeperAddress;
};

async function startOn(home: Home, given: CheckedSettings, parts: SchedulerParts): Promise<RunningScheduler> {
  const { store, listen, records } = home;
  const { configurations, settings: followed } = await takeConfiguration(home, given, parts.logger);
  const settings = { ...given, ...followed };
  const storage = settings.storage ?? home.storage;
  const advertiseUrl = advertised(settings, listen);
  const artifacts = await openArtifacts(home);
  const flink = await parts.obtainFlink(artifacts);
  const found = Promise.withResolvers<Problem>();
  const client = createSchedulerClient(settings.mesos.options);
  const flinkRest = createFlinkRest();
  const runtime = await startRuntime({
    scheduler: createScheduler(coreOptions(settings, advertiseUrl), records.scheduler),
    clusters: createClusters(records.clusters, rendererOf(settings, { artifacts, storage, advertiseUrl })),
    store,
    client,
    flinkRest,
    artifacts,
    uninstall: settings.uninstall ?? false,
    masters: masterSource(settings.masters, parts.logger, mastersWithStorage(settings, found.resolve)),
  });
  const observers = startObservers(runtime, flinkRest, parts);
  const dispatcher = createDispatcher({
    runtime,
    artifacts,
    flink: flinkRest,
    mesos: readerOf(settings, runtime),
    utilisation: observers.utilisation,
    jars: records.jars,
    ...flink,
    ...zooKeeperOfClusters(settings),
    ...givenToClusters(settings),
    storage,
    roles: rolesOf(settings),
    describe,
    version,
    startedAt: Date.now(),
  });
  const drivers = createDrivers(runtime);
  const awaited = missingClusters(dispatcher, settings);
  const operator = createOperator({ runtime, dispatcher, configurations, awaited, ...namesOf(settings, advertiseUrl) });
  const api = buildApi({
    dispatcher,
    drivers,
    operator,
    artifacts,
    ...observers.forApi,
    advertiseUrl,
    logger: parts.logger,
    ...accessOf(settings, runtime),
  });
  const stop = async (): Promise<void> => {
    drivers.close();
    await closeWithin(SHUTDOWN_MS, api.close());
    await runtime.stop();
    await observers.stop();
    await client.close();
    await flinkRest.close();
    await home.close(runtime.scheduler().uninstall?.stage === 'done');
  };
  await openDoor(api, home, advertiseUrl).catch(async (error: Error) => {
    await stop();
    throw error;
  });
  await followOptions(dispatcher, settings, awaited, parts.logger);
  return {
    url: urlOf(listen),
    mesosMasters: shownMasters(settings.masters),
    dispatcher,
    runtime,
    ended: endedWith(runtime, [home.lost ?? [], found.promise].flat()),
    close: stop,
  };
}

function namesOf({ frameworkName, serviceDomain }: CheckedSettings, apiUrl: string) {
  return { frameworkName, apiUrl, ...(serviceDomain !== undefined && { serviceDomain }) };
}

function givenToClusters({ clusterDefaults, givenFiles, vips }: CheckedSettings) {
  return {
    vips: vips ?? false,
    ...(clusterDefaults !== undefined && { clusterDefaults }),
    ...(givenFiles?.given !== undefined && { given: givenFiles.given }),
  };
}

async function openDoor(api: FastifyInstance, { listen, announce }: Home, advertiseUrl: string): Promise<void> {
  await api.listen(listen).catch((error: NodeJS.ErrnoException) => {
    throw portProblem(error, listen);
  });
  await announce(advertiseUrl);
}

function accessOf({ access, tls }: CheckedSettings, { note: audit }: Runtime) {
  return { audit, ...(access && { access }), ...(tls && { tls: { cert: tls.cert, key: tls.key } }) };
}

function readerOf({ mesos }: CheckedSettings, runtime: Runtime): MesosReader {
  const connection = () => runtime.scheduler().connection;
  return createMesosReader({ options: mesos.options, connection, now: Date.now });
}

async function openArtifacts({ filesDir }: Home): Promise<ArtifactStore> {
  return openArtifactStore(join(filesDir, 'artifacts'), await loadOrCreateSecret(filesDir, 'artifacts'));
}

/** Named by a ZooKeeper of this machine a master may be elsewhere: so are its agents. */
function mastersWithStorage({ storage }: CheckedSettings, found: (problem: Problem) => void) {
  return {
    mayUse: (master: string) => storage !== undefined || isLocal(master),
    refuse: (master: string) => found(unreachableStorage(`the Mesos master ${master} is not on this machine`)),
  };
}

interface RendererParts {
  readonly artifacts: ArtifactStore;
  readonly storage: string;
  readonly advertiseUrl: string;
}

function rendererOf(settings: CheckedSettings, { artifacts, storage, advertiseUrl }: RendererParts) {
  return createRenderer({
    artifactUrl: (artifact) => `${advertiseUrl}${artifacts.signedPath(artifact)}`,
    storage,
    schedulerUrl: advertiseUrl,
    ...(settings.tls && { schedulerCa: settings.tls.ca }),
    ...leaderNode(settings),
  });
}

/** JobManagers read there which scheduler leads. */
function leaderNode({ zooKeeper }: CheckedSettings) {
  if (zooKeeper === undefined) return {};
  return { leader: { quorum: zooKeeper.hosts.join(','), node: leaderPath(zooKeeper.path) } };
}

/** Beside ours, not below it: what is ours may belong to our credentials alone, and Flink has none. */
function zooKeeperOfClusters({ zooKeeper }: CheckedSettings) {
  if (zooKeeper === undefined) return {};
  return { zooKeeper: { quorum: zooKeeper.hosts.join(','), path: rootOfJobManagers(zooKeeper.path) } };
}

/** Requests under way get this long; a slow download does not keep a scheduler alive. */
const SHUTDOWN_MS = 5_000;

function closeWithin(limitMs: number, closing: Promise<void>): Promise<void> {
  return Promise.race([closing, sleep(limitMs, undefined, { ref: false })]);
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

/** Checkpoints on this machine's disk are lost to agents elsewhere. */
function refuseUnreachableStorage({ storage }: SchedulerSettings, masters: MesosMasters): void {
  const elsewhere = mastersElsewhere(masters);
  if (storage !== undefined || elsewhere === undefined) return;
  throw unreachableStorage(elsewhere);
}

function unreachableStorage(elsewhere: string): Problem {
  return new Problem(
    'USAGE',
    `${elsewhere}: give --storage URI, a place that all agents reach (for example file:///shared/flink or s3://bucket/flink), for checkpoints and savepoints`,
  );
}
