/**
 * In which order requests are served when there is not enough for all: higher priorities first; within one, always the
 * next request of the group that has the smallest share for its weight (the dominant share of Ghodsi et al., as Mesos counts it among
 * frameworks). What tasks of the group hold already counts; requests of one group keep their order.
 */
import _ from 'lodash';
import type { GroupName, TaskSpec } from '../model/task.ts';
import { type Amounts, amountsWanted } from './pools.ts';
import type { Request } from './request.ts';
import { type RunningTasks, sumOf } from './running-tasks.ts';

/** Of what there is, whoever holds it. */
export type Capacity = Pick<Amounts, 'cpus' | 'mem'>;

export function inFairOrder(
  requests: readonly Request[],
  running: RunningTasks,
  capacity: Capacity,
): readonly Request[] {
  const tiers = _.groupBy(requests, ({ spec }) => spec.share?.priority ?? 0);
  return Object.keys(tiers)
    .map(Number)
    .sort((left, right) => right - left)
    .flatMap((priority) => inTurns(tiers[priority] ?? [], running, capacity));
}

function inTurns(requests: readonly Request[], running: RunningTasks, capacity: Capacity): readonly Request[] {
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
  readonly #capacity: Capacity;
  readonly #weight: number;
  #cpus: number;
  #mem: number;
  #next = 0;

  constructor(group: GroupName, requests: readonly Request[], running: RunningTasks, capacity: Capacity) {
    const held = sumOf(running.ofGroup(group));
    this.#requests = requests;
    this.#capacity = capacity;
    this.#weight = weightOf(requests[0]?.spec);
    this.#cpus = held.cpus;
    this.#mem = held.mem;
  }

  get isEmpty(): boolean {
    return this.#next >= this.#requests.length;
  }

  get share(): number {
    const dominant = Math.max(
      this.#cpus / Math.max(1, this.#capacity.cpus),
      this.#mem / Math.max(1, this.#capacity.mem),
    );
    return dominant / this.#weight;
  }

  take(): Request[] {
    const request = this.#requests[this.#next];
    this.#next += 1;
    if (request === undefined) {
      return [];
    }
    const { cpus, mem } = amountsWanted(request.spec.resources);
    this.#cpus += cpus;
    this.#mem += mem;
    return [request];
  }
}

function weightOf(spec: TaskSpec | undefined): number {
  return spec?.share?.weight ?? 1;
}
