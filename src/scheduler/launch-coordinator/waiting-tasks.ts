/** The tasks that wait for offers, in the order of their requests, each with the reason that was last told. */
import type { EpochMs } from '../../lib/brand.ts';
import type { TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { FrameBuilder } from '../frame-builder.ts';
import type { Preference, TaskRecord } from '../model/task.ts';
import { bandOf, inBands } from './bands.ts';
import { isPicky } from './eligibility.ts';
import { Limits } from './limits.ts';
import type { Demand } from './offer-flow.ts';
import type { Request } from './request.ts';
import type { RunningTasks } from './running-tasks.ts';

export interface Silence {
  readonly reigns: boolean;
  readonly next: EpochMs | undefined;
}

export class WaitingTasks {
  readonly #defaultRole: string;
  readonly #records = new Map<TaskId, TaskRecord>();
  readonly #told = new Map<TaskId, string>();
  readonly #expired = new Set<TaskId>();

  constructor(records: readonly TaskRecord[], defaultRole: string) {
    this.#defaultRole = defaultRole;
    for (const record of records) {
      if (record.life.phase === 'waiting') {
        this.add(record);
      }
    }
  }

  get size(): number {
    return this.#records.size;
  }

  get(taskId: TaskId): TaskRecord | undefined {
    return this.#records.get(taskId);
  }

  add(record: TaskRecord): void {
    this.#records.set(record.spec.taskId, record);
  }

  delete(taskId: TaskId): TaskRecord | undefined {
    const record = this.#records.get(taskId);
    this.#records.delete(taskId);
    this.#told.delete(taskId);
    this.#expired.delete(taskId);
    return record;
  }

  roleOf({ spec }: TaskRecord): string {
    return spec.role ?? this.#defaultRole;
  }

  records(): readonly TaskRecord[] {
    return [...this.#records.values()];
  }

  /** Those that the limit of their group keeps waiting, with the reason in words. */
  limited(running: RunningTasks): ReadonlyMap<TaskId, string> {
    if (!this.records().some(({ spec }) => spec.share?.limit !== undefined)) {
      return noneLimited;
    }
    const limits = new Limits(running);
    const bands = inBands(this.records(), ({ spec }) => spec);
    return new Map(
      bands.flatMap((band) => {
        const why = limits.admit(band.map(({ spec }) => spec));
        return why === undefined ? [] : band.map(({ spec }) => [spec.taskId, why] as const);
      }),
    );
  }

  demand(running: RunningTasks): Demand {
    const limited = this.limited(running);
    const demand = new Map<string, number>();
    for (const record of this.#records.values()) {
      if (!limited.has(record.spec.taskId)) {
        const role = this.roleOf(record);
        demand.set(role, (demand.get(role) ?? 0) + 1);
      }
    }
    return demand;
  }

  requests(now: EpochMs, running: RunningTasks): Request[] {
    const limited = this.limited(running);
    return this.records().flatMap((record) => {
      if (limited.has(record.spec.taskId)) {
        return [];
      }
      const prefer = preferenceInForce(record, now);
      const request = { spec: record.spec, role: this.roleOf(record) };
      return [prefer === undefined ? request : { ...request, prefer }];
    });
  }

  /** By band: how many of it wait. */
  bands(): ReadonlyMap<string, number> {
    const bands = new Map<string, number>();
    for (const { spec } of this.#records.values()) {
      const band = bandOf(spec);
      if (band !== undefined) {
        bands.set(band, (bands.get(band) ?? 0) + 1);
      }
    }
    return bands;
  }

  /** Roles of those that look at more than room: what becomes of other tasks may change what they take. */
  pickyRoles(): ReadonlySet<string> {
    return new Set(this.records().flatMap((record) => (isPicky(record.spec) ? [this.roleOf(record)] : [])));
  }

  /** Roles of those that take anything from now on; each is named once. */
  rolesOfExpired(now: EpochMs): ReadonlySet<string> {
    const roles = new Set<string>();
    for (const record of this.#records.values()) {
      const { taskId, prefer } = record.spec;
      if (prefer !== undefined && preferenceInForce(record, now) === undefined && !this.#expired.has(taskId)) {
        this.#expired.add(taskId);
        roles.add(this.roleOf(record));
      }
    }
    return roles;
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

  /**
   * Whether it is to be said of some that no offer comes to their role, and when of the next one. Who waits for its old
   * agent says so already.
   */
  silence(now: EpochMs, noOfferSince: (role: string) => EpochMs | undefined): Silence {
    let reigns = false;
    let next: EpochMs | undefined;
    for (const record of this.#records.values()) {
      if (preferenceInForce(record, now) !== undefined) continue;
      const from = silentFrom(record.requestedAt, noOfferSince(this.roleOf(record)));
      if (from <= now) reigns = true;
      else next = Math.min(next ?? from, from);
    }
    return { reigns, next };
  }

  /** States anew why each waits, where that has changed. */
  explain(frame: FrameBuilder, why: (record: TaskRecord) => string | undefined): void {
    for (const record of this.#records.values()) {
      const { taskId, group, part } = record.spec;
      const words = why(record);
      if (words !== undefined && this.#told.get(taskId) !== words) {
        this.#told.set(taskId, words);
        frame.fact({ kind: 'task.waiting', taskId, group, part, why: words });
      }
    }
  }
}

const noneLimited: ReadonlyMap<TaskId, string> = new Map();

export function preferenceInForce(record: TaskRecord, now: EpochMs): Preference | undefined {
  const { prefer } = record.spec;
  return prefer !== undefined && now < record.requestedAt + prefer.forMs ? prefer : undefined;
}

/** The masters' allocators make their round every second. */
const silenceMs = 10_000;

/** From when on it is said of a task that no offer comes. */
export function silentFrom(requestedAt: EpochMs, noOfferSince: EpochMs = requestedAt): EpochMs {
  return Math.max(requestedAt, noOfferSince) + silenceMs;
}
