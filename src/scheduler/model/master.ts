import type { Brand } from '../../lib/brand.ts';

/** `host:port` of a Mesos master. */
export type MasterAddress = Brand<string, 'MasterAddress'>;

/** Numbers the attempts to subscribe, so that what is still on its way from an older one can be told apart. */
export type SubscriptionId = Brand<number, 'SubscriptionId'>;

/** Why a subscription could not be made, did not last, or a call was not taken; by what can be done about it. */
export interface ConnectionProblem {
  readonly code: /** No connection, reset, time-out: try again, another master perhaps. */
    | 'unreachable'
    /** The master is no leader or still recovers (503, 404): try again. */
    | 'unavailable'
    /** 401. */
    | 'unauthorized'
    /** 403, or 400 for a subscription that the master no longer knows: subscribe again. */
    | 'subscription-lost'
    /** 400 and the like: what we said was wrong; repeating it changes nothing. */
    | 'rejected'
    /** The stream said something that is no RecordIO or no event. */
    | 'protocol'
    /** The master closed the stream, or nothing came on it for too long. */
    | 'closed';
  readonly message: string;
  readonly status?: number;
}
