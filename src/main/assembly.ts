/**
 * What a scheduler is put together from, each made from the settings: the core with what it speaks to, the dispatcher, the
 * API. What has to be ended is noted as it is started.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { AccessRules } from '../api/access/rules.ts';
import { buildApi } from '../api/build-api.ts';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { createDispatcher } from '../dispatcher/create-dispatcher.ts';
import type { Dispatcher } from '../dispatcher/dispatcher.ts';
import { createDrivers } from '../dispatcher/drivers.ts';
import type { Distributions } from '../dispatcher/flink-source.ts';
import { createClusters } from '../flink/plan/planner.ts';
import type { ArtifactRef } from '../flink/plan/records.ts';
import { createRenderer } from '../flink/render/renderer.ts';
import { createFlinkRest, type FlinkRest } from '../flink/rest/flink-rest.ts';
import type { FlinkSource } from '../flink/spec.ts';
import type { Problem } from '../lib/problem.ts';
import { createSchedulerClient } from '../mesos-api-client/scheduler-client.ts';
import { describe } from '../observability/describe.ts';
import type { Operator } from '../operator/operator.ts';
import { startRuntime } from '../runtime/loop.ts';
import { createMesosReader, type OpenMesosReader } from '../runtime/mesos-reader.ts';
import type { Runtime, StampedFact } from '../runtime/runtime.ts';
import { createScheduler } from '../scheduler/scheduler.ts';
import type { ZooKeeperAddress } from '../zookeeper/address.ts';
import { leaderPath } from '../zookeeper/election.ts';
import { coreOptions, rolesOf } from './core-options.ts';
import type { Home } from './home.ts';
import { rootOfJobManagers } from './leadership.ts';
import type { MesosClient } from './mesos-client.ts';
import { type MesosMasters, masterSource } from './mesos-masters.ts';
import { type Observers, startObservers } from './observers.ts';
import { mastersWithStorage } from './reachable-storage.ts';
import type { ServerTls } from './server-tls.ts';
import type { SchedulerSettings } from './settings.ts';
import { version } from './version.ts';

export interface FlinkOffer {
  readonly distributions: Distributions;
  readonly defaultFlink: { readonly version: string; readonly source: FlinkSource };
  readonly driverJar: () => Promise<ArtifactRef>;
}

export type CheckedSettings = SchedulerSettings & {
  readonly masters: MesosMasters;
  readonly mesos: MesosClient;
  readonly access?: AccessRules;
  readonly tls?: ServerTls;
  readonly zooKeeper?: ZooKeeperAddress;
};

/** What the parts stand on. */
export interface Ground {
  readonly home: Home;
  readonly settings: CheckedSettings;
  readonly logger: FastifyBaseLogger;
  readonly onFact: (fact: StampedFact) => void;
  readonly storage: string;
  readonly advertiseUrl: string;
  readonly artifacts: ArtifactStore;
  /** Is ended in the opposite order, whether the start fails or the scheduler ends. */
  readonly started: AsyncDisposableStack;
}

export interface Core {
  readonly runtime: Runtime;
  readonly flinkRest: FlinkRest;
  readonly observers: Observers;
  /** Settles when the masters turn out to be where they cannot be used from here. */
  readonly elsewhere: Promise<Problem>;
}

export async function startCore(ground: Ground): Promise<Core> {
  const { settings, advertiseUrl, artifacts, started } = ground;
  const { store, records } = ground.home;
  const elsewhere = Promise.withResolvers<Problem>();
  const client = started.adopt(createSchedulerClient(settings.mesos.options), (each) => each.close());
  const flinkRest = started.adopt(createFlinkRest(), (each) => each.close());
  const runtime = await startRuntime({
    scheduler: createScheduler(coreOptions(settings, advertiseUrl), records.scheduler),
    clusters: createClusters(records.clusters, rendererOf(ground)),
    store,
    client,
    flinkRest,
    artifacts,
    uninstall: settings.uninstall ?? false,
    masters: masterSource(settings.masters, ground.logger, mastersWithStorage(settings, elsewhere.resolve)),
  });
  const observers = startObservers(runtime, flinkRest, ground);
  // They hear of all that it does.
  started.defer(() => observers.stop());
  started.defer(() => runtime.stop());
  return { runtime, flinkRest, observers, elsewhere: elsewhere.promise };
}

export function dispatcherOn(
  { home, settings, storage, artifacts, started }: Ground,
  { runtime, flinkRest, observers }: Core,
  flink: FlinkOffer,
): Dispatcher {
  return createDispatcher({
    runtime,
    artifacts,
    flink: flinkRest,
    mesos: started.adopt(readerOf(settings, runtime), (each) => each.close()),
    utilisation: observers.utilisation,
    jars: home.records.jars,
    ...flink,
    ...zooKeeperOfClusters(settings),
    ...givenToClusters(settings),
    storage,
    roles: rolesOf(settings),
    describe,
    version,
    startedAt: Date.now(),
  });
}

export function apiOn(
  { settings, logger, advertiseUrl, artifacts, started }: Ground,
  { runtime, observers }: Core,
  asked: { readonly dispatcher: Dispatcher; readonly operator: Operator },
): FastifyInstance {
  const drivers = createDrivers(runtime);
  const api = buildApi({
    ...asked,
    drivers,
    artifacts,
    ...observers.forApi,
    advertiseUrl,
    logger,
    ...accessOf(settings, runtime),
  });
  started.defer(() => closeWithin(SHUTDOWN_MS, api.close()));
  // Drivers wait for answers: they are let go first.
  started.defer(() => drivers.close());
  return api;
}

function givenToClusters({ clusterDefaults, givenFiles, vips }: CheckedSettings) {
  return {
    vips: vips ?? false,
    ...(clusterDefaults !== undefined && { clusterDefaults }),
    ...(givenFiles?.given !== undefined && { given: givenFiles.given }),
  };
}

function accessOf({ access, tls }: CheckedSettings, { note: audit }: Runtime) {
  return { audit, ...(access && { access }), ...(tls && { tls: { cert: tls.cert, key: tls.key } }) };
}

function readerOf({ mesos }: CheckedSettings, runtime: Runtime): OpenMesosReader {
  const connection = () => runtime.scheduler().connection;
  return createMesosReader({ options: mesos.options, connection, now: Date.now });
}

function rendererOf({ settings, artifacts, storage, advertiseUrl }: Ground) {
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
