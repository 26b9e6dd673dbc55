/**
 * What operators have declared complete. It is about what a pod lacks at the time: once it lacks nothing, or its cluster is
 * gone, the declaration is void, and the next trouble is waited for again. Kept in memory, as the numbers of pods are.
 */
import type { ClusterRecord } from '../flink/plan/records.ts';
import type { PlanName } from './plan-model.ts';
import type { ClusterPods } from './plans.ts';

type OfCluster = Pick<ClusterRecord, 'name' | 'incarnation'>;

export class Declarations {
  #held = new Set<string>();

  readonly holds = (plan: PlanName, cluster: OfCluster, pod: string): boolean =>
    this.#held.has(keyOf(plan, cluster, pod));

  declare(plan: PlanName, cluster: OfCluster, pod: string): void {
    this.#held.add(keyOf(plan, cluster, pod));
  }

  /** Looked at whenever somebody asks for plans. */
  forgetVoid(clusters: readonly ClusterPods[]): void {
    if (this.#held.size > 0) this.#held = this.#held.intersection(new Set(clusters.flatMap(lacking)));
  }
}

function lacking({ look: { record, status }, pods }: ClusterPods): readonly string[] {
  const plan = status.phase === 'starting' ? 'deploy' : 'recovery';
  return pods.flatMap((pod) => (pod.status === 'COMPLETE' ? [] : [keyOf(plan, record, pod.name)]));
}

function keyOf(plan: PlanName, { name, incarnation }: OfCluster, pod: string): string {
  return `${plan}/${name}/${incarnation}/${pod}`;
}
