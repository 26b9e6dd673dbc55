/**
 * The options that make up the service's configuration, and which changes of them a running service can follow. Where this
 * process listens and whom it talks to is no part of it: that may change with every start. Options that cannot be followed
 * leave the service as it was, and its plans say why.
 */
import { randomUUID } from 'node:crypto';
import _ from 'lodash';
import { judgeOptions } from '../dispatcher/follow-options.ts';
import type { ClusterRecord } from '../flink/plan/records.ts';
import { Problem } from '../lib/problem.ts';
import { type Configurations, settleConfiguration, targetKey } from '../operator/configurations.ts';
import type { ClusterDefaults } from './cluster-options.ts';
import type { Home } from './home.ts';
import type { SchedulerSettings } from './settings.ts';

type Options = Configurations['target']['options'];

export interface TakenConfiguration {
  readonly configurations: Configurations;
  /** What is followed: the settings that were given, or the ones before where those were refused. */
  readonly settings: SchedulerSettings;
}

export async function takeConfiguration(
  { store, records }: Pick<Home, 'store' | 'records'>,
  given: SchedulerSettings,
  logger: { warn(text: string): void },
): Promise<TakenConfiguration> {
  const options = optionsOf(given);
  const faults = given.clusterFaults ?? [];
  const named = records.clusters.filter(({ name }) => given.clusters?.includes(name));
  const first = !records.configurations.some(({ id }) => id === records.settings.get(targetKey));
  if (first && faults.length > 0) throw new Problem('USAGE', faults.join('; '));
  const { writes, ...configurations } = settleConfiguration(records.configurations, records.settings.get(targetKey), {
    options,
    judge: (before) => [
      ...faults,
      ...judgeChange(before, options, records.clusters),
      ...(faults.length > 0 ? [] : judgeOptions(named, given)),
    ],
    newId: randomUUID,
    at: Date.now(),
  });
  if (writes.length > 0) await store.commit(writes);
  for (const error of configurations.errors) logger.warn(`options are not followed: ${error}`);
  // What the followed options do not name was not named.
  const others = _.omit(given, ['user', 'storage']);
  return { configurations, settings: { ...others, ...settingsOf(configurations.target.options) } };
}

/** By the names that they have on the command line. */
function optionsOf(settings: SchedulerSettings): Options {
  const { frameworkName, role, user, storage, unreachableAfterMs, returning } = settings;
  const { clusterDefaults = {}, clusters = [], givenFiles } = settings;
  return {
    'framework-name': frameworkName,
    role,
    ...(user !== undefined && { user }),
    ...(storage !== undefined && { storage }),
    'unreachable-timeout': `${unreachableAfterMs ?? 0}ms`,
    returning: returning ?? 'kill',
    'cluster-defaults': JSON.stringify(clusterDefaults),
    clusters: clusters.join(','),
    ...(givenFiles?.fingerprint !== undefined && { 'given-files': givenFiles.fingerprint }),
  };
}

function settingsOf(options: Options): Partial<SchedulerSettings> {
  const {
    'framework-name': frameworkName,
    role,
    user,
    storage,
    'unreachable-timeout': unreachable,
    returning,
  } = options;
  return {
    ...(frameworkName !== undefined && { frameworkName }),
    ...(role !== undefined && { role }),
    ...(user !== undefined && { user }),
    ...(storage !== undefined && { storage }),
    unreachableAfterMs: Number.parseInt(unreachable ?? '0', 10),
    returning: returning === 'keep' ? 'keep' : 'kill',
    clusterDefaults: JSON.parse(options['cluster-defaults'] ?? '{}') as ClusterDefaults,
    clusters: (options.clusters ?? '').split(',').filter(Boolean),
  };
}

/** In sentences that say what to do instead; none is none. */
export function judgeChange(before: Options, after: Options, clusters: readonly ClusterRecord[]): string[] {
  const changed = (option: string): boolean => before[option] !== after[option];
  const from = (option: string): string => `${before[option] ?? 'none'} to ${after[option] ?? 'none'}`;
  const some = clusters.length > 0;
  return [
    ...(changed('framework-name')
      ? [
          `framework-name: from ${from('framework-name')}: whoever knows the service knows it by its name; start another one`,
        ]
      : []),
    ...(changed('user') && some
      ? [`user: from ${from('user')}: Mesos keeps the user of a framework; set processes.user of each cluster`]
      : []),
    ...(changed('storage') && some
      ? [
          `storage: from ${from('storage')}: the checkpoints of ${clusters.length} clusters are there; delete them first`,
        ]
      : []),
    ...rolesInUse(before, after, clusters),
  ];
}

function rolesInUse(before: Options, after: Options, clusters: readonly ClusterRecord[]): string[] {
  const first = before.role?.split(',')[0];
  const offered = after.role?.split(',') ?? [];
  return clusters.flatMap(({ name, spec }) => {
    const role = spec.placement?.role ?? first;
    const takesOther = spec.placement?.role === undefined && offered[0] !== first;
    if (role === undefined || (offered.includes(role) && !takesOther)) return [];
    return [`role: ${after.role ?? 'none'}: the cluster ${name} uses resources of ${role}; delete it first`];
  });
}
