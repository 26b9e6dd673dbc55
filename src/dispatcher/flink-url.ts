/** Where a cluster's REST is at present, for the proxy: only what has answered before, so that a start is not taken for a fault. */
import type { ClusterName } from '../flink/plan/records.ts';
import { Problem } from '../lib/problem.ts';
import type { Runtime } from '../runtime/runtime.ts';

export function flinkUrls(runtime: Pick<Runtime, 'clusterStatus' | 'onFact'>): (cluster: ClusterName) => string {
  const answered = new Map<ClusterName, string>();
  runtime.onFact(({ fact }) => {
    if (fact.kind === 'jobmanager.ready') answered.set(fact.cluster, fact.url);
    if (fact.kind === 'jobmanager.lost' || fact.kind === 'cluster.deleted') answered.delete(fact.cluster);
  });
  return (cluster) => {
    const { jobManagerUrl: url, reachable, waitingFor } = runtime.clusterStatus(cluster);
    if (url !== undefined && reachable) answered.set(cluster, url);
    // One that is silent for a moment is still tried: a long pause of its JVM is not a missing JobManager.
    if (url !== undefined && answered.get(cluster) === url) return url;
    const why = waitingFor === undefined ? '' : `: waiting for ${waitingFor}`;
    throw new Problem('NOT_READY', `the JobManager of ${cluster} is not up yet${why}`);
  };
}
