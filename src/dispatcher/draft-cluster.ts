/**
 * From what a user sent to the record of a new cluster: valid by the schema, possible by its sizes, its Flink found, its
 * configuration rendered. Nothing is changed here but the artifact store, where what is unused does no harm.
 */
import { createHash, randomBytes } from 'node:crypto';
import _ from 'lodash';

import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { saveDriverState } from '../flink/driver/saved-state.ts';
import { noDriver } from '../flink/driver/sessions.ts';
import type { ArtifactRef, ClusterName, ClusterRecord, DriverRecord, JobId, JobRecord } from '../flink/plan/records.ts';
import { completeSpec, type SpecDefaults } from '../flink/render/complete-spec.ts';
import { type GivenToAll, type OfThisCluster, renderConfiguration } from '../flink/render/configuration.ts';
import { judgeSpec } from '../flink/render/judge-spec.ts';
import { ClusterSpec, type CompleteClusterSpec, type FlinkSource } from '../flink/spec.ts';
import { createInternalKeyStore } from '../flink/tls/internal-key-store.ts';
import type { EpochMs } from '../lib/brand.ts';
import { overlay } from '../lib/overlay.ts';
import { Problem } from '../lib/problem.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { type Distributions, refuseUnknownVersion, resolveFlink } from './flink-source.ts';
import { validate } from './validate.ts';

export interface DraftParts {
  readonly runtime: Pick<Runtime, 'cluster'>;
  readonly artifacts: Pick<ArtifactStore, 'put' | 'read'>;
  readonly distributions: Distributions;
  /** What a cluster gets that names no Flink. */
  readonly defaultFlink: { readonly version: string; readonly source: FlinkSource };
  /** That of the scheduler, for the JobManagers of its clusters. */
  readonly zooKeeper?: { readonly quorum: string; readonly path: string };
  /** A URI that all agents reach: checkpoints, savepoints. */
  readonly storage: string;
  /** Of the framework, its default first. */
  readonly roles?: readonly string[];
  /** Of every cluster that does not say otherwise. */
  readonly clusterDefaults?: Omit<ClusterSpec, 'name'>;
  /** The REST address of every cluster gets a virtual address of DC/OS. */
  readonly vips?: boolean;
  /** For every cluster, shown to nobody: key tables, stores, passwords. */
  readonly given?: GivenToAll;
  /** Makes a JobManager elastic; built when it is first asked for. */
  readonly driverJar?: () => Promise<ArtifactRef>;
  /** A jar that was uploaded for all clusters; NOT_FOUND otherwise. */
  readonly uploaded: (id: string) => ArtifactRef;
}

/** A configuration is a few kilobytes; the schema bounds what a user can add. */
const CONFIGURATION_LIMIT_BYTES = 64 * 1024 * 1024;

export async function draftCluster(
  sent: unknown,
  parts: DraftParts,
  at: EpochMs,
  ofOptions?: string,
): Promise<ClusterRecord> {
  const spec = completeWish(sent, parts);
  refuseFaults(judgeNew(spec, parts));
  const name = spec.name as ClusterName;
  refuseTaken(name, parts.runtime);
  const elastic = spec.taskManagers.mode === 'elastic' ? await prepareDriver(parts) : undefined;
  const incarnation = randomBytes(3).toString('hex');
  const own = {
    incarnation,
    ...(elastic && { driverSecret: elastic.secret }),
    ...(spec.security?.internalTls && { keyStore: await createInternalKeyStore(`${name}-${incarnation}`, at) }),
  };
  return {
    version: 1,
    name,
    incarnation,
    spec,
    distribution: await resolveFlink(spec.flink, parts.distributions),
    configuration: await storeConfiguration(spec, parts, own),
    createdAt: at,
    goal: 'run',
    launches: 0,
    failures: [],
    jobs: draftApplication(spec, parts, at),
    ...(ofOptions !== undefined && { ofOptions }),
    ...(elastic && { driver: elastic.driver }),
  };
}

/** With the defaults of the scheduler, and complete. */
export function completeWish(sent: unknown, parts: DraftParts): CompleteClusterSpec {
  const { defaultFlink, zooKeeper, clusterDefaults, vips } = parts;
  const wished = withDefaults(validate(ClusterSpec, sent, 'the cluster'), clusterDefaults);
  return complete(wished, vips, { ...defaultFlink, ...(zooKeeper && { zooKeeper }) });
}

export function complete(wished: ClusterSpec, vips: boolean | undefined, defaults: SpecDefaults): CompleteClusterSpec {
  return completeSpec(vips === true ? withVip(wished) : wished, defaults);
}

/** What speaks against a specification that is complete; NOT_FOUND for a jar that nobody has uploaded. */
export function judgeNew(spec: CompleteClusterSpec, { distributions, roles = [], uploaded }: DraftParts): string[] {
  refuseUnknownVersion(spec.flink, distributions);
  const faults = [...judgeSpec(spec), ...judgeRole(spec, roles), ...judgeKept(spec, roles)];
  if (faults.length === 0 && spec.application && 'id' in spec.application.jar) uploaded(spec.application.jar.id);
  return faults;
}

export function refuseFaults(faults: readonly string[]): void {
  if (faults.length > 0) throw new Problem('SPEC_IMPOSSIBLE', faults.join('; '), { details: { faults } });
}

export function withDefaults(spec: ClusterSpec, defaults: Omit<ClusterSpec, 'name'> = {}): ClusterSpec {
  // A fixed number of TaskManagers is meant for sessions: an application takes what it needs.
  const forSessions = spec.application !== undefined && defaults.taskManagers?.mode === 'fixed' ? ['taskManagers'] : [];
  return overlay(_.omit(defaults, forSessions), spec, ['flink', 'taskManagers', 'highAvailability']);
}

/** Random, and chosen before any JobManager is launched: Flink is told to run it under this id. */
export function draftApplication(
  { application }: CompleteClusterSpec,
  { uploaded }: DraftParts,
  at: EpochMs,
): JobRecord[] {
  if (application === undefined) return [];
  const { jar, ...program } = application;
  const artifact = 'id' in jar ? uploaded(jar.id) : undefined;
  return [
    {
      id: randomBytes(16).toString('hex') as JobId,
      spec: { jar: 'id' in jar ? jar.id : 'uri' in jar ? jar.uri : jar.path, ...program },
      ...(artifact && { jar: { digest: artifact.digest, fileName: artifact.fileName, bytes: artifact.bytes } }),
      submittedAt: at,
      goal: 'run',
      state: 'SUBMITTING',
      stateSince: at,
      resumed: 0,
    },
  ];
}

/** As DC/OS has it: `CLUSTER-rest.FRAMEWORK.l4lb.thisdcos.directory:8081`. */
function withVip(spec: ClusterSpec): ClusterSpec {
  const own = { ports: { rest: { vip: `/${spec.name}-rest:8081` } } };
  return { ...spec, jobManager: _.merge({}, own, spec.jobManager) };
}

/** What the framework has not subscribed to is never offered. */
function judgeRole({ placement }: CompleteClusterSpec, roles: readonly string[]): string[] {
  const role = placement?.role;
  if (role === undefined || roles.includes(role)) return [];
  return [
    `placement.role: ${role} is none of the scheduler's roles (${roles.join(', ')}): start it with --role ${[...roles, role].join()}`,
  ];
}

/** Mesos reserves nothing to the role of everybody. */
function judgeKept({ placement, taskManager }: CompleteClusterSpec, [first = '*']: readonly string[]): string[] {
  return taskManager.kept !== undefined && (placement?.role ?? first) === '*'
    ? ['taskManager.kept: nothing can be reserved to the role *: start the scheduler with --role NAME']
    : [];
}

/** The secret goes into the configuration's archive and nowhere else. */
async function prepareDriver({
  driverJar,
}: DraftParts): Promise<{ readonly driver: DriverRecord; readonly secret: string }> {
  if (driverJar === undefined) {
    throw new Problem('SPEC_IMPOSSIBLE', 'taskManagers.mode: this scheduler has no driver for elastic clusters');
  }
  const { digest, fileName, bytes } = await driverJar();
  const secret = randomBytes(32).toString('hex');
  const secretDigest = createHash('sha256').update(secret).digest('hex');
  return { driver: { secretDigest, jar: { digest, fileName, bytes }, state: saveDriverState(noDriver) }, secret };
}

/** Asked early, before an archive is packed; the planner refuses the second of two that come at once. */
function refuseTaken(name: ClusterName, runtime: Pick<Runtime, 'cluster'>): void {
  const present = runtime.cluster(name);
  if (present === undefined) return;
  if (present.goal === 'delete') throw new Problem('CONFLICT', `a cluster ${name} is still being deleted`);
  throw new Problem('EXISTS', `there is a cluster ${name} already`);
}

export async function storeConfiguration(
  spec: CompleteClusterSpec,
  parts: DraftParts,
  own: Omit<OfThisCluster, 'given'>,
): Promise<ArtifactRef> {
  const { given, storage } = parts;
  const archive = renderConfiguration(spec, storage, { ...own, ...(given && { given }) });
  const { digest, fileName, bytes } = await parts.artifacts.put(
    'configuration.tar',
    archive,
    CONFIGURATION_LIMIT_BYTES,
  );
  return { digest, fileName, bytes };
}
