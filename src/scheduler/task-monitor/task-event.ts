/** What can happen to one task, what it answers with, and the limits of patience it is judged by. */
import type { EpochMs } from '../../lib/brand.ts';
import type { TaskState } from '../../mesos-api-client/protocol/task-state.ts';
import type { Placement, TaskRecord } from '../model/task.ts';

export type TaskTimer = 'kill' | 'launch' | 'unreachable';

export type TaskEvent =
  /** The intent to launch: recorded before the ACCEPT leaves. */
  | { readonly kind: 'launched'; readonly placement: Placement }
  | {
      readonly kind: 'status';
      readonly state: TaskState;
      readonly reason?: string;
      readonly message?: string;
      /** Of its container, where that has one of its own. */
      readonly address?: string;
    }
  | { readonly kind: 'kill'; readonly reason: string }
  /** A subscription has begun; timers and kills of an older one are void. */
  | { readonly kind: 'connected' }
  | { readonly kind: 'timer'; readonly timer: TaskTimer };

export type TaskEffect =
  | { readonly kind: 'kill'; readonly why: string }
  /** Alive although its record has ended: to be killed until it is terminal. */
  | { readonly kind: 'kill-orphan'; readonly state: TaskState }
  | { readonly kind: 'reconcile' }
  | { readonly kind: 'arm'; readonly timer: TaskTimer; readonly at: EpochMs }
  | { readonly kind: 'disarm'; readonly timer: TaskTimer };

/**
 * 'changed': `record` is another one, to be persisted. 'kept': the same record, with something to do. 'ignored': late,
 * repeated or out of date, which is normal. 'illegal': it contradicts what is known.
 */
export interface TaskStep {
  readonly outcome: 'changed' | 'kept' | 'ignored' | 'illegal';
  readonly record: TaskRecord;
  readonly effects: readonly TaskEffect[];
  readonly why?: string;
}

export interface TaskPolicy {
  readonly unreachableAfterMs: number;
  readonly launchTimeoutMs: number;
  readonly returning?: 'kill' | 'keep';
}
