/**
 * What the matcher is given and what it answers. It knows of agents, scalars, ports, groups and constraints; not of
 * offers, roles or Flink. Scalars are whole thousandths, as Mesos counts them; ports are ranges, of which a request asks
 * for a number.
 */
import type { Thousandths } from '../../../lib/thousandths.ts';
import type { Range } from '../../../mesos-api-client/protocol/mesos.ts';
import type { Constraint } from './constraint.ts';
import type { Located } from './field.ts';
import type { Fitness } from './fitness.ts';
import type { SetsOfAgent, SetWish } from './named-sets.ts';

export type Scalars = Readonly<Record<string, Thousandths>>;

export interface Agent extends Located {
  /** What is free, all offers of the agent together: cpus, mem, disk, gpus, … Nothing, if only its tasks matter. */
  readonly free: Scalars;
  /** What our tasks hold there already: it counts as filled. */
  readonly used?: Scalars;
  readonly ports: readonly Range[];
  /** The groups of the tasks that run there: each group as often as it has tasks. */
  readonly groups?: readonly string[];
  /** A task that is to be alone runs there. */
  readonly exclusive?: boolean;
  /** Named sets of resources, by name. Where an agent has some, all its tasks use one set of each name. */
  readonly sets?: Readonly<Record<string, SetsOfAgent>>;
}

export interface Request {
  readonly id: string;
  readonly scalars: Scalars;
  readonly ports: number;
  /** Constraints count tasks by their groups. */
  readonly groups?: readonly string[];
  readonly hard?: readonly Constraint[];
  /** Kept where that is possible, on the mean of all of them. */
  readonly soft?: readonly Constraint[];
  /** What makes an agent the better one for it; default: what is given for all. Whole batches have other aims. */
  readonly fitness?: Fitness;
  /** On an agent without any other task of ours, and none comes there beside it. */
  readonly exclusive?: boolean;
  /** Of named sets of resources, by name. */
  readonly sets?: Readonly<Record<string, SetWish>>;
  /** All requests of a batch that say the same are placed, or none of them. */
  readonly together?: string;
}

/**
 * - `fitness`: each request in the given order to the agent that is best by the fitness given; ties go to the lowest host
 *   name. By default this is what Fenzo's cpuMemBinPacker does, exactly.
 * - `tight`: the batch may be sorted; as few cpus of agents in use as possible.
 * - `fewest-agents`: the batch may be sorted; as few agents in use as possible.
 * The last two place as many requests as they can when not all fit, the small ones first.
 */
export type Objective = 'fitness' | 'tight' | 'fewest-agents';

export interface Placement {
  readonly requestId: string;
  readonly agentId: string;
  readonly ports: readonly number[];
  /** Which set of each name it uses, where the agent has any. */
  readonly sets?: Readonly<Record<string, number>>;
}

export interface Matching {
  readonly placements: readonly Placement[];
  /** The ids of those that found no place, in the given order. */
  readonly unplaced: readonly string[];
}
