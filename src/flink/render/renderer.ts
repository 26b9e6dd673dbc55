/** Turns a cluster's record into the tasks that the core launches: their resources, files, environment and command. */
import type { TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { Uri } from '../../mesos-api-client/protocol/mesos.ts';
import { hostOf } from '../../scheduler/model/own-address.ts';
import type { GroupName, Placement, TaskProcess, TaskSpec } from '../../scheduler/model/task.ts';
import { driverEnvironment, driverJarName, localState } from '../driver/names.ts';
import type { WantedWorker } from '../driver/wire.ts';
import { applicationJob } from '../plan/application-job.ts';
import type { ArtifactRef, ClusterRecord, Distribution, JobRecord } from '../plan/records.ts';
import type { CompleteClusterSpec } from '../spec.ts';
import { applicationUris, attemptEnvironment } from './application.ts';
import { classStoreVariable } from './class-archive.ts';
import {
  applicationCommand,
  elasticJobManagerCommand,
  jobManagerCommand,
  ownAddressVariable,
  taskManagerCommand,
} from './commands.ts';
import { containerOf } from './container.ts';
import { taskLabels } from './labels.ts';
import { MEBIBYTE } from './memory-size.ts';
import { othersOf } from './other-resources.ts';
import { awayFromNodes, diskOf, placementOf } from './placement.ts';
import { portOptions, portsOf, type SpecMember, vipsOf } from './ports.ts';
import type { JobManagerAddress, RenderContext, Renderer } from './render.ts';
import { standaloneApplicationCommand } from './standalone-application.ts';
import { jobCheckpoints } from './storage.ts';
import { userUris } from './user-uris.ts';

/** A JVM deregisters in under a second; user functions may take a while to close. */
const KILL_GRACE_MS = 15_000;
/** How long a JobManager waits for the place of the one before it: its TaskManagers find it there by themselves. */
const OLD_PLACE_MS = 10_000;
/** A directory of all users that outlasts a reboot. */
const CLASS_ARCHIVES = '/var/tmp';

export function createRenderer(context: RenderContext): Renderer {
  const renderOne = remembering((cluster, taskId, address) => renderTaskManager(context, cluster, taskId, address));
  return {
    jobManager: (cluster, taskId, successorOf) => renderJobManager(context, cluster, taskId, successorOf),
    taskManager: renderOne,
    worker: (cluster, worker, address) => renderWorker(context, cluster, worker, address),
    restUrl: (placement) => `http://${hostOf(placement)}:${placement.ports.rest}`,
    checkpointDirectory: (cluster, job, flinkJobId) =>
      jobCheckpoints(cluster.spec, context.storage, flinkJobId, job.spec),
  };
}

/** All TaskManagers of a cluster but for their ids: rendered once, and ten thousand of them share it. */
function remembering(render: Renderer['taskManager']): Renderer['taskManager'] {
  const last = new WeakMap<CompleteClusterSpec, { readonly of: readonly unknown[]; readonly task: TaskSpec }>();
  return (cluster, taskId, address) => {
    const of = [cluster.incarnation, cluster.configuration, cluster.distribution, address.hostname, address.rpcPort];
    const known = last.get(cluster.spec);
    if (known?.of.every((each, index) => each === of[index])) return { ...known.task, taskId };
    const task = render(cluster, taskId, address);
    last.set(cluster.spec, { of, task });
    return task;
  };
}

function renderJobManager(
  context: RenderContext,
  cluster: ClusterRecord,
  taskId: TaskId,
  successorOf: Placement | undefined,
): TaskSpec {
  const { cpus, memoryMiB, diskMiB } = cluster.spec.jobManager;
  const application = applicationJob(cluster);
  return {
    taskId,
    group: groupOf(cluster),
    part: 'jobmanager',
    name: `${cluster.name} jobmanager`,
    resources: {
      cpus,
      memMiB: memoryMiB,
      diskMiB,
      ports: portsOf(cluster.spec, 'jobManager'),
      ...othersOf(cluster.spec.jobManager),
    },
    process: {
      command: jobManagerCommandOf(cluster, application),
      environment: {
        ...environmentOf(cluster),
        ...driverEnvironmentOf(context, cluster),
        ...(application && attemptEnvironment(cluster.spec, application, context.storage)),
      },
      uris: [
        ...urisOf(context, cluster),
        ...driverUris(context, cluster),
        ...applicationUris(context, cluster.spec, application),
      ],
      labels: taskLabels(cluster, 'jobmanager'),
      ...surroundings(cluster.spec),
    },
    ...publishedAt(cluster.spec, 'jobManager'),
    ...placementOf(cluster.spec, 'jobManager'),
    ...(successorOf && {
      prefer: { agentId: successorOf.agentId, ports: successorOf.ports, forMs: OLD_PLACE_MS },
    }),
  };
}

function renderTaskManager(
  context: RenderContext,
  cluster: ClusterRecord,
  taskId: TaskId,
  address: JobManagerAddress,
): TaskSpec {
  const { cpus, memoryMiB } = cluster.spec.taskManager;
  return {
    taskId,
    group: groupOf(cluster),
    part: 'taskmanager',
    name: `${cluster.name} taskmanager`,
    resources: {
      cpus,
      memMiB: memoryMiB,
      diskMiB: diskOf(cluster.spec),
      ports: portsOf(cluster.spec, 'taskManager'),
      ...othersOf(cluster.spec.taskManager),
    },
    process: {
      command: taskManagerCommand(cluster.distribution, portOptions(cluster.spec, 'taskManager')),
      environment: {
        ...environmentOf(cluster),
        JOBMANAGER_HOST: address.hostname,
        JOBMANAGER_PORT: String(address.rpcPort),
        ...localStateOf(cluster),
      },
      uris: urisOf(context, cluster),
      labels: taskLabels(cluster, 'taskmanager'),
      ...surroundings(cluster.spec),
    },
    ...publishedAt(cluster.spec, 'taskManager'),
    ...placementOf(cluster.spec, 'taskManager'),
  };
}

/** As large as Flink asked for, with the arguments that Flink computed. */
function renderWorker(
  context: RenderContext,
  cluster: ClusterRecord,
  worker: WantedWorker,
  address: JobManagerAddress,
): TaskSpec {
  const task = renderTaskManager(context, cluster, worker.id as TaskId, address);
  return {
    ...task,
    ...awayFromNodes(task.placement, worker.blockedNodes),
    resources: {
      ...task.resources,
      cpus: Math.ceil(worker.cpus * 1000) / 1000,
      memMiB: Math.ceil(worker.memoryBytes / MEBIBYTE),
    },
    process: {
      ...task.process,
      command: taskManagerCommand(cluster.distribution, portOptions(cluster.spec, 'taskManager'), worker),
    },
  };
}

function jobManagerCommandOf({ driver, distribution, spec }: ClusterRecord, job: JobRecord | undefined): string {
  const ports = portOptions(spec, 'jobManager');
  if (job !== undefined) {
    const command = driver === undefined ? standaloneApplicationCommand : applicationCommand;
    return command(distribution, job.spec?.parallelism, ports);
  }
  const command = driver === undefined ? jobManagerCommand : elasticJobManagerCommand;
  return command(distribution, ports);
}

/** Relative to the sandbox in a volume, which Mesos brings there again. */
function localStateOf({ spec, name, incarnation }: ClusterRecord): Readonly<Record<string, string>> {
  const { localRecovery, kept } = spec.taskManager;
  if (localRecovery === undefined) return {};
  const root = localRecovery.directory?.replace(/\/+$/, '') ?? kept?.volumePath ?? 'volume';
  return { [localState.directory]: `${root}/${name}-${incarnation}` };
}

function publishedAt(spec: CompleteClusterSpec, part: SpecMember): Pick<TaskSpec, 'vips'> {
  const vips = vipsOf(spec, part);
  return vips === undefined ? {} : { vips };
}

/** The driver numbers its workers below the name that it is given: with the incarnation they are fit for task ids. */
export function workerPrefix({ name, incarnation }: Pick<ClusterRecord, 'name' | 'incarnation'>): string {
  return `${name}-${incarnation}-taskmanager`;
}

function driverEnvironmentOf(context: RenderContext, cluster: ClusterRecord): Readonly<Record<string, string>> {
  if (cluster.driver === undefined) return {};
  if (context.schedulerUrl === undefined) throw new Error('an elastic cluster of a scheduler without an address');
  return {
    [driverEnvironment.url]: `${context.schedulerUrl}/v1/clusters/${cluster.name}/driver`,
    [driverEnvironment.cluster]: workerPrefix(cluster),
    ...(context.schedulerCa && { [driverEnvironment.authority]: context.schedulerCa }),
    ...(context.leader && {
      [driverEnvironment.zooKeeper]: context.leader.quorum,
      [driverEnvironment.leaderNode]: context.leader.node,
    }),
  };
}

function driverUris(context: RenderContext, { driver }: ClusterRecord): readonly Uri[] {
  if (driver === undefined) return [];
  return [{ value: context.artifactUrl(driver.jar), extract: false, cache: false, output_file: driverJarName }];
}

/** The core's name for a cluster's tasks is the cluster's own. */
function groupOf(cluster: ClusterRecord): GroupName {
  return cluster.name as string as GroupName;
}

function environmentOf({ spec, distribution }: ClusterRecord): Readonly<Record<string, string>> {
  return {
    ...spec.environment,
    ...(distribution.kind === 'home' && { FLINK_HOME: distribution.path }),
    ...(spec.processes?.container?.network !== undefined && { [ownAddressVariable]: 'yes' }),
    ...classArchivesOf(spec),
  };
}

/** What a container keeps goes with it. JVMs beyond 32 GiB point to classes otherwise, and no archive of others fits. */
function classArchivesOf({
  processes,
  jobManager,
  taskManager,
}: CompleteClusterSpec): Readonly<Record<string, string>> {
  const { classArchives = CLASS_ARCHIVES, container } = processes ?? {};
  const large = Math.max(jobManager.memoryMiB, taskManager.memoryMiB) > 32 * 1024;
  return classArchives === false || container !== undefined || large ? {} : { [classStoreVariable]: classArchives };
}

function urisOf(context: RenderContext, cluster: ClusterRecord): readonly Uri[] {
  const configuration = artifactUri(context, cluster.configuration, { cache: false });
  return [configuration, ...distributionUris(context, cluster.distribution), ...userUris(cluster.spec)];
}

function surroundings(spec: CompleteClusterSpec): Pick<TaskProcess, 'user' | 'killGraceMs' | 'container'> {
  const { user, killGraceSeconds } = spec.processes ?? {};
  const container = containerOf(spec);
  return {
    ...(container && { container }),
    killGraceMs: killGraceSeconds === undefined ? KILL_GRACE_MS : killGraceSeconds * 1000,
    ...(user !== undefined && { user }),
  };
}

/** The fetcher names a file by the last part of its URI, query included, and knows an archive by that name. */
function artifactUri(context: RenderContext, artifact: ArtifactRef, { cache }: { readonly cache: boolean }): Uri {
  return { value: context.artifactUrl(artifact), extract: true, cache, output_file: artifact.fileName };
}

/** Cached on the agent: the next process there does not fetch its Flink again. */
function distributionUris(context: RenderContext, distribution: Distribution): readonly Uri[] {
  switch (distribution.kind) {
    case 'home':
      return [];
    case 'uri':
      return [{ value: distribution.uri, extract: true, cache: true }];
    case 'artifact':
      return [artifactUri(context, distribution.archive, { cache: true })];
  }
}
