/**
 * What can be asked of the launch coordinator at any moment: the last rounds of offers and what became of each, the
 * agents as the offers showed them, and for each task that waits why it does, with numbers.
 */
import type { EpochMs } from '../../lib/brand.ts';
import type { AgentId, OfferId, TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { PlaceId } from './kept-place.ts';
import type { AgentDomain } from './placement.ts';
import type { GroupName } from './task.ts';

export interface Amount {
  readonly cpus: number;
  readonly memMiB: number;
  readonly diskMiB: number;
  readonly ports: number;
  /** Other scalars by name, where there are any: gpus, … */
  readonly others?: Readonly<Record<string, number>>;
}

/** `held`: somebody has a reason to wait with it, and not for long. The last two: taken back by the master, or void since a break. */
export type OfferOutcome = 'held' | 'accepted' | 'declined' | 'rescinded' | 'lost';

export interface OfferView {
  readonly offerId: OfferId;
  readonly agentId: AgentId;
  readonly hostname: string;
  readonly role: string;
  readonly resources: Amount;
  readonly outcome: OfferOutcome;
  /** Of the outcome, but for rescinded and lost ones. */
  readonly why?: string;
  /** When it was settled; until when it may be held at most, where it is. */
  readonly at: EpochMs;
  readonly heldUntil?: EpochMs;
  /** Launched on it. */
  readonly tasks?: readonly TaskId[];
  readonly refuseMs?: number;
}

/** What came in one event of the master. */
export interface OfferRound {
  readonly number: number;
  readonly at: EpochMs;
  /** Tasks that waited when it came. */
  readonly waiting: number;
  readonly offers: readonly OfferView[];
  /** Offers beyond the first ones of a large round, by outcome: counted, not listed. */
  readonly unlisted: Readonly<Partial<Record<OfferOutcome, number>>>;
}

export interface AgentView {
  readonly agentId: AgentId;
  readonly hostname: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly domain?: AgentDomain;
  /** It is to be taken away for maintenance. */
  readonly leaving?: { readonly from: EpochMs; readonly forMs?: number };
  /** What was left of its last offer after what we took, by role. */
  readonly offered: readonly { readonly role: string; readonly at: EpochMs; readonly resources: Amount }[];
  readonly tasks: readonly { readonly taskId: TaskId; readonly group: GroupName; readonly part: string }[];
  /** What they hold. */
  readonly ours: Amount;
  /** What is reserved there for groups, whether a task has it or not. */
  readonly places: readonly {
    readonly id: PlaceId;
    readonly group: GroupName;
    readonly taskId: TaskId;
    readonly resources: Amount;
    /** Why it is given up, where it is. */
    readonly releasing?: string;
  }[];
}

/** One reason, and how many of the known agents are ruled out by it. An agent may lack several things. */
export interface RuledOut {
  readonly reason:
    | 'cpus'
    | 'memory'
    | 'disk'
    | 'ports'
    /** Another scalar: `what` names it. */
    | 'scalar'
    | 'constraint'
    | 'other-group'
    | 'exclusive'
    /** No named set of resources is free. */
    | 'set'
    | 'leaving'
    | 'role';
  /** In words; names the constraint or the group. */
  readonly what: string;
  readonly agents: number;
  readonly wanted?: number;
  /** The most that one of them had when it was last offered. */
  readonly best?: number;
  readonly bestAgent?: AgentId;
}

export interface WhyView {
  readonly taskId: TaskId;
  readonly group: GroupName;
  readonly part: string;
  readonly role: string;
  readonly requestedAt: EpochMs;
  readonly wanted: Amount;
  /** What keeps it at this moment; the first that applies. */
  readonly state:
    | 'no-master'
    | 'reconciling'
    | 'limit'
    | 'old-agent'
    /** There was room for some of those that are to start together, not for all. */
    | 'together'
    | 'no-offers'
    | 'none-fits'
    /** An agent had room when it was last offered: the next offer is waited for. */
    | 'next-offer';
  /** The same in a sentence, with the numbers. */
  readonly why: string;
  /** Of the role. */
  readonly lastOfferAt?: EpochMs;
  /** The same, or when the subscription began if none has come since; absent without a master. */
  readonly noOfferSince?: EpochMs;
  readonly agents: { readonly known: number; readonly fitting: number };
  readonly ruledOut: readonly RuledOut[];
}
