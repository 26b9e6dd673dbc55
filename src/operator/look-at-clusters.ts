/** Every cluster with its pods, as it is when somebody asks. What is remembered of one, the numbers of its pods, goes with it. */
import type { ClusterName } from '../flink/plan/records.ts';
import { Problem } from '../lib/problem.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { ClusterPods } from './plans.ts';
import { type ClusterLook, PodNumbers, podsOf } from './pods.ts';

export function lookAtClusters(runtime: Runtime): () => readonly ClusterPods[] {
  let numbers: ReadonlyMap<ClusterName, PodNumbers> = new Map();
  return () => {
    const before = numbers;
    numbers = new Map(runtime.clusters().map(({ name }) => [name, before.get(name) ?? new PodNumbers()]));
    return [...numbers].map(([name, given]) => {
      const look = lookAt(runtime, name);
      return { look, pods: podsOf(look, given) };
    });
  };
}

function lookAt(runtime: Runtime, name: ClusterName): ClusterLook {
  const record = runtime.cluster(name);
  if (record === undefined) throw new Problem('NOT_FOUND', `there is no cluster ${name}`);
  return {
    record,
    status: runtime.clusterStatus(name),
    observation: runtime.observation(name),
    tasks: runtime.tasksOf(name),
    whyWaiting: ({ spec }) => runtime.whyWaiting(spec.taskId),
  };
}
