/**
 * The book of kept places: who has which, who may have one next, and which are to be given up. A place that nobody has
 * used for a while is given up, and so is one that its next task has waited for in vain; with its group all of them are.
 * A record enters only together with its write.
 */
import _ from 'lodash';
import type { EpochMs } from '../../lib/brand.ts';
import type { OperationId, TaskId } from '../../mesos-api-client/protocol/ids.ts';
import {
  type OperationState,
  type OperationStatus,
  terminalOperationStates,
} from '../../mesos-api-client/protocol/operations.ts';
import type { FrameBuilder } from '../frame-builder.ts';
import type { PlaceId, PlaceOperation, PlaceRecord } from '../model/kept-place.ts';
import type { GroupName, TaskRecord } from '../model/task.ts';
import { ownerOf } from './kept-resources.ts';

/** How long a task waits for a place of its group: longer than Mesos takes to call an agent unreachable. */
const waitForPlaceMs = 120_000;
/** Others want what nobody uses. */
const unusedForMs = 600_000;
/** An agent that is not offered for so long is gone, or will be recognised by its labels when it comes back. */
const giveUpWithinMs = 900_000;

export class KeptPlaces {
  readonly #places = new Map<PlaceId, PlaceRecord>();
  readonly #unusedSince = new Map<PlaceId, EpochMs>();

  constructor(records: readonly PlaceRecord[]) {
    for (const record of records) {
      this.#places.set(record.id, record);
    }
  }

  get(id: PlaceId): PlaceRecord | undefined {
    return this.#places.get(id);
  }

  all(): readonly PlaceRecord[] {
    return [...this.#places.values()];
  }

  put(frame: FrameBuilder, record: PlaceRecord): void {
    this.#places.set(record.id, record);
    this.#unusedSince.delete(record.id);
    frame.persist({ kind: 'put', collection: 'places', key: record.id, value: record });
  }

  /** By waiting task: the place of its group that it is to have, in the order of the requests. */
  claims(waiting: readonly TaskRecord[], now: EpochMs, stays: (taskId: TaskId) => boolean): Claims {
    // The place of a task that is just being ended will be free soon.
    const free = this.all().filter(({ goal, taskId }) => goal.kind === 'keep' && !stays(taskId));
    const claims = new Map<TaskId, PlaceRecord>();
    for (const { spec, requestedAt } of waiting) {
      if (spec.keep === undefined || now >= requestedAt + waitForPlaceMs) {
        continue;
      }
      const index = free.findIndex(({ group, part }) => group === spec.group && part === spec.part);
      const [place] = index < 0 ? [] : free.splice(index, 1);
      if (place !== undefined) {
        claims.set(spec.taskId, place);
      }
    }
    return claims;
  }

  /** Gives up what is not wanted any more, and forgets what could not be given up for too long. */
  review(frame: FrameBuilder, claims: Claims, stays: (taskId: TaskId) => boolean): void {
    const claimed = new Set([...claims.values()].map(({ id }) => id));
    for (const place of this.all()) {
      if (place.goal.kind === 'release') {
        this.#forgetIfGone(frame, place, place.goal.since);
      } else if (claimed.has(place.id) || stays(place.taskId)) {
        this.#unusedSince.delete(place.id);
      } else {
        this.#noteUnused(frame, place);
      }
    }
  }

  releaseGroup(frame: FrameBuilder, group: GroupName): void {
    for (const place of this.all()) {
      if (place.group === group) {
        this.release(frame, place, 'its group has gone');
      }
    }
  }

  release(frame: FrameBuilder, place: PlaceRecord, why: string): void {
    if (place.goal.kind === 'keep') {
      this.put(frame, { ...place, goal: { kind: 'release', why, since: frame.at } });
      frame.fact({ kind: 'place.releasing', place: place.id, agentId: place.agentId, why });
    }
  }

  /** Those to be given up at whose agent nothing is under way: by role, how many. */
  releasing(): ReadonlyMap<string, number> {
    const idle = this.all().filter(({ goal, pending }) => goal.kind === 'release' && pending.length === 0);
    return new Map(Object.entries(_.countBy(idle, 'role')));
  }

  /** When something is due that nobody else tells of. */
  nextReview(): EpochMs | undefined {
    const unused = [...this.#unusedSince.values()].map((since) => since + unusedForMs);
    const late = this.all().flatMap(({ goal }) => (goal.kind === 'release' ? [goal.since + giveUpWithinMs] : []));
    return _.min([...unused, ...late]);
  }

  pending(): readonly { readonly place: PlaceRecord; readonly id: OperationId }[] {
    return this.all().flatMap((place) => place.pending.map(({ id }) => ({ place, id })));
  }

  /** What became of an operation; of one that is not known nothing follows. */
  operationEnded(frame: FrameBuilder, { operation_id, state, message }: OperationStatus): void {
    const id = operation_id?.value;
    const place = this.all().find(({ pending }) => pending.some((each) => each.id === id));
    const operation = place?.pending.find((each) => each.id === id);
    if (place === undefined || operation === undefined || !isAnswer(state)) {
      return;
    }
    const failed = state !== 'OPERATION_FINISHED';
    if (failed) {
      const said = message === undefined ? {} : { message };
      frame.fact({ kind: 'place.failed', place: place.id, operation: operation.kind, state, ...said });
    }
    this.#settle(
      frame,
      { ...place, pending: place.pending.filter((each) => each !== operation) },
      operation.kind,
      failed,
    );
  }

  #settle(frame: FrameBuilder, place: PlaceRecord, kind: PlaceOperation, failed: boolean): void {
    const isLast = kind === 'UNRESERVE' || (kind === 'DESTROY' && !place.resources.some((each) => ownerOf(each)));
    if ((isLast && !failed) || (kind === 'RESERVE' && failed)) {
      this.#forget(frame, place);
      return;
    }
    this.put(frame, place);
    if (kind === 'CREATE' && failed) {
      this.release(frame, place, 'its volume could not be made');
    }
  }

  #noteUnused(frame: FrameBuilder, place: PlaceRecord): void {
    const since = this.#unusedSince.get(place.id) ?? frame.at;
    this.#unusedSince.set(place.id, since);
    if (frame.at >= since + unusedForMs) {
      this.release(frame, place, `nobody has used it for ${unusedForMs / 60_000} minutes`);
    }
  }

  #forgetIfGone(frame: FrameBuilder, place: PlaceRecord, since: EpochMs): void {
    if (frame.at >= since + giveUpWithinMs) {
      this.#forget(frame, place);
    }
  }

  #forget(frame: FrameBuilder, place: PlaceRecord): void {
    this.#places.delete(place.id);
    this.#unusedSince.delete(place.id);
    frame.persist({ kind: 'delete', collection: 'places', key: place.id });
    frame.fact({ kind: 'place.released', place: place.id, agentId: place.agentId });
  }
}

export type Claims = ReadonlyMap<TaskId, PlaceRecord>;

/** UNKNOWN comes only when asked: nobody has heard of it, so it did not happen or is over. */
function isAnswer(state: OperationState): boolean {
  return terminalOperationStates.has(state) || state === 'OPERATION_UNKNOWN';
}
