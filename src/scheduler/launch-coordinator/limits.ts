/**
 * What all tasks of a group together may hold. Requests beyond it wait, whatever is offered, and no offers are wanted for
 * them; the first in the order of the requests are let through.
 */
import { fromThousandths } from '../../lib/thousandths.ts';
import type { GroupName, TaskSpec } from '../model/task.ts';
import { type Amounts, amountsWanted, sumOfAmounts } from './pools.ts';
import { type RunningTasks, sumOf } from './running-tasks.ts';

export class Limits {
  readonly #running: RunningTasks;
  readonly #held = new Map<GroupName, Held>();

  constructor(running: RunningTasks) {
    this.#running = running;
  }

  /** Lets requests of one group through and counts them, all or none; or says in words what forbids it. */
  admit(specs: readonly TaskSpec[]): string | undefined {
    const [first] = specs;
    const limit = first?.share?.limit;
    if (first === undefined || limit === undefined) {
      return undefined;
    }
    const held = this.#heldBy(first.group);
    const after = heldBy(
      [held.amounts, ...specs.map(({ resources }) => amountsWanted(resources))],
      held.tasks + specs.length,
    );
    const exceeded = [
      exceeds('cpus', limit.cpus, fromThousandths(after.amounts.cpus), fromThousandths(held.amounts.cpus)),
      exceeds('MiB of memory', limit.memMiB, fromThousandths(after.amounts.mem), fromThousandths(held.amounts.mem)),
      exceeds('tasks', limit.tasks, after.tasks, held.tasks),
    ].filter((words) => words !== undefined);
    if (exceeded.length > 0) {
      return `${first.group} is limited to ${exceeded.join(', and to ')}`;
    }
    this.#held.set(first.group, after);
    return undefined;
  }

  #heldBy(group: GroupName): Held {
    const known = this.#held.get(group);
    if (known !== undefined) {
      return known;
    }
    const tasks = this.#running.ofGroup(group);
    return heldBy([sumOf(tasks)], tasks.length);
  }
}

interface Held {
  readonly amounts: Amounts;
  readonly tasks: number;
}

function heldBy(amounts: readonly Amounts[], tasks: number): Held {
  return { amounts: sumOfAmounts(amounts), tasks };
}

function exceeds(what: string, limit: number | undefined, after: number, held: number): string | undefined {
  return limit !== undefined && after > limit ? `${limit} ${what}, of which it holds ${held}` : undefined;
}
