/** What survives a restart: generic writes for the store, and the core's own records among them. */
import type { EpochMs } from '../../lib/brand.ts';
import type { FrameworkId } from '../../mesos-api-client/protocol/ids.ts';
import type { TaskRecord } from './task.ts';

/** One framework id for the whole life of a scheduler's store (collection `framework`, key `id`). */
export interface FrameworkRecord {
  readonly version: 1;
  readonly frameworkId: FrameworkId;
  readonly registeredAt: EpochMs;
}

export type Collection = 'framework' | 'tasks' | 'clusters' | 'jars' | 'settings';

export type RecordWrite =
  | { readonly kind: 'put'; readonly collection: Collection; readonly key: string; readonly value: unknown }
  | { readonly kind: 'delete'; readonly collection: Collection; readonly key: string };

/** The core's records as loaded at start. */
export interface SchedulerRecords {
  readonly framework?: FrameworkRecord;
  readonly tasks: readonly TaskRecord[];
}
