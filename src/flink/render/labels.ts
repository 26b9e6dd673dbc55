/** What a task says about itself: shown by Mesos, and read back by the plan after any restart. */
import type { ClusterRecord, Part } from '../plan/records.ts';
import { revisionLabels, revisionOf } from '../plan/revisions.ts';

export function taskLabels(cluster: ClusterRecord, part: Part): Readonly<Record<string, string>> {
  const { number, since } = revisionOf(cluster);
  return {
    ...cluster.spec.processes?.labels,
    'flink-mesos.cluster': cluster.name,
    'flink-mesos.incarnation': cluster.incarnation,
    'flink-mesos.part': part,
    'flink-mesos.flink-version': cluster.distribution.version,
    [revisionLabels.number]: String(number),
    [revisionLabels.since]: String(since[part]),
  };
}
