/** Fills the defaults in: Flink's own sizes where it has some, and small processes otherwise. */
import type { ClusterSpec, CompleteClusterSpec, FlinkSource } from '../spec.ts';

/** 1728 MiB is the size in the configuration that Flink ships: 512 MiB each of heap and managed memory. */
const defaultJobManager = { cpus: 0.5, memoryMiB: 1024, diskMiB: 512 };
const defaultTaskManager = { cpus: 1, memoryMiB: 1728, diskMiB: 1024, slots: 1 };

export function completeSpec(
  spec: ClusterSpec,
  defaults: { readonly version: string; readonly source: FlinkSource },
): CompleteClusterSpec {
  return {
    name: spec.name,
    flink: spec.flink ?? defaults.source,
    jobManager: { ...defaultJobManager, ...spec.jobManager },
    taskManager: { ...defaultTaskManager, ...spec.taskManager },
    taskManagers: spec.taskManagers ?? { mode: 'fixed', count: 1 },
    ...(spec.placement && { placement: spec.placement }),
    configuration: spec.configuration ?? {},
    environment: spec.environment ?? {},
  };
}
