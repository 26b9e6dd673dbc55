/** Many clusters behind one door: what the API and main ask for. Every failure is a Problem. */
import type { Readable } from 'node:stream';
import type { CarryOver, OperationWish } from '../flink/plan/records.ts';
import type { CompleteClusterSpec, JobSpec } from '../flink/spec.ts';
import type { UtilisationColumns, UtilisationWindow } from '../observability/utilisation/series.ts';
import type { FormerFramework } from '../scheduler/model/records.ts';
import type { ConnectionView } from '../scheduler/model/scheduler.ts';
import type { SandboxListView, SandboxPieceView } from './sandbox-files.ts';
import type { UpdateOptions } from './update-cluster.ts';
import type { MesosAgentView, OfferRoundView, TaskWhyView } from './why-views.ts';

export interface ClusterView {
  readonly name: string;
  /** `ended`: its application has, and the processes with it. */
  readonly phase: 'starting' | 'running' | 'recovering' | 'updating' | 'ended' | 'deleting';
  readonly flinkVersion: string;
  readonly createdAt: string;
  readonly spec: CompleteClusterSpec;
  readonly jobManager?: { readonly taskId: string; readonly state: string; readonly url?: string };
  readonly taskManagers: { readonly wanted: number; readonly registered: number };
  readonly slots: { readonly total: number; readonly free: number };
  readonly jobs: { readonly running: number; readonly all: number };
  readonly waitingFor?: string;
  /** Of its specification: counts up with each change. */
  readonly revision: number;
  /** While its processes are brought to that. */
  readonly update?: UpdateView;
  /** Of an application cluster: how its job stands, or how it ended. */
  readonly application?: ApplicationView;
}

export interface UpdateView {
  /** How many processes are still to be replaced. */
  readonly outdated: number;
  readonly since: string;
  /** What its jobs go on from. */
  readonly jobs: CarryOver;
  /** By an operator. */
  readonly held: boolean;
  /** Why it does not go on by itself. */
  readonly failure?: string;
}

/** One of the specifications that a cluster has had. */
export interface RevisionView {
  readonly revision: number;
  readonly at: string;
  readonly present: boolean;
  readonly spec: CompleteClusterSpec;
}

export interface ApplicationView {
  readonly job: string;
  readonly state: string;
  readonly stateSince: string;
  readonly failure?: string;
  /** Of the last savepoint that was taken. */
  readonly savepointPath?: string;
}

export interface TaskView {
  readonly id: string;
  readonly cluster: string;
  readonly part: string;
  readonly phase: 'waiting' | 'launched' | 'ended';
  /** TASK_RUNNING …, WAITING, or WITHDRAWN. */
  readonly state: string;
  readonly requestedAt: string;
  readonly launchedAt?: string;
  readonly runningAt?: string;
  readonly endedAt?: string;
  readonly agentId?: string;
  readonly hostname?: string;
  readonly ports?: Readonly<Record<string, number>>;
  readonly resources: { readonly cpus: number; readonly memMiB: number; readonly diskMiB: number };
  readonly reason?: string;
  readonly message?: string;
  readonly whyWaiting?: string;
}

/** A port of a running process, for whoever is to find it: a scraper, a client of queryable state. */
export interface EndpointView {
  /** Of the port. */
  readonly name: string;
  readonly part: string;
  readonly task: string;
  readonly hostname: string;
  readonly port: number;
  readonly vip?: string;
}

export interface JarView {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  readonly uploadedAt: string;
}

export interface JobView {
  readonly id: string;
  /** By which Flink's own REST and UI know the present attempt: it changes when the job is resumed on a new JobManager. */
  readonly flinkJobId: string;
  readonly cluster: string;
  readonly name?: string;
  readonly state: string;
  readonly stateSince: string;
  readonly submittedAt: string;
  /** False for jobs that were sent to Flink's own REST: they are shown, but not resumed after a JobManager's loss. */
  readonly managed: boolean;
  readonly resumed: number;
  readonly parallelism?: number;
  readonly lastCheckpoint?: string;
  readonly failure?: string;
  /** The last savepoint, stop or change of parallelism that was asked for. */
  readonly operation?: JobOperationView;
  /** Newest last. */
  readonly savepoints: readonly SavepointView[];
}

export interface JobOperationView {
  readonly id: string;
  readonly kind: OperationWish['kind'];
  readonly state: 'running' | 'completed' | 'failed';
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly path?: string;
  readonly failure?: string;
}

export interface SavepointView {
  readonly path: string;
  readonly at: string;
  readonly kind: OperationWish['kind'];
}

/** What Flink says of a job, in its own words. */
export type JobReport = 'details' | 'exceptions' | 'checkpoints' | 'configuration' | 'resource-requirements';

export interface InfoView {
  readonly version: string;
  readonly frameworkId?: string;
  /** The one before it, which the master removed, and what was lost with it. */
  readonly formerFramework?: FormerFramework;
  readonly mesos: ConnectionView;
  /** Of the master that was last subscribed to. */
  readonly mesosVersion?: string;
  readonly reconciled: boolean;
  readonly offersHeld: number;
  readonly tasksWaiting: number;
  /** Why the master did not say, when it was last asked, how its agents stand. */
  readonly agentsUnknown?: string;
  readonly defaultFlinkVersion: string;
  readonly startedAt: string;
}

export interface Dispatcher {
  info(): InfoView;
  /** Healthy: the loop turns and the master is subscribed (or was, less than a minute ago). */
  health(): { readonly healthy: boolean; readonly why?: string };
  /** Takes a ClusterSpec that passed its schema; refuses impossible ones. */
  createCluster(spec: unknown): Promise<ClusterView>;
  clusters(): readonly ClusterView[];
  cluster(name: string): ClusterView;
  /**
   * Another specification: its processes are replaced as far as it concerns them. Impossible ones are refused, as is what a
   * cluster cannot change.
   */
  updateCluster(name: string, spec: unknown, options?: UpdateOptions): Promise<ClusterView>;
  /** A cluster that the service's options name: created where there is none, and brought to what they say where they have changed. */
  followOptions(name: string): Promise<void>;
  /** Those that it has had, oldest first, with the present one. */
  revisions(name: string): readonly RevisionView[];
  /** The specification of an earlier revision, as another one. */
  restoreRevision(name: string, revision: number, options?: UpdateOptions): Promise<ClusterView>;
  /** CONFLICT for an elastic cluster: its TaskManagers come and go by themselves. */
  scaleCluster(name: string, taskManagers: number): Promise<ClusterView>;
  /** Resolves when the wish is durable; the cluster is gone when cluster() says NOT_FOUND. */
  deleteCluster(name: string): Promise<ClusterView>;
  tasks(cluster?: string): readonly TaskView[];
  task(id: string): TaskView;
  /** Of the cluster's processes that are launched and to stay. */
  endpoints(cluster: string): readonly EndpointView[];
  restartTask(id: string): Promise<TaskView>;
  /** Ends it as well, and gives its place up: what comes after it goes elsewhere, where there is another agent for it. */
  replaceTask(id: string): Promise<TaskView>;
  /** Of all tasks that wait, in the order of their requests. */
  why(): Promise<readonly TaskWhyView[]>;
  /** CONFLICT for a task that does not wait. */
  whyTask(id: string): Promise<TaskWhyView>;
  /** The last rounds, newest first. */
  offers(): readonly OfferRoundView[];
  /** As the master says it and offers showed it; by offers alone where the master does not say (`info().agentsUnknown`). */
  agents(): Promise<readonly MesosAgentView[]>;
  /** Of the sandbox of a task: `path` is of a directory in it, '' its top. */
  files(task: string, path: string): Promise<SandboxListView>;
  fileText(task: string, path: string, offset: number, length: number): Promise<SandboxPieceView>;
  fileBytes(task: string, path: string): AsyncIterable<Uint8Array>;
  uploadJar(cluster: string, fileName: string, content: Readable): Promise<JarView>;
  jars(cluster: string): readonly JarView[];
  /** For application clusters, and for jobs of any session cluster. */
  uploadSharedJar(fileName: string, content: Readable): Promise<JarView>;
  sharedJars(): readonly JarView[];
  forgetSharedJar(id: string): Promise<JarView>;
  submitJob(cluster: string, job: JobSpec): Promise<JobView>;
  jobs(cluster: string): readonly JobView[];
  job(cluster: string, id: string): JobView;
  cancelJob(cluster: string, id: string): Promise<JobView>;
  /** Resolves when the wish is durable; what comes of it is the job's `operation`. */
  operateJob(cluster: string, id: string, wish: OperationWish): Promise<JobView>;
  disposeSavepoint(cluster: string, id: string, path: string): Promise<JobView>;
  jobReport(cluster: string, id: string, report: JobReport): Promise<object>;
  /** The REST address of the cluster's present JobManager, for the proxy; NOT_READY when there is none. */
  flinkUrl(cluster: string): string;
  /** How what we hold is used, over the last hour or day. */
  utilisation(window: UtilisationWindow): UtilisationColumns;
  /** The last facts after a sequence number, oldest first, from a bounded history. */
  facts(after: number, limit: number): readonly FactView[];
  onFact(listener: (fact: FactView) => void): () => void;
}

export interface FactView {
  readonly sequence: number;
  readonly at: string;
  readonly kind: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** One sentence for people. */
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}
