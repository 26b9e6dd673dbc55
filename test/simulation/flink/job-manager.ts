/**
 * A JobManager as the scheduler can see one: it takes a while to start, answers Flink's REST, knows the TaskManagers that
 * registered, runs jobs when there are slots, takes checkpoints of them, and forgets everything when it dies.
 */
import type { TaskProcess } from '../mesos/agent-host.ts';
import type { Chance } from '../platform/chance.ts';
import type { Time } from '../platform/time.ts';
import type { Driver } from './driver.ts';
import { Savepoints } from './savepoints.ts';
import type { Storage } from './storage.ts';

export type FlinkJobState =
  | 'INITIALIZING'
  | 'CREATED'
  | 'RUNNING'
  | 'RESTARTING'
  | 'CANCELLING'
  | 'CANCELED'
  | 'FINISHED'
  | 'FAILED';

export interface FlinkJob {
  readonly id: string;
  readonly parallelism: number;
  readonly startedAt: number;
  /** Of an attempt that ends by itself: when. */
  readonly finishesAt: number | undefined;
  readonly restoredFrom: string | undefined;
  state: FlinkJobState;
  runningSince: number | undefined;
  checkpoints: number;
  lastCheckpoint: string | undefined;
  failure: string | undefined;
}

export interface Registered {
  readonly id: string;
  readonly slots: number;
}

const ended: ReadonlySet<FlinkJobState> = new Set<FlinkJobState>(['CANCELED', 'FINISHED', 'FAILED']);

export interface JobManagerParts {
  readonly time: Time;
  readonly chance: Chance;
  readonly process: TaskProcess;
  readonly environment: Readonly<Record<string, string>>;
  readonly storage: Storage;
  /** A job takes up its work; told for the judges. */
  readonly resumed: (jobManager: JobManager, job: FlinkJob) => void;
  readonly note: (what: string) => void;
}

export class JobManager {
  readonly taskId: string;
  readonly host: string;
  readonly cluster: string;
  readonly restPort: number;
  readonly rpcPort: number;
  readonly parts: JobManagerParts;
  readonly jobs = new Map<string, FlinkJob>();
  readonly taskManagers = new Map<string, Registered>();
  readonly jars = new Set<string>();
  readonly savepoints: Savepoints;
  /** Of an elastic cluster. */
  driver: Driver | undefined;
  /** Its REST answers. */
  ready = false;
  alive = true;
  /** It answers nobody until then. */
  stuckUntil = 0;

  constructor(parts: JobManagerParts, cluster: string) {
    const { environment, process, time, chance } = parts;
    this.parts = parts;
    this.cluster = cluster;
    this.taskId = environment.TASK_ID ?? process.taskId;
    this.host = environment.HOST ?? process.host;
    this.restPort = Number(environment.PORT_REST);
    this.rpcPort = Number(environment.PORT_RPC);
    this.savepoints = new Savepoints({
      cluster,
      chance,
      storage: parts.storage,
      jobs: this.jobs,
      turn: (job, state) => this.#turn(job, state),
    });
    time.after(chance.between(400, 3_500), () => {
      this.ready = this.alive;
    });
    this.#tick();
  }

  get busySlots(): number {
    let busy = 0;
    for (const { state, parallelism } of this.jobs.values()) if (state === 'RUNNING') busy += parallelism;
    return busy;
  }

  /** Of jobs that have not ended. */
  get neededSlots(): number {
    let needed = 0;
    for (const job of this.jobs.values()) if (!hasEnded(job)) needed += job.parallelism;
    return needed;
  }

  get slots(): number {
    let slots = 0;
    for (const each of this.taskManagers.values()) slots += each.slots;
    return slots;
  }

  register(taskManager: Registered): void {
    this.taskManagers.set(taskManager.id, taskManager);
  }

  /** Its jobs start over on the slots that are left. */
  drop(taskManager: string): void {
    if (!this.taskManagers.delete(taskManager)) return;
    for (const job of this.jobs.values()) if (job.state === 'RUNNING') this.#turn(job, 'RESTARTING');
  }

  submit(id: string, parallelism: number, from: string | undefined, lastsMs: number | undefined): string | undefined {
    if (this.jobs.has(id)) return `Job has already been submitted: ${id}`;
    if (from !== undefined && !this.parts.storage.has(from)) return `Cannot find checkpoint or savepoint ${from}`;
    const { now } = this.parts.time;
    const job: FlinkJob = {
      id,
      parallelism,
      startedAt: now,
      finishesAt: lastsMs === undefined ? undefined : now + lastsMs,
      restoredFrom: from,
      state: 'INITIALIZING',
      runningSince: undefined,
      checkpoints: 0,
      lastCheckpoint: undefined,
      failure: undefined,
    };
    this.jobs.set(id, job);
    this.parts.resumed(this, job);
    return undefined;
  }

  cancel(id: string): boolean {
    const job = this.jobs.get(id);
    if (job === undefined) return false;
    if (!ended.has(job.state)) this.#turn(job, 'CANCELLING');
    return true;
  }

  die(): void {
    this.alive = false;
    this.ready = false;
  }

  #turn(job: FlinkJob, state: FlinkJobState): void {
    job.state = state;
    job.runningSince = state === 'RUNNING' ? this.parts.time.now : undefined;
    if (state !== 'RUNNING') this.savepoints.interrupted(job);
  }

  #tick(): void {
    const { time, chance } = this.parts;
    time.after(chance.between(400, 900), () => {
      if (!this.alive) return;
      if (this.ready) for (const job of this.jobs.values()) this.#advance(job);
      this.#tick();
    });
  }

  #advance(job: FlinkJob): void {
    const { time, chance, storage } = this.parts;
    switch (job.state) {
      case 'INITIALIZING':
        this.#turn(job, 'CREATED');
        return;
      case 'CREATED':
      case 'RESTARTING':
        if (this.slots - this.busySlots >= job.parallelism) this.#turn(job, 'RUNNING');
        return;
      case 'CANCELLING':
        this.#turn(job, 'CANCELED');
        return;
      case 'RUNNING':
        if (job.finishesAt !== undefined && time.now >= job.finishesAt) {
          this.#turn(job, 'FINISHED');
          return;
        }
        if (!storage.away && chance.oneIn(6)) {
          job.checkpoints += 1;
          job.lastCheckpoint = storage.checkpoint(this.cluster, job.id, job.restoredFrom ?? job.lastCheckpoint);
        }
        this.savepoints.advance(job);
        return;
      default:
    }
  }
}

export function hasEnded({ state }: FlinkJob): boolean {
  return ended.has(state);
}
