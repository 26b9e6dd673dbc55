/**
 * The door to many clusters: judges what users ask for, turns it into records and commands, and shows what there is.
 * It keeps no state but the list of jars; what is true of clusters, tasks and jobs is asked of the runtime each time.
 */
import { randomBytes } from 'node:crypto';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { ClusterName, ClusterRecord, JarRecord, JobId, JobRecord } from '../flink/plan/records.ts';
import { judgeSpec } from '../flink/render/judge-spec.ts';
import type { FlinkRest } from '../flink/rest/flink-rest.ts';
import { type CompleteClusterSpec, JobSpec } from '../flink/spec.ts';
import type { EpochMs } from '../lib/brand.ts';
import { Problem } from '../lib/problem.ts';
import type { TaskId } from '../mesos-api-client/protocol/ids.ts';
import type { Utilisation } from '../observability/utilisation/utilisation.ts';
import type { MesosReader } from '../runtime/mesos-reader.ts';
import type { Fact, Runtime, StampedFact } from '../runtime/runtime.ts';
import type { TaskRecord } from '../scheduler/model/task.ts';
import type { ClusterView, Dispatcher, FactView, InfoView } from './dispatcher.ts';
import { type DraftParts, draftCluster } from './draft-cluster.ts';
import { flinkUrls } from './flink-url.ts';
import { watchHealth } from './health.ts';
import { createJarLibrary, type JarLibrary } from './jar-library.ts';
import { jobOperations } from './job-operations.ts';
import { mesosLookups } from './mesos-lookups.ts';
import { notFound } from './not-found.ts';
import { updateOperations } from './update-cluster.ts';
import { validate } from './validate.ts';
import { clusterView, endpointsOf, iso, jarView, jobView, taskView } from './views.ts';
import { whyOperations } from './why-operations.ts';
import { roundView } from './why-views.ts';

export interface DispatcherParts extends Omit<DraftParts, 'runtime' | 'artifacts' | 'uploaded'> {
  readonly runtime: Runtime;
  readonly artifacts: ArtifactStore;
  readonly flink: Pick<FlinkRest, 'read' | 'disposeSavepoint'>;
  readonly mesos: MesosReader;
  readonly utilisation: Pick<Utilisation, 'columns'>;
  /** As loaded at the start. */
  readonly jars: readonly JarRecord[];
  readonly describe: (fact: Fact) => Pick<FactView, 'level' | 'text' | 'data'>;
  /** Of flink-mesos. */
  readonly version: string;
  readonly startedAt: EpochMs;
  readonly jarLimitBytes?: number;
  readonly now?: () => EpochMs;
}

const JAR_LIMIT_BYTES = 512 * 1024 * 1024;

export function createDispatcher(parts: DispatcherParts): Dispatcher {
  const now = parts.now ?? Date.now;
  const { runtime, artifacts } = parts;
  const limitBytes = parts.jarLimitBytes ?? JAR_LIMIT_BYTES;
  const jars = createJarLibrary({ runtime, artifacts, records: parts.jars, limitBytes, now });
  const find = finders(runtime);
  const flinkUrl = flinkUrls(runtime);
  const lookups = mesosLookups(parts, find.task);
  return {
    info: () => ({ ...infoView(parts), ...lookups.unknown() }),
    ...lookups.operations,
    utilisation: parts.utilisation.columns,
    health: watchHealth(runtime, now),
    ...clusterOperations(parts, jars, find, now),
    ...taskOperations(runtime, find),
    ...whyOperations(parts, find.task),
    offers: () => runtime.offerRounds().map(roundView),
    ...jarAndJobOperations(runtime, jars, find, now),
    ...jobOperations({
      runtime,
      flink: parts.flink,
      flinkUrl: (name) => flinkUrl(find.liveCluster(name).name),
      find: find.liveJob,
      now,
    }),
    ...factOperations(parts),
  };
}

interface Finders {
  readonly cluster: (name: string) => ClusterRecord;
  /** CONFLICT for one that is being deleted. */
  readonly liveCluster: (name: string) => ClusterRecord;
  readonly task: (id: string) => TaskRecord;
  readonly job: (cluster: ClusterRecord, id: string) => JobRecord;
  readonly liveJob: (cluster: string, id: string) => { readonly record: ClusterRecord; readonly job: JobRecord };
}

function finders(runtime: Runtime): Finders {
  const cluster = (name: string) => {
    const names = () => runtime.clusters().map((each) => each.name);
    const record = runtime.cluster(name as ClusterName);
    if (record === undefined) throw notFound('cluster', name, names());
    return record;
  };
  const liveCluster = (name: string) => {
    const record = cluster(name);
    if (record.goal === 'delete') throw new Problem('CONFLICT', `cluster ${name} is being deleted`);
    return record;
  };
  const job = (record: ClusterRecord, id: string) => {
    const found = record.jobs.find((each) => each.id === id);
    if (found !== undefined) return found;
    throw notFound(
      `job of cluster ${record.name}`,
      id,
      record.jobs.map((each) => each.id),
    );
  };
  return {
    cluster,
    liveCluster,
    job,
    liveJob(name, id) {
      const record = liveCluster(name);
      return { record, job: job(record, id) };
    },
    task(id) {
      const task = runtime.task(id as TaskId);
      if (task !== undefined) return task;
      const present = runtime.tasks().filter((each) => each.life.phase !== 'ended');
      throw notFound(
        'task',
        id,
        present.map((each) => each.spec.taskId),
      );
    },
  };
}

function clusterOperations(parts: DispatcherParts, jars: JarLibrary, find: Finders, now: () => EpochMs) {
  const { runtime } = parts;
  const flinkUrl = flinkUrls(runtime);
  const view = (record: ClusterRecord): ClusterView => {
    const jobManager = record.jobManager && runtime.task(record.jobManager.taskId);
    return clusterView(record, runtime.clusterStatus(record.name), jobManager);
  };
  return {
    clusters: () => runtime.clusters().map(view),
    cluster: (name) => view(find.cluster(name)),
    async createCluster(spec) {
      const cluster = await draftCluster(spec, { ...parts, uploaded: (id) => jars.findShared(id).artifact }, now());
      await runtime.submit({ kind: 'create', cluster });
      return view(runtime.cluster(cluster.name) ?? cluster);
    },
    ...updateOperations({
      ...parts,
      uploaded: (id) => jars.findShared(id).artifact,
      find: find.cluster,
      findLive: find.liveCluster,
      view,
      now,
    }),
    async scaleCluster(name, taskManagers) {
      const record = find.liveCluster(name);
      const spec: CompleteClusterSpec = { ...record.spec, taskManagers: { mode: 'fixed', count: taskManagers } };
      const faults = judgeSpec(spec);
      if (faults.length > 0) throw new Problem('SPEC_IMPOSSIBLE', faults.join('; '), { details: { faults } });
      await runtime.submit({ kind: 'scale', cluster: record.name, taskManagers });
      return view(find.cluster(name));
    },
    async deleteCluster(name) {
      const record = find.cluster(name);
      const before = view(record);
      await runtime.submit({ kind: 'delete', cluster: record.name }).catch((error: unknown) => {
        const goneMeanwhile = error instanceof Problem && error.code === 'NOT_FOUND' && record.goal === 'delete';
        if (!goneMeanwhile) throw error;
      });
      const after = runtime.cluster(record.name);
      return after === undefined ? { ...before, phase: 'deleting' } : view(after);
    },
    flinkUrl: (name) => flinkUrl(find.liveCluster(name).name),
  } satisfies Partial<Dispatcher>;
}

function taskOperations(runtime: Runtime, find: Finders) {
  const view = (task: TaskRecord) => taskView(task, runtime.whyWaiting(task.spec.taskId));
  return {
    tasks: (cluster) =>
      (cluster === undefined ? runtime.tasks() : runtime.tasksOf(find.cluster(cluster).name)).map(view),
    task: (id) => view(find.task(id)),
    endpoints: (cluster) => runtime.tasksOf(find.cluster(cluster).name).flatMap(endpointsOf),
    async restartTask(id) {
      const { taskId } = find.task(id).spec;
      await runtime.restartTask(taskId, 'restarted by an operator');
      return view(find.task(taskId));
    },
    async replaceTask(id) {
      const { taskId } = find.task(id).spec;
      await runtime.restartTask(taskId, 'replaced by an operator', { elsewhere: true });
      return view(find.task(taskId));
    },
  } satisfies Partial<Dispatcher>;
}

function jarAndJobOperations(runtime: Runtime, jars: JarLibrary, find: Finders, now: () => EpochMs) {
  const present = (cluster: ClusterName, id: JobId) => {
    const record = find.cluster(cluster);
    return jobView(record, find.job(record, id));
  };
  return {
    async uploadJar(cluster, fileName, content) {
      return jarView(await jars.upload(fileName, content, () => find.liveCluster(cluster)));
    },
    uploadSharedJar: async (fileName, content) => jarView(await jars.uploadShared(fileName, content)),
    sharedJars: () => jars.shared().map(jarView),
    forgetSharedJar: async (id) => jarView(await jars.forgetShared(id)),
    jars: (cluster) => jars.of(find.cluster(cluster).name).map(jarView),
    async submitJob(cluster, wish) {
      const spec = validate(JobSpec, wish, 'the job');
      const { name } = find.liveCluster(cluster);
      const job = draftJob(spec, jars.find(name, spec.jar), now());
      await runtime.submit({ kind: 'submit', cluster: name, job });
      return present(name, job.id);
    },
    jobs(cluster) {
      const record = find.cluster(cluster);
      return record.jobs.map((job) => jobView(record, job));
    },
    job(cluster, id) {
      const record = find.cluster(cluster);
      return jobView(record, find.job(record, id));
    },
    async cancelJob(cluster, id) {
      const record = find.liveCluster(cluster);
      const job = find.job(record, id);
      if (hasEnded(job)) throw new Problem('CONFLICT', `job ${id} has ended already: it is ${job.state}`);
      // Whoever repeats a wish hears of it when it is safe, too: what memory holds may not be written yet.
      await runtime.submit({ kind: 'cancel', cluster: record.name, job: job.id });
      return present(record.name, job.id);
    },
  } satisfies Partial<Dispatcher>;
}

function factOperations({ runtime, describe }: DispatcherParts) {
  const view = ({ sequence, at, fact }: StampedFact): FactView => ({
    sequence,
    at: iso(at),
    kind: fact.kind,
    ...describe(fact),
  });
  return {
    facts: (after, limit) => runtime.facts(after, limit).map(view),
    onFact: (listener) => runtime.onFact((stamped) => listener(view(stamped))),
  } satisfies Partial<Dispatcher>;
}

/** Random, and chosen before anybody is asked: so a submission whose answer was lost can be recognised. */
function draftJob(spec: JobSpec, jar: JarRecord, at: EpochMs): JobRecord {
  return {
    id: randomBytes(16).toString('hex') as JobId,
    spec,
    jar: jar.artifact,
    submittedAt: at,
    goal: 'run',
    state: 'SUBMITTING',
    stateSince: at,
    resumed: 0,
  };
}

function hasEnded({ state }: JobRecord): boolean {
  return state === 'FINISHED' || state === 'CANCELED' || state === 'FAILED';
}

function infoView({ runtime, version, defaultFlink, startedAt }: DispatcherParts): InfoView {
  const { frameworkId, formerFramework, connection, masterVersion, reconciled, offersHeld, tasksWaiting } =
    runtime.scheduler();
  return {
    version,
    ...(frameworkId !== undefined && { frameworkId }),
    ...(formerFramework !== undefined && { formerFramework }),
    mesos: connection,
    ...(masterVersion !== undefined && { mesosVersion: masterVersion }),
    reconciled,
    offersHeld,
    tasksWaiting,
    defaultFlinkVersion: defaultFlink.version,
    startedAt: iso(startedAt),
  };
}
