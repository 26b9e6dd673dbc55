/**
 * Resources that are kept for a group beyond the life of one task: reserved at an agent, with a volume if one was asked
 * for. The next task of the group that asks for such a place gets this one, and what its predecessor left on the volume.
 */
import type { Brand, EpochMs } from '../../lib/brand.ts';
import type { AgentId, OperationId, TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { Resource } from '../../mesos-api-client/protocol/mesos.ts';
import type { GroupName } from './task.ts';

export type PlaceId = Brand<string, 'PlaceId'>;

/** What a task asks for; its `diskMiB` includes the volume. */
export interface KeepWish {
  readonly volume?: {
    readonly sizeMiB: number;
    /** In the sandbox, relative. */
    readonly path: string;
  };
}

export type PlaceOperation = 'RESERVE' | 'CREATE' | 'DESTROY' | 'UNRESERVE';

/** One place as it is persisted (collection `places`, key = id). */
export interface PlaceRecord {
  readonly version: 1;
  readonly id: PlaceId;
  readonly group: GroupName;
  readonly part: string;
  readonly role: string;
  readonly agentId: AgentId;
  readonly hostname: string;
  /** As reserved, volume included: what an offer of the agent has to hold for the place to be used, or given up. */
  readonly resources: readonly Resource[];
  /** `release` is forward only. */
  readonly goal:
    | { readonly kind: 'keep' }
    | { readonly kind: 'release'; readonly why: string; readonly since: EpochMs };
  /** Who has it, or had it last. */
  readonly taskId: TaskId;
  /** Sent and not told to have ended. */
  readonly pending: readonly { readonly id: OperationId; readonly kind: PlaceOperation }[];
  /** Numbers the attempts to give it up, so that each operation has an id of its own. */
  readonly attempts: number;
}
