/** Everything that can happen to the core. The shell stamps the time; nothing else enters. */
import type { EpochMs } from '../../lib/brand.ts';
import type { TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { SchedulerCall, SchedulerEvent } from '../../mesos-api-client/protocol/scheduler.ts';
import type { ConnectionProblem, MasterAddress, SubscriptionId } from './master.ts';
import type { GroupName, TaskSpec } from './task.ts';
import type { Timer } from './timer.ts';

export type Command =
  /** The service is to end: whoever plans ends its groups, and the framework goes when nothing of it is left. */
  | { readonly kind: 'uninstall' }
  /** Ask for a task. A known task id is ignored: the command can be repeated. */
  | { readonly kind: 'launch'; readonly task: TaskSpec }
  /** End a task: withdrawn if it still waits, killed with escalation otherwise. An unknown or ended one is ignored. */
  | { readonly kind: 'kill'; readonly taskId: TaskId; readonly reason: string }
  /** Give up the place that is kept by a task, once it has ended: its successor goes anywhere. */
  | { readonly kind: 'give-up-place'; readonly taskId: TaskId }
  /** Forget what is kept of the ended tasks of a group. */
  | { readonly kind: 'forget'; readonly group: GroupName };

export type Input = { readonly at: EpochMs } & (
  | { readonly kind: 'leadership'; readonly leading: boolean }
  /** The masters to try, the leading one first where that is known; empty when there is none at present. */
  | { readonly kind: 'masters'; readonly masters: readonly MasterAddress[]; readonly why?: string }
  | {
      readonly kind: 'connection';
      readonly subscription: SubscriptionId;
      readonly change:
        | { readonly kind: 'redirected'; readonly to: MasterAddress }
        /** The stream is open and has its Mesos-Stream-Id; SUBSCRIBED follows as an event. */
        | { readonly kind: 'opened'; readonly master: MasterAddress }
        | { readonly kind: 'failed'; readonly problem: ConnectionProblem };
    }
  | { readonly kind: 'mesos'; readonly subscription: SubscriptionId; readonly event: SchedulerEvent }
  | {
      readonly kind: 'call-failed';
      readonly subscription: SubscriptionId;
      readonly call: SchedulerCall;
      readonly problem: ConnectionProblem;
    }
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'timer'; readonly timer: Timer }
);
