/** Tasks that are launched together or not at all: those of a group that wait at the same time and name the same band. */
import type { TaskSpec } from '../model/task.ts';

/** Undefined for a task that goes by itself. */
export function bandOf({ group, together }: TaskSpec): string | undefined {
  return together === undefined ? undefined : `${together} of ${group}`;
}

/** Those that go together as one, in the order of the first of each. */
export function inBands<Item>(items: readonly Item[], specOf: (item: Item) => TaskSpec): readonly (readonly Item[])[] {
  return [
    ...Map.groupBy(items, (item) => {
      const spec = specOf(item);
      return bandOf(spec) ?? spec.taskId;
    }).values(),
  ];
}
