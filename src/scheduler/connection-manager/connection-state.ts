/** Where the connection to the masters stands, what can happen to it, and what is to be done about it. */
import type { EpochMs } from '../../lib/brand.ts';
import type { FrameworkId } from '../../mesos-api-client/protocol/ids.ts';
import type { Stop } from '../model/frame.ts';
import type { ConnectionProblem, MasterAddress, SubscriptionId } from '../model/master.ts';

export type ConnectionState =
  | { readonly kind: 'standby' }
  | { readonly kind: 'searching'; readonly since: EpochMs }
  | {
      readonly kind: 'connecting';
      readonly master: MasterAddress;
      readonly subscription: SubscriptionId;
      readonly redirects: number;
      readonly since: EpochMs;
    }
  | {
      readonly kind: 'waiting';
      readonly problem: ConnectionProblem;
      readonly retryAt: EpochMs;
      readonly since: EpochMs;
    }
  | {
      readonly kind: 'subscribed';
      readonly master: MasterAddress;
      readonly subscription: SubscriptionId;
      readonly frameworkId: FrameworkId;
      readonly silenceMs: number;
      readonly since: EpochMs;
    }
  | {
      readonly kind: 'stopped';
      readonly message: string;
      readonly since: EpochMs;
      /** The master knows no framework of ours any more. */
      readonly removed?: boolean;
    };

export interface Connection {
  readonly state: ConnectionState;
  readonly masters: readonly MasterAddress[];
  /** Which of them is tried next. */
  readonly cursor: number;
  /** Attempts since the last stable subscription. */
  readonly attempt: number;
  /** Number of the newest subscription. */
  readonly newest: SubscriptionId;
  readonly frameworkId?: FrameworkId;
  /** Whether a removed framework is followed by a new one. */
  readonly startAnew?: boolean;
  /** The framework is to end, and no other one follows. */
  readonly uninstalling?: boolean;
  /** What became of the newest attempt that failed; until the next subscription. */
  readonly problem?: ConnectionProblem;
  /** Why there are no masters, in the words of whoever looks for them. */
  readonly whyNoMasters?: string;
}

export type ConnectionEvent =
  | { readonly kind: 'leadership'; readonly leading: boolean }
  | { readonly kind: 'masters'; readonly masters: readonly MasterAddress[]; readonly why?: string }
  | { readonly kind: 'redirected'; readonly subscription: SubscriptionId; readonly to: MasterAddress }
  | { readonly kind: 'opened'; readonly subscription: SubscriptionId }
  | { readonly kind: 'failed'; readonly subscription: SubscriptionId; readonly problem: ConnectionProblem }
  | { readonly kind: 'call-failed'; readonly subscription: SubscriptionId; readonly problem: ConnectionProblem }
  | {
      readonly kind: 'subscribed';
      readonly subscription: SubscriptionId;
      readonly frameworkId: FrameworkId;
      readonly heartbeatSeconds?: number;
    }
  | { readonly kind: 'error'; readonly subscription: SubscriptionId; readonly message: string }
  /** The service is to end with its framework. */
  | { readonly kind: 'uninstall' }
  /** The subscribe timer. */
  | { readonly kind: 'retry' }
  /** Nothing came for as long as was allowed. */
  | { readonly kind: 'silent' };

export type ConnectionEffect =
  | { readonly kind: 'subscribe'; readonly master: MasterAddress; readonly subscription: SubscriptionId }
  | { readonly kind: 'unsubscribe'; readonly subscription: SubscriptionId; readonly reason: string }
  | { readonly kind: 'retry-at'; readonly at: EpochMs }
  | { readonly kind: 'no-retry' }
  /** Watch for silence from now on, for so long. */
  | { readonly kind: 'watch'; readonly forMs: number }
  | { readonly kind: 'no-watch' }
  | { readonly kind: 'searching' }
  | { readonly kind: 'lost'; readonly problem: ConnectionProblem; readonly retryInMs: number }
  | { readonly kind: 'subscribed'; readonly first: boolean }
  /** The id is void, and so is every task. */
  | { readonly kind: 'removed'; readonly frameworkId: FrameworkId; readonly message: string }
  | { readonly kind: 'stop'; readonly stop: Stop };

/** 'ignored' for what comes from an older subscription, or too late. */
export interface ConnectionStep {
  readonly outcome: 'changed' | 'ignored';
  readonly connection: Connection;
  readonly effects: readonly ConnectionEffect[];
  readonly why?: string;
}
