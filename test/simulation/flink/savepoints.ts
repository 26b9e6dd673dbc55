/**
 * Savepoints of a JobManager, and stops with one: asked for under an id, which with the job means the same operation when it is asked for again, and
 * looked after until they are over. A stop can fail after its savepoint was taken; then the job starts over.
 */
import type { Chance } from '../platform/chance.ts';
import type { FlinkJob } from './job-manager.ts';
import type { Storage } from './storage.ts';

export interface FlinkOperation {
  readonly job: string;
  readonly stops: boolean;
  outcome?: { readonly location: string } | { readonly failure: string };
}

export interface SavepointParts {
  readonly cluster: string;
  readonly chance: Chance;
  readonly storage: Storage;
  readonly jobs: ReadonlyMap<string, FlinkJob>;
  readonly turn: (job: FlinkJob, state: 'FINISHED' | 'RESTARTING') => void;
}

export class Savepoints {
  readonly #operations = new Map<string, FlinkOperation>();
  readonly #parts: SavepointParts;

  constructor(parts: SavepointParts) {
    this.#parts = parts;
  }

  /** Flink refuses in what it says of the operation, not when it is asked. */
  begin(trigger: string, id: string, stops: boolean): void {
    const key = `${id}/${trigger}`;
    if (this.#operations.has(key)) return;
    const operation: FlinkOperation = { job: id, stops };
    this.#operations.set(key, operation);
    const state = this.#parts.jobs.get(id)?.state;
    if (state === undefined)
      operation.outcome = { failure: `FlinkJobNotFoundException: Could not find Flink job (${id})` };
    else if (state !== 'RUNNING')
      operation.outcome = { failure: `CheckpointException: Not all required tasks are running (${state})` };
  }

  /** Undefined: nobody has asked for it here. */
  lookAt(trigger: string, job: string): FlinkOperation | undefined {
    return this.#operations.get(`${job}/${trigger}`);
  }

  /** Of a job that runs. */
  advance(job: FlinkJob): void {
    for (const operation of this.#of(job)) {
      const { chance, storage, cluster, turn } = this.#parts;
      if (job.state !== 'RUNNING' || !chance.oneIn(3)) continue;
      if (storage.away) {
        operation.outcome = { failure: 'CheckpointException: the storage of savepoints cannot be written to' };
        continue;
      }
      const location = storage.savepoint(cluster, job.id, job.restoredFrom ?? job.lastCheckpoint, chance.hex(12));
      if (!operation.stops) operation.outcome = { location };
      else if (chance.oneIn(8)) {
        operation.outcome = {
          failure: `StopWithSavepointStoppingException: A savepoint has been created at: ${location}`,
        };
        turn(job, 'RESTARTING');
      } else {
        operation.outcome = { location };
        storage.stopped(cluster, job.id, location);
        turn(job, 'FINISHED');
      }
    }
  }

  /** A job that does not run any more is saved no more. */
  interrupted(job: FlinkJob): void {
    for (const operation of this.#of(job))
      operation.outcome = { failure: `CheckpointException: the job is ${job.state}` };
  }

  *#of({ id }: FlinkJob): Iterable<FlinkOperation> {
    for (const operation of this.#operations.values())
      if (operation.job === id && operation.outcome === undefined) yield operation;
  }
}
