/** What a task says about itself: shown by Mesos, and read back by the plan after any restart. */
import type { ClusterRecord } from '../plan/records.ts';

export type Part = 'jobmanager' | 'taskmanager';

export function taskLabels(cluster: ClusterRecord, part: Part): Readonly<Record<string, string>> {
  return {
    ...cluster.spec.processes?.labels,
    'flink-mesos.cluster': cluster.name,
    'flink-mesos.incarnation': cluster.incarnation,
    'flink-mesos.part': part,
    'flink-mesos.flink-version': cluster.distribution.version,
  };
}
