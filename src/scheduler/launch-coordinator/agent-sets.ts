/**
 * The named sets of resources of an agent, as it states them for Fenzo: the text attribute `res` with
 * `ResourceSet-<name>-<sets>-<sub-resources of each>`; and what tasks of ours use of them.
 */
import type { TaskSpec } from '../model/task.ts';
import { NamedSets, type SetsOfAgent } from './matching/index.ts';
import type { Place } from './place.ts';
import type { RunningTask } from './running-tasks.ts';

export function setsAt(
  { attributes }: Pick<Place, 'attributes'>,
  tasks: readonly RunningTask[],
): Readonly<Record<string, SetsOfAgent>> | undefined {
  const [, name = '', sets, each] = /^ResourceSet-(.+)-(\d{1,4})-(\d{1,6})$/.exec(attributes.res ?? '') ?? [];
  if (sets === undefined) {
    return undefined;
  }
  const used = tasks.flatMap((task) => {
    const set = task.sets?.[name];
    const { value, amount } = task.spec.resources.sets?.[name] ?? { value: '', amount: 0 };
    return set === undefined ? [] : [{ set, value, amount }];
  });
  return { [name]: { sets: Number(sets), each: Number(each), used } };
}

/** Which sets a task would use there; undefined if there is none for it. */
export function chooseSets(
  { resources }: TaskSpec,
  place: Place,
  tasks: readonly RunningTask[],
): Readonly<Record<string, number>> | undefined {
  const there = new NamedSets(setsAt(place, tasks) ?? {});
  const wishes = resources.sets ?? {};
  return there.hasRoom(wishes) ? there.take(wishes) : undefined;
}
