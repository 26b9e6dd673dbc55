/**
 * Sorts what the store holds into the parts that own it. Every record says which version of its shape it has; one that
 * is unknown here was written by a newer flink-mesos or is damaged: nothing is started on a guess.
 */
import _ from 'lodash';
import type { ClusterRecord, JarRecord } from '../flink/plan/records.ts';
import type { EpochMs } from '../lib/brand.ts';
import { Problem } from '../lib/problem.ts';
import type { PlaceRecord } from '../scheduler/model/kept-place.ts';
import type { FrameworkRecord, SchedulerRecords, UninstallRecord } from '../scheduler/model/records.ts';
import type { TaskRecord } from '../scheduler/model/task.ts';
import type { SharedPart } from '../store/shared-parts.ts';
import type { Store, StoredRecord } from '../store/store.ts';
import { newestShape } from './record-versions.ts';

/** What the service was told to be at some time: every option that bears on what runs (collection `configurations`). */
export interface ConfigurationRecord {
  readonly version: 1;
  readonly id: string;
  readonly at: EpochMs;
  readonly options: Readonly<Record<string, string>>;
}

export interface LoadedRecords {
  readonly scheduler: SchedulerRecords;
  readonly clusters: readonly ClusterRecord[];
  readonly jars: readonly JarRecord[];
  readonly settings: ReadonlyMap<string, unknown>;
  readonly configurations: readonly ConfigurationRecord[];
}

/** Ten thousand TaskManagers of a cluster run the same thing, which is most of what is written down of them. */
export const processesOfTasks: SharedPart = {
  collection: 'tasks',
  of: 'spec',
  member: 'process',
  into: 'processes',
};

export async function loadRecords(store: Store): Promise<LoadedRecords> {
  const collections = _.groupBy(await store.load(), (record) => record.collection);
  const {
    framework = [],
    tasks = [],
    clusters = [],
    jars = [],
    settings = [],
    places = [],
    configurations = [],
    ...others
  } = collections;
  const unknown = Object.keys(others);
  if (unknown.length > 0) throw corrupt(`the store holds collections that are unknown here: ${unknown.join(', ')}`);
  const [ending, ids] = _.partition(framework, ({ key }) => key === 'uninstall');
  const own = ids.map((record) => versioned<FrameworkRecord>(record, ['frameworkId']))[0];
  const uninstall = ending.map((record) => versioned<UninstallRecord>(record, ['since']))[0];
  return {
    scheduler: {
      ...(own && { framework: own }),
      ...(uninstall && { uninstall }),
      ...(places.length > 0 && {
        places: places.map((record) => versioned<PlaceRecord>(record, ['group', 'agentId', 'resources', 'goal'])),
      }),
      tasks: sharing(tasks.map((record) => versioned<TaskRecord>(record, ['spec', 'goal', 'life']))),
    },
    clusters: clusters.map((record) =>
      versioned<ClusterRecord>(record, ['name', 'incarnation', 'spec', 'distribution', 'configuration', 'jobs']),
    ),
    jars: jars.map((record) => versioned<JarRecord>(record, ['id', 'artifact'])),
    configurations: configurations.map((record) => versioned<ConfigurationRecord>(record, ['id', 'at', 'options'])),
    settings: new Map(settings.map((record) => [record.key, record.value])),
  };
}

function versioned<Known extends { readonly version: 1 }>(
  record: StoredRecord,
  needed: readonly (keyof Known)[],
): Known {
  const known = newestShape(record) as unknown as Known;
  const missing = needed.filter((member) => known[member] === undefined);
  if (missing.length > 0) throw corrupt(`record ${record.key} of ${record.collection} lacks ${missing.join(', ')}`);
  return known;
}

/** All TaskManagers of a cluster run the same thing: held once, ten thousand of them take a third of the memory. */
function sharing(tasks: readonly TaskRecord[]): readonly TaskRecord[] {
  const seen = new Map<string, TaskRecord['spec']>();
  return tasks.map((task) => {
    const { spec } = task;
    const kind = `${spec.group}/${spec.part}`;
    const before = seen.get(kind);
    if (
      before !== undefined &&
      _.isEqual(before.process, spec.process) &&
      _.isEqual(before.resources, spec.resources)
    ) {
      const { process, resources, group, part, name } = before;
      return {
        ...task,
        spec: { ...spec, process, resources, group, part, name: spec.name === name ? name : spec.name },
      };
    }
    seen.set(kind, spec);
    return task;
  });
}

function corrupt(message: string): Problem {
  return new Problem('STORE_CORRUPT', message);
}
