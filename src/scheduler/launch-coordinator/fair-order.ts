/**
 * In which order requests are served when there is not enough for all: higher priorities first; within one, always the
 * next request of the group that has the smallest share for its weight (the dominant share of Ghodsi et al., as Mesos counts it among
 * frameworks). What tasks of the group hold already counts; requests of one group keep their order.
 */
import _ from 'lodash';
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
  const ordered: Request[] = [];
  while (ordered.length < requests.length) {
    const next = _.minBy(
      queues.filter((queue) => !queue.isEmpty),
      'share',
    );
    ordered.push(...(next?.take() ?? []));
  }
  return ordered;
}

class Queue {
  readonly #requests: readonly Request[];
  readonly #capacity: Amounts;
  readonly #weight: number;
  #held: Amounts;
  #next = 0;

  constructor(group: GroupName, requests: readonly Request[], running: RunningTasks, capacity: Amounts) {
    this.#requests = requests;
    this.#capacity = capacity;
    this.#weight = weightOf(requests[0]?.spec);
    this.#held = sumOf(running.ofGroup(group));
  }

  get isEmpty(): boolean {
    return this.#next >= this.#requests.length;
  }

  get share(): number {
    return dominantShare(this.#held, this.#capacity) / this.#weight;
  }

  take(): Request[] {
    const request = this.#requests[this.#next];
    this.#next += 1;
    if (request === undefined) {
      return [];
    }
    this.#held = sumOfAmounts([this.#held, amountsWanted(request.spec.resources)]);
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
