/**
 * Where a task may run, and how its group stands beside others: constraints in Marathon's words, distance to other
 * groups, the role whose resources it takes, priority, weight and limits. All of it is optional, and a task that says nothing goes
 * anywhere.
 */
import type { GroupName } from './task.ts';

/**
 * Marathon's operators (its page on constraints). What they count are the tasks of the same group that play the same part.
 * LIKE and UNLIKE match the whole value. Two of our own, about the group that the value names: NEAR, on a value of the
 * field where tasks of it are; APART, on one where none is.
 */
export const placementOperators = [
  'UNIQUE',
  'CLUSTER',
  'GROUP_BY',
  'LIKE',
  'UNLIKE',
  'MAX_PER',
  'IS',
  'IS_NOT',
  'NEAR',
  'APART',
] as const;

export type PlacementOperator = (typeof placementOperators)[number];

export interface PlacementConstraint {
  /** `hostname`, `@agent` (its id), `@region`, `@zone`, or the name of an attribute of the agents. */
  readonly field: string;
  readonly operator: PlacementOperator;
  readonly value?: string;
}

/** Among the agents that have room: the fullest, the emptiest, or the best by several measures. */
export type PlacementFitness = 'pack' | 'spread' | FitnessMix;

export interface FitnessMix {
  readonly parts: readonly FitnessPart[];
  /** From 0 to 1: the first agent with that mean is taken, and no better one looked for. */
  readonly goodEnough?: number;
}

/** `weight`: beside the others; default 1. */
export type FitnessPart = { readonly weight?: number } & (
  | {
      /** How full, or empty, the agent would be. */
      readonly by: 'pack' | 'spread';
      /** `memory`, `ports`, or any scalar by its name in offers; default: cpus and memory, half each. */
      readonly of?: string;
    }
  /** Cpus and memory of the agent run out together. */
  | { readonly by: 'least-fragmentation' }
  /** Where a task of the same group and part was before. */
  | { readonly by: 'former-agent' }
  /** Where most tasks of the group are. */
  | { readonly by: 'near'; readonly group: GroupName }
  | { readonly by: 'prefer' | 'avoid'; readonly field: string; readonly value: string }
);

export interface PlacementWish {
  /** An agent that breaks one is none. */
  readonly constraints: readonly PlacementConstraint[];
  /** An agent that breaks one is taken when there is no better one. */
  readonly preferences: readonly PlacementConstraint[];
  /** Not on an agent where tasks of these groups run. */
  readonly awayFrom: readonly GroupName[];
  /** On agents where no task of another group of ours runs, and none comes beside it. */
  readonly exclusive: boolean;
  readonly fitness: PlacementFitness;
}

/** How a group stands beside others when there is not enough for all. The same for all its tasks. */
export interface GroupShare {
  /** A higher one is served first, whatever the lower ones have. */
  readonly priority: number;
  /** Among equals: twice the weight, twice the share. */
  readonly weight: number;
  /** What all tasks of the group together may hold; more waits, whatever is offered. */
  readonly limit?: Holding;
  /** Until it holds this much its requests come before all others of its priority. Nothing is kept free for it. */
  readonly guarantee?: Holding;
}

/** Of what is not named there may be any amount. */
export interface Holding {
  readonly cpus?: number;
  readonly memMiB?: number;
  readonly tasks?: number;
}

/** The fault domain of an agent, where its Mesos knows one. */
export interface AgentDomain {
  readonly region: string;
  readonly zone: string;
}
