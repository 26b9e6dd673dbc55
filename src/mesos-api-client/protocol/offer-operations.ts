/**
 * Builders of the operations that an ACCEPT names. With an id the outcome is told by UPDATE_OPERATION_STATUS; a launch
 * must have none, its tasks tell.
 */
import type { Id, OperationId } from './ids.ts';
import type { DiskSourceType, ExecutorInfo, Resource, TaskInfo } from './mesos.ts';
import type { OfferOperation } from './operations.ts';

export function launch(taskInfos: readonly TaskInfo[]): OfferOperation {
  return { type: 'LAUNCH', launch: { task_infos: [...taskInfos] } };
}

/** All of them or none, in one executor. */
export function launchGroup(executor: ExecutorInfo, tasks: readonly TaskInfo[]): OfferOperation {
  return { type: 'LAUNCH_GROUP', launch_group: { executor, task_group: { tasks: [...tasks] } } };
}

/** Each with one reservation more than it was offered with: `{type: 'DYNAMIC', role, principal}`. */
export function reserve(resources: readonly Resource[], operationId?: OperationId): OfferOperation {
  return { type: 'RESERVE', ...named(operationId), reserve: { resources: [...resources] } };
}

export function unreserve(resources: readonly Resource[], operationId?: OperationId): OfferOperation {
  return { type: 'UNRESERVE', ...named(operationId), unreserve: { resources: [...resources] } };
}

/** Reserved disk with `disk.persistence` and `disk.volume`. */
export function createVolumes(volumes: readonly Resource[], operationId?: OperationId): OfferOperation {
  return { type: 'CREATE', ...named(operationId), create: { volumes: [...volumes] } };
}

export function destroyVolumes(volumes: readonly Resource[], operationId?: OperationId): OfferOperation {
  return { type: 'DESTROY', ...named(operationId), destroy: { volumes: [...volumes] } };
}

export function growVolume(volume: Resource, addition: Resource, operationId?: OperationId): OfferOperation {
  return { type: 'GROW_VOLUME', ...named(operationId), grow_volume: { volume, addition } };
}

export function shrinkVolume(volume: Resource, subtractMiB: number, operationId?: OperationId): OfferOperation {
  return { type: 'SHRINK_VOLUME', ...named(operationId), shrink_volume: { volume, subtract: { value: subtractMiB } } };
}

export function createDisk(
  source: Resource,
  target: { type: DiskSourceType; profile?: string },
  operationId?: OperationId,
): OfferOperation {
  return {
    type: 'CREATE_DISK',
    ...named(operationId),
    create_disk: {
      source,
      target_type: target.type,
      ...(target.profile === undefined ? {} : { target_profile: target.profile }),
    },
  };
}

export function destroyDisk(source: Resource, operationId?: OperationId): OfferOperation {
  return { type: 'DESTROY_DISK', ...named(operationId), destroy_disk: { source } };
}

function named(operationId: OperationId | undefined): { id?: Id<OperationId> } {
  return operationId === undefined ? {} : { id: { value: operationId } };
}
