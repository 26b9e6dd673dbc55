/**
 * In which order requests are served when there is not enough for all: higher priorities first; within one, always the
 * next request of a group that is below its guarantee, and then of the group that has the smallest share for its weight
 * (the dominant share of Ghodsi et al., as Mesos counts it among frameworks). What tasks of the group hold already
 * counts; requests of one group keep their order.
 */
import _ from 'lodash';
import { toThousandths } from '../../lib/thousandths.ts';
import type { GroupName, TaskSpec } from '../model/task.ts';
import { type Amounts, amountsWanted, sumOfAmounts } from './pools.ts';
import type { Request } from './request.ts';
import { type RunningTasks, sumOf } from './running-tasks.ts';

export function inFairOrder(
  requests: readonly Request[],
  running: RunningTasks,
  /** Of what there is, whoever holds it. */
  capacity: Amounts,
): readonly Request[] {
  const tiers = _.groupBy(requests, ({ spec }) => spec.share?.priority ?? 0);
  return Object.keys(tiers)
    .map(Number)
    .sort((left, right) => right - left)
    .flatMap((priority) => inTurns(tiers[priority] ?? [], running, capacity));
}

function inTurns(requests: readonly Request[], running: RunningTasks, capacity: Amounts): readonly Request[] {
  const groups = Map.groupBy(requests, ({ spec }) => spec.group);
  if (groups.size <= 1) {
    return requests;
  }
  const queues = [...groups].map(([group, ofGroup]) => new Queue(group, ofGroup, running, capacity));
  return requests.flatMap(() => firstOf(queues)?.take() ?? []);
}

/** Whose turn it is: those below their guarantee first, and among them the smallest share. */
function firstOf(queues: readonly Queue[]): Queue | undefined {
  let first: Queue | undefined;
  let standing: Standing | undefined;
  for (const queue of queues) {
    const own = queue.standing;
    if (own !== undefined && (standing === undefined || comesBefore(own, standing))) {
      first = queue;
      standing = own;
    }
  }
  return first;
}

interface Standing {
  readonly guaranteed: boolean;
  readonly share: number;
}

function comesBefore(one: Standing, other: Standing): boolean {
  return one.guaranteed === other.guaranteed ? one.share < other.share : one.guaranteed;
}

class Queue {
  readonly #requests: readonly Request[];
  readonly #capacity: Amounts;
  readonly #weight: number;
  /** Those that it had before. */
  readonly #tasks: number;
  #held: Amounts;
  #next = 0;
  #standing: Standing | undefined;

  constructor(group: GroupName, requests: readonly Request[], running: RunningTasks, capacity: Amounts) {
    this.#requests = requests;
    this.#capacity = capacity;
    this.#weight = weightOf(requests[0]?.spec);
    this.#tasks = running.ofGroup(group).length;
    this.#held = sumOf(running.ofGroup(group));
    this.#standing = this.#stand();
  }

  /** Undefined when it has no more requests. */
  get standing(): Standing | undefined {
    return this.#standing;
  }

  #stand(): Standing | undefined {
    const spec = this.#requests[this.#next]?.spec;
    const share = dominantShare(this.#held, this.#capacity) / this.#weight;
    return spec && { guaranteed: this.#isGuaranteed(spec), share };
  }

  #isGuaranteed({ resources, share }: TaskSpec): boolean {
    const guarantee = share?.guarantee;
    if (guarantee === undefined) {
      return false;
    }
    const { cpus, mem } = sumOfAmounts([this.#held, amountsWanted(resources)]);
    return (
      cpus <= toThousandths(guarantee.cpus ?? Number.POSITIVE_INFINITY) &&
      mem <= toThousandths(guarantee.memMiB ?? Number.POSITIVE_INFINITY) &&
      this.#tasks + this.#next + 1 <= (guarantee.tasks ?? Number.POSITIVE_INFINITY)
    );
  }

  take(): Request[] {
    const request = this.#requests[this.#next];
    this.#next += 1;
    if (request === undefined) {
      return [];
    }
    this.#held = sumOfAmounts([this.#held, amountsWanted(request.spec.resources)]);
    this.#standing = this.#stand();
    return [request];
  }
}

function dominantShare(held: Amounts, all: Amounts): number {
  let share = Math.max(
    held.cpus / Math.max(1, all.cpus),
    held.mem / Math.max(1, all.mem),
    held.disk / Math.max(1, all.disk),
  );
  for (const name in held.others) {
    share = Math.max(share, (held.others[name] ?? 0) / Math.max(1, all.others[name] ?? 0));
  }
  return share;
}

function weightOf(spec: TaskSpec | undefined): number {
  return spec?.share?.weight ?? 1;
}
