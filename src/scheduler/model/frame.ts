/**
 * The answer of the core to one input. The shell carries it out in this order: persist (one transaction), calls,
 * timers, facts. So no task is launched that we would not know of, and no update is acknowledged before its effect is
 * safe.
 */
import type { SchedulerCall, SubscribeCall } from '../../mesos-api-client/protocol/scheduler.ts';
import type { SchedulerFact } from './facts.ts';
import type { MasterAddress, SubscriptionId } from './master.ts';
import type { RecordWrite } from './records.ts';
import type { TimerChange } from './timer.ts';

export type MesosCall =
  /** Open a stream; any older one is closed first. */
  | {
      readonly kind: 'subscribe';
      readonly subscription: SubscriptionId;
      readonly master: MasterAddress;
      readonly call: SubscribeCall;
    }
  | { readonly kind: 'unsubscribe'; readonly subscription: SubscriptionId; readonly reason: string }
  /** Never repeated by the shell: a repeated ACCEPT would fail the tasks that the first one launched. */
  | { readonly kind: 'call'; readonly subscription: SubscriptionId; readonly call: SchedulerCall };

/** Ends the process after the rest of the frame was carried out. */
export interface Stop {
  readonly code: 'MASTER_REFUSED' | 'DEPOSED';
  readonly message: string;
}

export interface Frame {
  readonly persist: readonly RecordWrite[];
  readonly calls: readonly MesosCall[];
  readonly timers: readonly TimerChange[];
  readonly facts: readonly SchedulerFact[];
  readonly stop?: Stop;
}
