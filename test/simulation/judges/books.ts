/**
 * What is durable, read from every write as ZooKeeper takes it: tasks, clusters, the framework, and whose epoch it is.
 * Each change is judged as it happens: what was written may only ever go forward.
 */
import { flinkJobIds } from '../../../src/flink/plan/flink-job-id.ts';
import { hasEnded } from '../../../src/flink/plan/job-states.ts';
import type { ClusterRecord, JobRecord } from '../../../src/flink/plan/records.ts';
import type { CompleteClusterSpec } from '../../../src/flink/spec.ts';
import type { FrameworkRecord, UninstallRecord } from '../../../src/scheduler/model/records.ts';
import type { TaskRecord } from '../../../src/scheduler/model/task.ts';
import { decodeKey, decodeValue } from '../../../src/store/zookeeper-records.ts';
import type { Operation } from '../../../src/zookeeper/session.ts';
import { ROOT } from '../service/boot.ts';
import { RollOutJudge } from './roll-outs.ts';
import type { Verdicts } from './verdicts.ts';

const phases = { waiting: 0, launched: 1, ended: 2 } as const;
const early: ReadonlySet<string> = new Set(['TASK_STAGING', 'TASK_STARTING']);

/** What others saw of it. */
export interface Witness {
  /** Somebody was told that this task ended or is out of reach. */
  readonly toldLost: (taskId: string) => boolean;
  readonly deletionAsked: (cluster: string) => boolean;
  /** A JobManager knows this TaskManager. */
  readonly registered: (taskId: string) => boolean;
}

export class Books {
  readonly tasks = new Map<string, TaskRecord>();
  readonly clusters = new Map<string, ClusterRecord>();
  framework: FrameworkRecord | undefined;
  /** Frameworks that operators removed, and those of services that were uninstalled. */
  readonly removed = new Set<string>();
  uninstall: UninstallRecord | undefined;
  /** Ids of all that was ever wanted of a job. */
  readonly operations = new Set<string>();
  /** Of all collections. */
  readonly records = new Set<string>();
  /** The session that took the newest epoch. */
  epochOwner: string | undefined;
  epoch = 0;
  writes = 0;
  readonly #verdicts: Verdicts;
  readonly #witness: Witness;
  readonly #rollOuts: RollOutJudge;

  constructor(verdicts: Verdicts, witness: Witness) {
    this.#verdicts = verdicts;
    this.#witness = witness;
    this.#rollOuts = new RollOutJudge(verdicts, witness.registered);
  }

  /** By cluster: all that it was ever to be. */
  get specsOf(): ReadonlyMap<string, readonly CompleteClusterSpec[]> {
    return this.#rollOuts.specs;
  }

  written(session: string, operations: readonly Operation[]): void {
    for (const operation of operations) {
      if (operation.kind === 'check' || !operation.path.startsWith(ROOT)) continue;
      this.#one(session, operation);
    }
    this.#rollOuts.settled(this);
    if (this.uninstall?.doneAt !== undefined && (this.tasks.size > 0 || this.clusters.size > 0))
      this.#verdicts.violated('I2', 'the service is uninstalled by its word, and has tasks or clusters');
  }

  /** Removed, and the scheduler has heard of it: a master that forgot of it lets it live on otherwise. */
  isOver(frameworkId: string): boolean {
    const present = this.framework?.frameworkId === frameworkId && this.framework.removed === undefined;
    return this.removed.has(frameworkId) && !present;
  }

  /** The job of a cluster that Flink runs, or ran, under this id. */
  jobOf(cluster: string, flinkId: string): JobRecord | undefined {
    return this.clusters.get(cluster)?.jobs.find((job) => flinkJobIds(job, 1_000).some((id) => id === flinkId));
  }

  #one(session: string, operation: Exclude<Operation, { kind: 'check' }>): void {
    const [, , area, collection, key] = operation.path.split('/');
    if (area === 'epoch' && operation.kind === 'set') {
      this.epochOwner = session;
      this.epoch += 1;
    }
    if ((area === 'commit' && operation.kind === 'set') || (area === 'state' && key !== undefined)) {
      this.writes += 1;
      if (session !== this.epochOwner)
        this.#verdicts.violated('I6', `${operation.path} was written by a session whose epoch is over`);
    }
    if (area !== 'state' || collection === undefined || key === undefined) return;
    const value = operation.kind === 'remove' ? undefined : decodeValue(operation.path, operation.data);
    this.#record(decodeKey(collection), decodeKey(key), value);
  }

  #record(collection: string, key: string, value: unknown): void {
    const record = `${collection}/${key}`;
    if (value === undefined) this.records.delete(record);
    else this.records.add(record);
    switch (collection) {
      case 'framework':
        if (key === 'uninstall') this.#uninstallWritten(value as UninstallRecord | undefined);
        else this.#frameworkWritten(value as FrameworkRecord | undefined);
        return;
      case 'tasks':
        this.#taskWritten(key, value as TaskRecord | undefined);
        return;
      case 'clusters':
        this.#clusterWritten(key, value as ClusterRecord | undefined);
        return;
      default:
    }
  }

  #frameworkWritten(next: FrameworkRecord | undefined): void {
    const before = this.framework;
    const over = before !== undefined && (this.removed.has(before.frameworkId) || before.removed !== undefined);
    if (before !== undefined && !over && next?.frameworkId !== before.frameworkId && this.uninstall === undefined)
      this.#verdicts.violated('I7', `framework ${before.frameworkId} was given up for ${next?.frameworkId ?? 'none'}`);
    if (before !== undefined && next === undefined) this.removed.add(before.frameworkId);
    this.framework = next;
  }

  #uninstallWritten(next: UninstallRecord | undefined): void {
    const before = this.uninstall;
    if (before !== undefined && next?.since !== before.since)
      this.#verdicts.violated('I11', 'the wish to uninstall was forgotten');
    this.uninstall = next;
  }

  #taskWritten(key: string, next: TaskRecord | undefined): void {
    const before = this.tasks.get(key);
    if (next === undefined) {
      this.tasks.delete(key);
      // Ended and forgotten in one turn it is never written as ended.
      if (before?.life.phase === 'launched' && !this.#witness.toldLost(key))
        this.#verdicts.violated('I1', `task ${key} was forgotten while it was ${before.life.phase}`);
      return;
    }
    this.tasks.set(key, next);
    this.#rollOuts.taskWritten(before, next);
    if (before === undefined) return;
    const [was, is] = [before.life, next.life];
    if (phases[is.phase] < phases[was.phase])
      this.#verdicts.violated('I11', `task ${key} went from ${was.phase} back to ${is.phase}`);
    if (was.phase === 'launched' && is.phase === 'launched') {
      if (was.state === 'TASK_RUNNING' && early.has(is.state))
        this.#verdicts.violated('I11', `task ${key} went from ${was.state} back to ${is.state}`);
      if (was.placement.agentId !== is.placement.agentId)
        this.#verdicts.violated('I3', `task ${key} was launched on ${was.placement.agentId} and then elsewhere`);
    }
  }

  #clusterWritten(key: string, next: ClusterRecord | undefined): void {
    const before = this.clusters.get(key);
    if (next === undefined) {
      this.clusters.delete(key);
      if (before !== undefined) this.#clusterGone(key, before);
      return;
    }
    this.clusters.set(key, next);
    this.#rollOuts.clusterWritten(before, next);
    for (const { operation } of next.jobs) if (operation !== undefined) this.operations.add(operation.id);
    if (before === undefined || before.incarnation !== next.incarnation) return;
    if (before.goal === 'delete' && next.goal === 'run')
      this.#verdicts.violated('I11', `cluster ${key} was to be deleted and now is to run`);
    for (const job of before.jobs) this.#jobWritten(key, job, next);
  }

  #clusterGone(key: string, before: ClusterRecord): void {
    // Nothing of it ran: it is deleted in the turn that takes the wish.
    if (before.goal !== 'delete' && !this.#witness.deletionAsked(key))
      this.#verdicts.violated('I1', `cluster ${key} vanished, and nobody had deleted it`);
    const left = [...this.tasks.values()].find(
      ({ spec, life }) => spec.group === key && life.phase === 'launched' && !this.#witness.toldLost(spec.taskId),
    );
    if (left !== undefined)
      this.#verdicts.violated('I2', `cluster ${key} was forgotten while its task ${left.spec.taskId} had not ended`);
  }

  #jobWritten(cluster: string, before: JobRecord, { jobs }: ClusterRecord): void {
    const next = jobs.find(({ id }) => id === before.id);
    const name = `job ${before.id.slice(0, 8)} of ${cluster}`;
    if (next === undefined) {
      if (!hasEnded(before.state)) this.#verdicts.violated('I9', `${name} vanished while it was ${before.state}`);
      return;
    }
    if (hasEnded(before.state) && !hasEnded(next.state))
      this.#verdicts.violated('I11', `${name} went from ${before.state} back to ${next.state}`);
    if (before.lastCheckpoint !== undefined && next.lastCheckpoint === undefined)
      this.#verdicts.violated('I9', `the checkpoint of ${name} was forgotten`);
  }
}
