/** Judges the processes themselves, which nobody can deceive: what lives where, on which ports, and which jobs it runs. */
import { flinkJobId, flinkJobIds, isAttemptOf } from '../../../src/flink/plan/flink-job-id.ts';
import { type FlinkJob, hasEnded, type JobManager } from '../flink/job-manager.ts';
import { below } from '../flink/names.ts';
import type { Storage } from '../flink/storage.ts';
import type { TaskProcess } from '../mesos/agent-host.ts';
import type { Books } from './books.ts';
import type { Verdicts } from './verdicts.ts';

export class MachineJudge {
  readonly #living = new Map<string, TaskProcess>();
  readonly #ports = new Map<string, string>();
  readonly #books: Books;
  readonly #verdicts: Verdicts;

  constructor(books: Books, verdicts: Verdicts) {
    this.#books = books;
    this.#verdicts = verdicts;
  }

  started(process: TaskProcess): void {
    if (this.#living.has(process.taskId))
      this.#verdicts.violated('I3', `task ${process.taskId} runs a second time, on ${process.host}`);
    this.#living.set(process.taskId, process);
    for (const port of portsOf(process)) {
      const owner = this.#ports.get(port);
      if (owner !== undefined && !this.#isOfRemoved(owner))
        this.#verdicts.violated('I8', `port ${port} was given to ${process.taskId} while ${owner} has it`);
      this.#ports.set(port, process.taskId);
    }
  }

  /** Masters offer what a removed framework had at once, while its processes are still being ended. */
  #isOfRemoved(taskId: string): boolean {
    const { removed, tasks } = this.#books;
    return removed.size > 0 && tasks.get(taskId)?.life.phase !== 'launched';
  }

  ended(process: TaskProcess): void {
    if (this.#living.get(process.taskId) === process) this.#living.delete(process.taskId);
    for (const port of portsOf(process)) if (this.#ports.get(port) === process.taskId) this.#ports.delete(port);
  }

  /** Flink was given a job: once, and from where it last was. */
  jobResumed(jobManager: JobManager, job: FlinkJob, all: Iterable<JobManager>, storage: Storage, now: number): void {
    const record = this.#books.jobOf(jobManager.cluster, job.id);
    if (record === undefined) return;
    const name = `job ${record.id.slice(0, 8)} of ${jobManager.cluster}`;
    if (flinkJobId(record) === job.id && record.jobManager !== jobManager.taskId)
      this.#verdicts.violated('I9', `${name} is submitted before the attempt is written down`);
    let elsewhere = false;
    for (const each of all) {
      for (const other of each.jobs.values()) {
        if (other === job || hasEnded(other) || !isAttemptOf(record, other.id)) continue;
        if (each === jobManager) this.#verdicts.violated('I9', `${name} runs twice in one JobManager`);
        else elsewhere = true;
      }
    }
    // A JobManager that nobody reaches may still be taking checkpoints.
    if (elsewhere) return;
    // Of the last attempt that has any: those before it may go on where nobody reaches them, and lead nowhere.
    // A savepoint of which nobody was told before its JobManager died is not found again.
    const isKnown = (savepoint: string) => record.savepoints?.some(({ path }) => path === savepoint) === true;
    const newest = flinkJobIds(record, 11)
      .flatMap((id) => storage.last(below(jobManager.cluster, id), isKnown) ?? [])
      .at(0);
    if (newest === undefined || storage.writtenAt(newest) > now - 2_000) return;
    if (job.restoredFrom === undefined || storage.progressOf(job.restoredFrom) < storage.progressOf(newest))
      this.#verdicts.violated('I9', `${name} starts from ${job.restoredFrom ?? 'nothing'}, and there is ${newest}`);
  }
}

function portsOf({ host, info }: TaskProcess): string[] {
  const ports: string[] = [];
  for (const { name, ranges } of info.resources ?? []) {
    if (name !== 'ports') continue;
    for (const { begin, end } of ranges?.range ?? [])
      for (let port = Number(begin); port <= Number(end); port += 1) ports.push(`${host}:${port}`);
  }
  return ports;
}
