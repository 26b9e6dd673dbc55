/** How many TaskManagers a cluster is to have at this moment: what was specified, or what Flink asks for. */
import { applicationIsOver } from './application-job.ts';
import type { ClusterRecord } from './records.ts';

export function wantedTaskManagers({ spec, driver, jobs }: Pick<ClusterRecord, 'spec' | 'driver' | 'jobs'>): number {
  if (applicationIsOver({ spec, jobs })) return 0;
  if (spec.taskManagers.mode === 'fixed') return spec.taskManagers.count;
  if (driver?.state.session === undefined) return spec.taskManagers.min;
  return driver.state.workers.filter(([, { phase }]) => phase !== 'ended' && phase !== 'releasing').length;
}
