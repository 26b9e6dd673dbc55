/** What the core wants to be woken for. Setting a timer again moves it. */
import type { EpochMs } from '../../lib/brand.ts';
import type { TaskId } from '../../mesos-api-client/protocol/ids.ts';

export type Timer =
  | { readonly kind: 'subscribe' }
  | { readonly kind: 'silence' }
  | { readonly kind: 'match' }
  | { readonly kind: 'revive' }
  | { readonly kind: 'reconcile' }
  | { readonly kind: 'teardown' }
  | { readonly kind: 'announcement' }
  | { readonly kind: 'kill'; readonly taskId: TaskId }
  | { readonly kind: 'launch'; readonly taskId: TaskId }
  | { readonly kind: 'unreachable'; readonly taskId: TaskId };

export type TimerChange =
  | { readonly kind: 'set'; readonly timer: Timer; readonly at: EpochMs }
  | { readonly kind: 'clear'; readonly timer: Timer };

/** Two timers with the same key are the same timer. */
export function timerKey(timer: Timer): string {
  return 'taskId' in timer ? `${timer.kind}:${timer.taskId}` : timer.kind;
}
