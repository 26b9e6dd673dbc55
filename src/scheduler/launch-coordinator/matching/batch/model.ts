/**
 * What the batch matcher is given and what it answers. Scalars are whole thousandths, as Mesos counts them; ports are
 * ranges, of which a request asks for a number.
 */
import type { Thousandths } from '../../../../lib/thousandths.ts';
import type { Range } from '../../../../mesos-api-client/protocol/mesos.ts';

export type Scalars = Readonly<Record<string, Thousandths>>;

export interface Agent {
  readonly id: string;
  readonly hostname: string;
  /** What is free, all offers of the agent together: cpus, mem, disk, gpus, … */
  readonly free: Scalars;
  /** What our tasks hold there already: it counts as filled. */
  readonly used?: Scalars;
  readonly ports: readonly Range[];
  readonly attributes?: Readonly<Record<string, string>>;
  /** Groups (see `unique`) of the tasks that run there. */
  readonly groups?: readonly string[];
}

export type Constraint =
  | { readonly kind: 'attribute'; readonly name: string; readonly value: string }
  /** No other task of the group on the same host, or on hosts with the same value of the attribute. */
  | { readonly kind: 'unique'; readonly group: string; readonly attribute?: string };

export interface Request {
  readonly id: string;
  readonly scalars: Scalars;
  readonly ports: number;
  readonly hard?: readonly Constraint[];
  /** Kept where that is possible, on the mean of all of them. */
  readonly soft?: readonly Constraint[];
}

/**
 * - `fitness`: each request in the given order to the agent that is fullest afterwards, by the mean of cpus and memory;
 *   ties go to the lowest host name. This is what Fenzo's cpuMemBinPacker does, exactly.
 * - `tight`: the batch may be sorted; as few cpus of agents in use as possible.
 * - `fewest-agents`: the batch may be sorted; as few agents in use as possible.
 * The last two place as many requests as they can when not all fit, the small ones first.
 */
export type Objective = 'fitness' | 'tight' | 'fewest-agents';

export interface Placement {
  readonly requestId: string;
  readonly agentId: string;
  readonly ports: readonly number[];
}

export interface Matching {
  readonly placements: readonly Placement[];
  /** The ids of those that found no place, in the given order. */
  readonly unplaced: readonly string[];
}
