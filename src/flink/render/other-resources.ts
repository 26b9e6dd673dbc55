/** Scalars besides cpus, memory and disk, and named sets, that a specification asks for: how they get to the task, and which are impossible. */
import type { TaskResources } from '../../scheduler/model/task.ts';
import type { NamedSets, OtherResources } from '../resource-spec.ts';
import type { CompleteClusterSpec } from '../spec.ts';

export function othersOf({ resources, sets }: Wanted): Pick<TaskResources, 'others' | 'sets'> {
  return { ...(resources && { others: resources }), ...(sets && { sets }) };
}

interface Wanted {
  readonly resources?: OtherResources;
  readonly sets?: NamedSets;
}

const elsewhere: Readonly<Record<string, string>> = {
  cpus: 'it stands in cpus',
  mem: 'it stands in memoryMiB',
  disk: 'it stands in diskMiB',
  ports: 'they stand in ports',
};

export function judgeResources(spec: CompleteClusterSpec): string[] {
  return (['jobManager', 'taskManager'] as const).flatMap((part) =>
    Object.entries(spec[part].resources ?? {}).flatMap(([name, amount]) => {
      const half = name === 'gpus' && !Number.isInteger(amount);
      const why = elsewhere[name] ?? (half ? 'Mesos gives whole ones only' : undefined);
      return why === undefined ? [] : [`${part}.resources.${name}: ${why}`];
    }),
  );
}
