/**
 * Keeps places for groups: makes the operations that reserve them, hands them to the next task, gives them up when they
 * are no longer wanted, and follows what becomes of each operation. An operation is recorded before it is sent, and its
 * status acknowledged when what follows from it is safe.
 */
import type { EpochMs } from '../../lib/brand.ts';
import type { OperationId, TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { FrameworkInfo, Resource } from '../../mesos-api-client/protocol/mesos.ts';
import type { OfferOperation, OperationStatus } from '../../mesos-api-client/protocol/operations.ts';
import { contains } from '../../mesos-api-client/protocol/resources.ts';
import type { FrameBuilder } from '../frame-builder.ts';
import type { PlaceId, PlaceOperation, PlaceRecord } from '../model/kept-place.ts';
import type { GroupName, TaskRecord } from '../model/task.ts';
import { type Claims, KeptPlaces } from './kept-places.ts';
import { giveUpOf, ownerOf } from './kept-resources.ts';
import type { Keeper, Placed } from './placing.ts';
import type { Pool } from './pools.ts';
import type { RunningTasks } from './running-tasks.ts';

export class PlaceKeeper {
  readonly #principal: FrameworkInfo['principal'];
  readonly #places: KeptPlaces;

  constructor({ principal }: FrameworkInfo, records: readonly PlaceRecord[]) {
    this.#principal = principal;
    this.#places = new KeptPlaces(records);
  }

  all(): readonly PlaceRecord[] {
    return this.#places.all();
  }

  /** Offers are wanted for what is to be given up. */
  releasing(): ReadonlyMap<string, number> {
    return this.#places.releasing();
  }

  nextReview(): EpochMs | undefined {
    return this.#places.nextReview();
  }

  giveUpOf(frame: FrameBuilder, taskId: TaskId): void {
    const place = this.#places.all().find((each) => each.taskId === taskId);
    if (place !== undefined) this.#places.release(frame, place, 'an operator has it replaced');
  }

  releaseGroup(frame: FrameBuilder, group: GroupName): void {
    this.#places.releaseGroup(frame, group);
  }

  /** For one match. */
  keeper(frame: FrameBuilder, waiting: readonly TaskRecord[], running: RunningTasks): Keeper {
    const [frameworkId, principal] = [frame.frameworkId, this.#principal];
    return {
      claims: this.#claims(frame.at, waiting, running),
      keeping: ({ spec, role }) => ({ place: `keep-${spec.taskId}` as PlaceId, role, frameworkId, principal }),
    };
  }

  review(frame: FrameBuilder, waiting: readonly TaskRecord[], running: RunningTasks): void {
    if (this.#places.all().length > 0) {
      this.#places.review(frame, this.#claims(frame.at, waiting, running), (taskId) => running.stays(taskId));
    }
  }

  /** A task got a kept place, or one that is kept from now on: answers what has to be done before it is launched. */
  taken(frame: FrameBuilder, placed: Placed, pool: Pool, claims: Claims): readonly OfferOperation[] {
    const { request, kept } = placed;
    const { taskId, group, part } = request.spec;
    const { agentId, hostname, role } = pool;
    const before = claims.get(taskId);
    if (kept === undefined || (kept.how === 'again' && before === undefined)) {
      return [];
    }
    const id = before?.id ?? (`keep-${taskId}` as PlaceId);
    frame.fact({ kind: 'place.taken', place: id, taskId, agentId, again: kept.how === 'again' });
    if (kept.how === 'again') {
      if (before !== undefined) {
        this.#places.put(frame, { ...before, taskId });
      }
      return [];
    }
    const operations = [
      ...operation(id, 'RESERVE', kept.reserve, (resources) => ({ type: 'RESERVE', reserve: { resources } })),
      ...operation(id, 'CREATE', kept.volumes, (volumes) => ({ type: 'CREATE', create: { volumes } })),
    ];
    const where = { id, group, part, role, agentId, hostname, resources: kept.resources, taskId };
    const pending = operations.map(({ pending }) => pending);
    this.#places.put(frame, { version: 1, ...where, goal: { kind: 'keep' }, pending, attempts: 0 });
    return operations.map(({ sent }) => sent);
  }

  /** What of an offer is to be given up: places that are not wanted, and such of ours that nobody remembers. */
  giveUps(frame: FrameBuilder, { kept }: Pool): readonly OfferOperation[] {
    return [...kept].flatMap(([id, resources]) => {
      const place = this.#places.get(id);
      if (place === undefined) {
        const ours = resources.every((resource) => ownerOf(resource)?.framework === frame.frameworkId);
        return ours ? giveUp(id, resources, 0).map(({ sent }) => sent) : [];
      }
      if (place.goal.kind === 'keep' || place.pending.length > 0 || !contains(place.resources, resources)) {
        return [];
      }
      const attempts = place.attempts + 1;
      const operations = giveUp(id, resources, attempts);
      this.#places.put(frame, { ...place, attempts, pending: operations.map(({ pending }) => pending) });
      return operations.map(({ sent }) => sent);
    });
  }

  /** After each subscription: what became of those that nothing was heard of? */
  connected(frame: FrameBuilder): void {
    const operations = this.#places
      .pending()
      .map(({ place, id }) => ({ operation_id: { value: id }, agent_id: { value: place.agentId } }));
    if (operations.length > 0) {
      frame.call({ type: 'RECONCILE_OPERATIONS', reconcile_operations: { operations } });
    }
  }

  /** Acknowledged whether it is known or not, or the agent would repeat it for ever. */
  operationStatus(frame: FrameBuilder, status: OperationStatus): void {
    this.#places.operationEnded(frame, status);
    const { operation_id, agent_id, uuid } = status;
    if (uuid !== undefined && operation_id !== undefined) {
      frame.call({
        type: 'ACKNOWLEDGE_OPERATION_STATUS',
        acknowledge_operation_status: {
          ...(agent_id === undefined ? {} : { agent_id }),
          uuid: uuid.value,
          operation_id,
        },
      });
    }
  }

  #claims(now: EpochMs, waiting: readonly TaskRecord[], running: RunningTasks): Claims {
    return this.#places.claims(waiting, now, (taskId) => running.stays(taskId));
  }
}

interface Operation {
  readonly pending: { readonly id: OperationId; readonly kind: PlaceOperation };
  readonly sent: OfferOperation;
}

function operation(
  place: string,
  kind: PlaceOperation,
  resources: readonly Resource[],
  body: (resources: Resource[]) => OfferOperation,
): Operation[] {
  if (resources.length === 0) {
    return [];
  }
  const id = `${place}.${kind.toLowerCase()}` as OperationId;
  return [{ pending: { id, kind }, sent: { ...body([...resources]), id: { value: id } } }];
}

function giveUp(place: PlaceId, resources: readonly Resource[], attempt: number): Operation[] {
  const { destroy, unreserve } = giveUpOf(resources);
  const named = `${place}.${attempt}`;
  return [
    ...operation(named, 'DESTROY', destroy, (volumes) => ({ type: 'DESTROY', destroy: { volumes } })),
    ...operation(named, 'UNRESERVE', unreserve, (reserved) => ({
      type: 'UNRESERVE',
      unreserve: { resources: reserved },
    })),
  ];
}
