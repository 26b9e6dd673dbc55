/**
 * What all tasks of a group together may hold. Requests beyond it wait, whatever is offered, and no offers are wanted for
 * them; the first in the order of the requests are let through.
 */
import { fromThousandths } from '../../lib/thousandths.ts';
import type { GroupName, TaskSpec } from '../model/task.ts';
import { amountsWanted } from './pools.ts';
import { type RunningTasks, sumOf } from './running-tasks.ts';

interface Held {
  cpus: number;
  mem: number;
  tasks: number;
}

export class Limits {
  readonly #running: RunningTasks;
  readonly #held = new Map<GroupName, Held>();

  constructor(running: RunningTasks) {
    this.#running = running;
  }

  /** Lets a request through and counts it, or says in words what forbids it. */
  admit(spec: TaskSpec): string | undefined {
    const limit = spec.share?.limit;
    if (limit === undefined) {
      return undefined;
    }
    const held = this.#heldBy(spec.group);
    const { cpus, mem } = amountsWanted(spec.resources);
    const after = { cpus: held.cpus + cpus, mem: held.mem + mem, tasks: held.tasks + 1 };
    const exceeded = [
      exceeds('cpus', limit.cpus, after.cpus / 1000, fromThousandths(held.cpus)),
      exceeds('MiB of memory', limit.memMiB, after.mem / 1000, fromThousandths(held.mem)),
      exceeds('tasks', limit.tasks, after.tasks, held.tasks),
    ].filter((words) => words !== undefined);
    if (exceeded.length > 0) {
      return `${spec.group} is limited to ${exceeded.join(', and to ')}`;
    }
    Object.assign(held, after);
    return undefined;
  }

  #heldBy(group: GroupName): Held {
    const known = this.#held.get(group);
    if (known !== undefined) {
      return known;
    }
    const tasks = this.#running.ofGroup(group);
    const { cpus, mem } = sumOf(tasks);
    const held = { cpus, mem, tasks: tasks.length };
    this.#held.set(group, held);
    return held;
  }
}

function exceeds(what: string, limit: number | undefined, after: number, held: number): string | undefined {
  return limit !== undefined && after > limit ? `${limit} ${what}, of which it holds ${held}` : undefined;
}
