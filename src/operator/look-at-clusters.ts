/** Every cluster with its pods, as it is when somebody asks. What is remembered of one, the numbers of its pods, goes with it. */
import type { ClusterName, ClusterRecord } from '../flink/plan/records.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { ClusterPods } from './plans.ts';
import { type ClusterLook, PodNumbers, podsOf } from './pods.ts';

export function lookAtClusters(runtime: Runtime): () => readonly ClusterPods[] {
  let numbers: ReadonlyMap<ClusterName, PodNumbers> = new Map();
  return () => {
    const before = numbers;
    const clusters = runtime
      .clusters()
      .map((record) => ({ record, given: before.get(record.name) ?? new PodNumbers() }));
    numbers = new Map(clusters.map(({ record, given }) => [record.name, given]));
    return clusters.map(({ record, given }) => {
      const look = lookAt(runtime, record);
      return { look, pods: podsOf(look, given) };
    });
  };
}

function lookAt(runtime: Runtime, record: ClusterRecord): ClusterLook {
  const { name } = record;
  return {
    record,
    status: runtime.clusterStatus(name),
    observation: runtime.observation(name),
    tasks: runtime.tasksOf(name),
    whyWaiting: ({ spec }) => runtime.whyWaiting(spec.taskId),
  };
}
