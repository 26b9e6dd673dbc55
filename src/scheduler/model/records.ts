/** What survives a restart: generic writes for the store, and the core's own records among them. */
import type { EpochMs } from '../../lib/brand.ts';
import type { FrameworkId } from '../../mesos-api-client/protocol/ids.ts';
import type { PlaceRecord } from './kept-place.ts';
import type { TaskRecord } from './task.ts';

/** One framework id for the whole life of a scheduler's store (collection `framework`, key `id`). */
export interface FrameworkRecord {
  readonly version: 1;
  readonly frameworkId: FrameworkId;
  readonly registeredAt: EpochMs;
  /** The master has removed it: this id is never accepted again. */
  readonly removed?: FrameworkRemoval;
  /** The id before this one, and what was lost with it. */
  readonly former?: FormerFramework;
}

export interface FrameworkRemoval {
  readonly at: EpochMs;
  /** What the master said. */
  readonly message: string;
  /** Tasks that ended with it. */
  readonly tasksLost: number;
}

/** The service is to end, or has ended (collection `framework`, key `uninstall`). */
export interface UninstallRecord {
  readonly version: 1;
  readonly since: EpochMs;
  /** Nothing is left of it in Mesos, and of its records this one alone. */
  readonly doneAt?: EpochMs;
}

export interface FormerFramework extends FrameworkRemoval {
  readonly frameworkId: FrameworkId;
}

export type Collection = 'framework' | 'tasks' | 'clusters' | 'jars' | 'settings' | 'places' | 'configurations';

export type RecordWrite =
  | { readonly kind: 'put'; readonly collection: Collection; readonly key: string; readonly value: unknown }
  | { readonly kind: 'delete'; readonly collection: Collection; readonly key: string };

/** The core's records as loaded at start. */
export interface SchedulerRecords {
  readonly framework?: FrameworkRecord;
  readonly tasks: readonly TaskRecord[];
  readonly places?: readonly PlaceRecord[];
  readonly uninstall?: UninstallRecord;
}
