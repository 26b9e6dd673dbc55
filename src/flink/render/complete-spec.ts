/** Fills the defaults in: Flink's own sizes where it has some, and small processes otherwise. */
import type { ClusterSpec, CompleteClusterSpec, CompleteHighAvailability, FlinkSource, TaskManagers } from '../spec.ts';

/** 1728 MiB is the size in the configuration that Flink ships: 512 MiB each of heap and managed memory. */
const defaultJobManager = { cpus: 0.5, memoryMiB: 1024, diskMiB: 512 };
const defaultTaskManager = { cpus: 1, memoryMiB: 1728, diskMiB: 1024, slots: 1 };

/** Of an application cluster. */
const asItNeeds: TaskManagers = { mode: 'elastic', min: 0, max: 1000, spare: 0 };

const DEFAULT_PATH = '/flink-mesos-flink';

export interface SpecDefaults {
  readonly version: string;
  readonly source: FlinkSource;
  /** That of the scheduler: with it every cluster is highly available that does not say otherwise. */
  readonly zooKeeper?: { readonly quorum: string; readonly path: string };
}

export function completeSpec(spec: ClusterSpec, defaults: SpecDefaults): CompleteClusterSpec {
  const highAvailability = completeHighAvailability(spec, defaults);
  return {
    name: spec.name,
    flink: spec.flink ?? defaults.source,
    jobManager: { ...defaultJobManager, ...spec.jobManager },
    taskManager: { ...defaultTaskManager, ...spec.taskManager },
    taskManagers: spec.taskManagers ?? (spec.application ? asItNeeds : { mode: 'fixed', count: 1 }),
    ...(spec.application && { application: spec.application }),
    ...(spec.placement && { placement: spec.placement }),
    ...(highAvailability && { highAvailability }),
    ...(spec.processes && { processes: spec.processes }),
    ...(spec.logging && { logging: spec.logging }),
    ...(spec.security && { security: spec.security }),
    configuration: spec.configuration ?? {},
    environment: spec.environment ?? {},
  };
}

/** A quorum that nobody named stays empty, for judgeSpec to refuse. */
function completeHighAvailability(
  { highAvailability }: ClusterSpec,
  { zooKeeper }: SpecDefaults,
): CompleteHighAvailability | undefined {
  if (highAvailability?.mode === 'none') return undefined;
  if (highAvailability === undefined && zooKeeper === undefined) return undefined;
  const {
    quorum = zooKeeper?.quorum ?? '',
    path = zooKeeper?.path ?? DEFAULT_PATH,
    standbys = 0,
  } = highAvailability ?? {};
  return { mode: 'zookeeper', quorum, path, standbys };
}
