/** The tasks that wait for offers, in the order of their requests, each with the last reason why it still does. */
import type { EpochMs } from '../../lib/brand.ts';
import type { TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { FrameBuilder } from '../frame-builder.ts';
import type { Preference, TaskRecord } from '../model/task.ts';
import type { Request } from './matching/match.ts';
import type { Amounts } from './matching/pool.ts';
import { describeShortage } from './matching/shortage.ts';

export class WaitingTasks {
  readonly #records = new Map<TaskId, TaskRecord>();
  readonly #reasons = new Map<TaskId, string>();

  constructor(records: readonly TaskRecord[]) {
    for (const record of records) {
      if (record.life.phase === 'waiting') {
        this.add(record);
      }
    }
  }

  get size(): number {
    return this.#records.size;
  }

  has(taskId: TaskId): boolean {
    return this.#records.has(taskId);
  }

  add(record: TaskRecord): void {
    this.#records.set(record.spec.taskId, record);
  }

  delete(taskId: TaskId): TaskRecord | undefined {
    const record = this.#records.get(taskId);
    this.#records.delete(taskId);
    this.#reasons.delete(taskId);
    return record;
  }

  requests(now: EpochMs): Request[] {
    return [...this.#records.values()].map((record) => {
      const prefer = preferenceInForce(record, now);
      const { taskId, resources } = record.spec;
      return prefer === undefined ? { taskId, resources } : { taskId, resources, prefer };
    });
  }

  /** When the first preference that is still in force ends. */
  nextExpiry(now: EpochMs): EpochMs | undefined {
    let next: EpochMs | undefined;
    for (const record of this.#records.values()) {
      const prefer = preferenceInForce(record, now);
      if (prefer !== undefined) {
        next = Math.min(next ?? Number.POSITIVE_INFINITY, record.requestedAt + prefer.forMs);
      }
    }
    return next;
  }

  why(taskId: TaskId): string {
    return this.#reasons.get(taskId) ?? 'no offer has come yet';
  }

  /** States anew why each waits, where that has changed. Tasks of one size share the reason. */
  explain(frame: FrameBuilder, agents: readonly Amounts[]): void {
    const ofSize = new Map<string, string>();
    for (const record of this.#records.values()) {
      const { taskId, group, part, resources } = record.spec;
      const size = JSON.stringify(resources);
      const shortage = ofSize.get(size) ?? describeShortage(resources, agents);
      ofSize.set(size, shortage);
      const prefer = preferenceInForce(record, frame.at);
      const why =
        prefer === undefined ? shortage : `it waits up to ${prefer.forMs / 1000} s for its old agent ${prefer.agentId}`;
      if (this.#reasons.get(taskId) !== why) {
        this.#reasons.set(taskId, why);
        frame.fact({ kind: 'task.waiting', taskId, group, part, why });
      }
    }
  }
}

function preferenceInForce(record: TaskRecord, now: EpochMs): Preference | undefined {
  const { prefer } = record.spec;
  return prefer !== undefined && now < record.requestedAt + prefer.forMs ? prefer : undefined;
}
