/**
 * The clusters that the service's options name: made of what the options say of clusters, and brought to that again when it has
 * changed, until a user gives one of them a specification of its own. Another number of TaskManagers is no such specification: it
 * lasts until the options change.
 */
import { createHash } from 'node:crypto';
import { judgeUpdate } from '../flink/plan/judge-update.ts';
import type { ClusterRecord } from '../flink/plan/records.ts';
import { judgeSpec } from '../flink/render/judge-spec.ts';
import type { ClusterSpec, CompleteClusterSpec } from '../flink/spec.ts';
import { complete, withDefaults } from './draft-cluster.ts';

export interface OptionsOfClusters {
  /** What they say of every cluster. */
  readonly clusterDefaults?: Omit<ClusterSpec, 'name'>;
  readonly vips?: boolean;
}

export function digestOf({ clusterDefaults = {}, vips = false }: OptionsOfClusters): string {
  return createHash('sha256')
    .update(JSON.stringify([clusterDefaults, vips]))
    .digest('hex')
    .slice(0, 16);
}

/** Whether it is one of them, and the options have changed since. */
export function isToFollow({ ofOptions, byUser, goal }: ClusterRecord, options: OptionsOfClusters): boolean {
  return goal === 'run' && byUser !== true && ofOptions !== undefined && ofOptions !== digestOf(options);
}

/** Flink and high availability stay where the options do not say otherwise. */
export function specByOptions(
  { name, spec }: ClusterRecord,
  { clusterDefaults = {}, vips }: OptionsOfClusters,
): CompleteClusterSpec {
  const { flink, highAvailability = { mode: 'none' as const } } = spec;
  const wished = withDefaults({ name, flink, highAvailability, ...clusterDefaults });
  const own = spec.highAvailability && { zooKeeper: spec.highAvailability };
  return complete(wished, vips, { version: flink.version, source: flink, ...own });
}

/** What speaks against options: clusters that could not follow them. */
export function judgeOptions(clusters: readonly ClusterRecord[], options: OptionsOfClusters): string[] {
  return clusters
    .filter((cluster) => isToFollow(cluster, options))
    .flatMap((cluster) => {
      const spec = specByOptions(cluster, options);
      return [...judgeSpec(spec), ...judgeUpdate(cluster, spec, undefined)].map(
        (fault) => `cluster ${cluster.name}: ${fault}`,
      );
    });
}
