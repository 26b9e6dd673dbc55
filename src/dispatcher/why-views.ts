/** Offers, agents and reasons as the outside sees them: ISO times, and clusters where the core speaks of groups. */
import type { AgentView, Amount, OfferOutcome, OfferRound, WhyView } from '../scheduler/model/offer-views.ts';
import type { AgentDomain } from '../scheduler/model/placement.ts';
import { iso } from './views.ts';

export interface OfferRoundView {
  readonly number: number;
  readonly at: string;
  /** Tasks that waited when it came. */
  readonly waiting: number;
  readonly offers: readonly {
    readonly offerId: string;
    readonly agentId: string;
    readonly hostname: string;
    readonly role: string;
    readonly resources: Amount;
    readonly outcome: OfferOutcome;
    readonly at: string;
    readonly why?: string;
    readonly heldUntil?: string;
    readonly tasks?: readonly string[];
    readonly refuseMs?: number;
  }[];
  /** The offers of a large round that are counted only. */
  readonly unlisted: Readonly<Partial<Record<OfferOutcome, number>>>;
}

export interface MesosAgentView {
  readonly agentId: string;
  readonly hostname: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly domain?: AgentDomain;
  readonly leaving?: { readonly from: string; readonly forMs?: number };
  readonly offered: readonly { readonly role: string; readonly at: string; readonly resources: Amount }[];
  readonly tasks: readonly { readonly id: string; readonly cluster: string; readonly part: string }[];
  readonly ours: Amount;
  /** As the master says: all it has, what is free (offered or not), what others hold, and whether it is in use. */
  readonly total?: Amount;
  readonly free?: Amount;
  readonly others?: Amount;
  /** `absent`: offers or tasks of ours name it, but the master has no such agent connected. */
  readonly state?: 'active' | 'inactive' | 'deactivated' | 'draining' | 'drained' | 'absent';
  /** What is reserved there for the next TaskManager of a cluster. */
  readonly places: readonly {
    readonly id: string;
    readonly cluster: string;
    readonly task: string;
    readonly resources: Amount;
    readonly releasing?: string;
  }[];
}

export interface TaskWhyView {
  readonly task: string;
  readonly cluster: string;
  readonly part: string;
  readonly role: string;
  readonly requestedAt: string;
  readonly wanted: Amount;
  readonly state: WhyView['state'];
  readonly why: string;
  readonly lastOfferAt?: string;
  readonly agents: WhyView['agents'];
  readonly ruledOut: WhyView['ruledOut'];
}

export function roundView({ at, offers, ...round }: OfferRound): OfferRoundView {
  return {
    ...round,
    at: iso(at),
    offers: offers.map(({ at: settledAt, heldUntil, ...offer }) => ({
      ...offer,
      at: iso(settledAt),
      ...(heldUntil !== undefined && { heldUntil: iso(heldUntil) }),
    })),
  };
}

export function agentView({ leaving, offered, tasks, places, ...agent }: AgentView): MesosAgentView {
  return {
    ...agent,
    ...(leaving && { leaving: { ...leaving, from: iso(leaving.from) } }),
    offered: offered.map((each) => ({ ...each, at: iso(each.at) })),
    tasks: tasks.map(({ taskId, group, part }) => ({ id: taskId, cluster: group, part })),
    places: places.map(({ group, taskId, ...place }) => ({ ...place, cluster: group, task: taskId })),
  };
}

export function whyView({ taskId, group, requestedAt, lastOfferAt, ...why }: WhyView): TaskWhyView {
  return {
    ...why,
    task: taskId,
    cluster: group,
    requestedAt: iso(requestedAt),
    ...(lastOfferAt !== undefined && { lastOfferAt: iso(lastOfferAt) }),
  };
}
