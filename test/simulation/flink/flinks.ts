/** What runs in the tasks: JobManagers and TaskManagers, told apart and addressed as the scheduler's own renderer said. */

import type { DriverCall } from '../../../src/flink/driver/endpoint.ts';
import { driverEnvironment } from '../../../src/flink/driver/names.ts';
import type { Programs, TaskProcess } from '../mesos/agent-host.ts';
import { label } from '../mesos/task-labels.ts';
import type { Network } from '../network.ts';
import type { Chance } from '../platform/chance.ts';
import { Process } from '../platform/process.ts';
import { Driver, type DriverAnswer, type DriverLimits } from './driver.ts';
import { type FlinkJob, JobManager } from './job-manager.ts';
import { Storage } from './storage.ts';
import { TaskManager } from './task-manager.ts';

export interface FlinksParts {
  readonly network: Network;
  readonly chance: Chance;
  readonly note: (who: string, what: string) => void;
  readonly slotsOf: (cluster: string) => number;
  readonly processStarted: (process: TaskProcess) => void;
  readonly processEnded: (process: TaskProcess) => void;
  readonly jobResumed: (jobManager: JobManager, job: FlinkJob) => void;
  readonly limitsOf: (cluster: string) => DriverLimits;
  /** What its configuration holds for the driver. */
  readonly secretOf: (process: TaskProcess) => string;
  readonly askScheduler: (question: DriverQuestion) => Promise<DriverAnswer | undefined>;
}

export interface DriverQuestion {
  readonly from: Process;
  readonly host: string;
  readonly cluster: string;
  readonly call: DriverCall;
  readonly withinMs: number;
}

export class Flinks implements Programs {
  readonly storage: Storage;
  readonly jobManagers = new Map<string, JobManager>();
  readonly taskManagers = new Map<string, TaskManager>();
  /** Every process that lives, whatever it is. */
  readonly processes = new Map<TaskProcess, (status: number) => void>();
  /** How often a process dies before it does anything. */
  infantDeaths = 0;
  /** By JobManager: where its driver runs. */
  readonly #drivers = new Map<string, Process>();
  readonly #parts: FlinksParts;

  constructor(parts: FlinksParts) {
    this.#parts = parts;
    this.storage = new Storage(() => parts.network.time.now);
  }

  started(process: TaskProcess, exit: (status: number) => void): void {
    const { network, chance, note } = this.#parts;
    const { time } = network;
    this.processes.set(process, exit);
    this.#parts.processStarted(process);
    if (chance.next() < this.infantDeaths) {
      time.after(chance.between(0, 300), () => exit(1));
      return;
    }
    const environment = environmentOf(process);
    const cluster = label(process.info, 'flink-mesos.cluster');
    if (label(process.info, 'flink-mesos.part') === 'jobmanager') {
      const jobManager = new JobManager(
        {
          time,
          chance,
          process,
          environment,
          storage: this.storage,
          resumed: this.#parts.jobResumed,
          note: (what) => note(process.taskId, what),
        },
        cluster,
      );
      this.jobManagers.set(process.taskId, jobManager);
      const prefix = environment[driverEnvironment.cluster];
      if (prefix !== undefined) this.#drive(jobManager, process, prefix, exit);
      return;
    }
    this.taskManagers.set(
      process.taskId,
      new TaskManager({
        time,
        chance,
        process,
        environment,
        slots: this.#parts.slotsOf(cluster),
        exit,
        reaches: (host) => network.reaches(process.host, host),
        find: (host, port) => this.#find((each) => each.host === host && each.rpcPort === port),
      }),
    );
  }

  ended(process: TaskProcess): void {
    this.processes.delete(process);
    this.#parts.processEnded(process);
    this.#drivers.get(process.taskId)?.kill();
    this.#drivers.delete(process.taskId);
    this.jobManagers.get(process.taskId)?.die();
    this.jobManagers.delete(process.taskId);
    this.taskManagers.get(process.taskId)?.die();
    this.taskManagers.delete(process.taskId);
  }

  /** Whoever listens at http://HOST:PORT. */
  at(url: string): JobManager | undefined {
    const { hostname, port } = new URL(url);
    return this.#find((each) => each.host === hostname && each.restPort === Number(port));
  }

  #drive(jobManager: JobManager, process: TaskProcess, prefix: string, exit: (status: number) => void): void {
    const { network, chance, slotsOf, limitsOf, secretOf, askScheduler } = this.#parts;
    const { cluster, host } = jobManager;
    const from = new Process(`${process.taskId}/driver`, network.time, chance.split());
    this.#drivers.set(process.taskId, from);
    jobManager.driver = new Driver({
      process: from,
      chance,
      jobManager,
      prefix,
      secret: secretOf(process),
      slots: slotsOf(cluster),
      limits: limitsOf(cluster),
      ask: (call, withinMs) => askScheduler({ from, host, cluster, call, withinMs }),
      fenced: () => exit(1),
    });
  }

  #find(matches: (each: JobManager) => boolean): JobManager | undefined {
    for (const each of this.jobManagers.values()) if (each.alive && matches(each)) return each;
    return undefined;
  }
}

function environmentOf({ info }: TaskProcess): Readonly<Record<string, string>> {
  const variables = info.command?.environment?.variables ?? [];
  return Object.fromEntries(variables.map(({ name, value }) => [name, value ?? '']));
}
