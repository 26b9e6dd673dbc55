/**
 * A TaskManager as others see one: it looks for its JobManager at the address that it was given, registers, and starts
 * looking again when it loses it. After five minutes in vain it ends (taskmanager.registration.timeout).
 */
import type { TaskProcess } from '../mesos/agent-host.ts';
import type { Chance } from '../platform/chance.ts';
import type { Time } from '../platform/time.ts';
import type { JobManager } from './job-manager.ts';

export interface TaskManagerParts {
  readonly time: Time;
  readonly chance: Chance;
  readonly process: TaskProcess;
  readonly environment: Readonly<Record<string, string>>;
  readonly slots: number;
  readonly find: (host: string, rpcPort: number) => JobManager | undefined;
  readonly reaches: (host: string) => boolean;
  readonly exit: (status: number) => void;
}

const GIVES_UP_MS = 300_000;
/** Heartbeats that are missed before either side drops the other (heartbeat.timeout, 50 s). */
const HEARTBEAT_MS = 10_000;
const MOST_MISSED = 5;

export class TaskManager {
  readonly taskId: string;
  readonly parts: TaskManagerParts;
  jobManager: JobManager | undefined;
  #searchingSince: number;
  #missed = 0;

  constructor(parts: TaskManagerParts) {
    this.parts = parts;
    this.taskId = parts.environment.TASK_ID ?? parts.process.taskId;
    this.#searchingSince = parts.time.now;
    this.#wait(parts.chance.between(400, 3_000));
  }

  /** Its process has ended: the JobManager sees the connection reset. */
  die(): void {
    const { time, chance } = this.parts;
    const { jobManager } = this;
    this.jobManager = undefined;
    if (jobManager !== undefined) time.after(chance.between(50, 1_500), () => jobManager.drop(this.taskId));
  }

  #wait(ms: number): void {
    this.parts.time.after(ms, () => {
      if (this.parts.process.alive) this.#look();
    });
  }

  #look(): void {
    if (this.jobManager === undefined) this.#search();
    else this.#beat(this.jobManager);
  }

  #search(): void {
    const { environment, find, reaches, slots, time, exit, chance } = this.parts;
    const found = find(environment.JOBMANAGER_HOST ?? '', Number(environment.JOBMANAGER_PORT));
    const welcome = found?.driver?.welcomes(this.taskId) ?? 'yes';
    if (found?.ready === true && reaches(found.host) && welcome !== 'later') {
      if (welcome === 'no') {
        exit(1);
        return;
      }
      this.jobManager = found;
      this.#missed = 0;
      found.register({ id: this.taskId, slots });
      this.#wait(HEARTBEAT_MS);
    } else if (time.now - this.#searchingSince > GIVES_UP_MS) exit(1);
    else this.#wait(chance.between(500, 1_500));
  }

  #beat(jobManager: JobManager): void {
    const { reaches } = this.parts;
    const heard = jobManager.alive && reaches(jobManager.host) && jobManager.taskManagers.has(this.taskId);
    this.#missed = heard ? 0 : this.#missed + (jobManager.alive ? 1 : MOST_MISSED);
    if (this.#missed < MOST_MISSED) {
      this.#wait(HEARTBEAT_MS);
      return;
    }
    jobManager.drop(this.taskId);
    this.jobManager = undefined;
    this.#searchingSince = this.parts.time.now;
    this.#wait(100);
  }
}
