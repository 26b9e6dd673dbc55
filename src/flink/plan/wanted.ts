/** How many TaskManagers a cluster is to have at this moment: what was specified, or what Flink asks for. */
import type { ClusterRecord } from './records.ts';

export function wantedTaskManagers({ spec, driver }: Pick<ClusterRecord, 'spec' | 'driver'>): number {
  if (spec.taskManagers.mode === 'fixed') return spec.taskManagers.count;
  if (driver?.state.session === undefined) return spec.taskManagers.min;
  return driver.state.workers.filter(([, { phase }]) => phase !== 'ended' && phase !== 'releasing').length;
}
