/** Offers, agents and reasons as the outside sees them: ISO times, and clusters where the core speaks of groups. */
import type { Brand } from '../lib/brand.ts';
import type { RoleQuota } from '../runtime/role-quotas.ts';
import type { AgentView, Amount, OfferRound, WhyView } from '../scheduler/model/offer-views.ts';
import { iso } from './views.ts';

export type OfferRoundView = Shown<OfferRound>;

export type MesosAgentView = Shown<Omit<AgentView, 'tasks' | 'places'>> & {
  readonly tasks: readonly { readonly id: string; readonly cluster: string; readonly part: string }[];
  /** As the master says: all it has, what is free (offered or not), what others hold, and whether it is in use. */
  readonly total?: Amount;
  readonly free?: Amount;
  readonly others?: Amount;
  /** `absent`: offers or tasks of ours name it, but the master has no such agent connected. */
  readonly state?: 'active' | 'inactive' | 'deactivated' | 'draining' | 'drained' | 'absent';
  /** What is reserved there for the next TaskManager of a cluster. */
  readonly places: readonly (OfCluster & Shown<Omit<AgentView['places'][number], 'group' | 'taskId'>>)[];
};

export type TaskWhyView = OfCluster &
  Shown<Omit<WhyView, 'group' | 'taskId' | 'state'>> & {
    /** `quota`: its role may not have so much. */
    readonly state: WhyView['state'] | 'quota';
    /** Of its role or the one above it, where that has one. */
    readonly quota?: RoleQuota;
    /** Why the master's quotas are not known. */
    readonly quotaUnknown?: string;
  };

interface OfCluster {
  readonly cluster: string;
  readonly task: string;
}

type Moment = 'at' | 'from' | 'heldUntil' | 'requestedAt' | 'lastOfferAt' | 'noOfferSince';

/** What the core says, with its ids as plain text and its moments in ISO form. */
type Shown<Said> =
  Said extends Brand<string, string>
    ? string
    : Said extends object
      ? { [Name in keyof Said]: Name extends Moment ? string : Shown<Said[Name]> }
      : Said;

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

export function whyView({ taskId, group, requestedAt, lastOfferAt, noOfferSince, ...why }: WhyView): TaskWhyView {
  return {
    ...why,
    task: taskId,
    cluster: group,
    requestedAt: iso(requestedAt),
    ...(lastOfferAt !== undefined && { lastOfferAt: iso(lastOfferAt) }),
    ...(noOfferSince !== undefined && { noOfferSince: iso(noOfferSince) }),
  };
}
