/** How many TaskManagers a cluster is to have at this moment: what was specified, or what Flink asks for. */
import { applicationIsOver } from './application-job.ts';
import type { ClusterRecord } from './records.ts';
import { restingOf } from './resting.ts';

export function wantedTaskManagers(record: Pick<ClusterRecord, 'spec' | 'driver' | 'jobs' | 'resting'>): number {
  const { spec, driver, jobs } = record;
  if (applicationIsOver({ spec, jobs })) return 0;
  if (spec.taskManagers.mode === 'fixed')
    return Math.max(0, spec.taskManagers.count - restingOf(record, 'taskmanager'));
  if (driver?.state.session === undefined) return spec.taskManagers.min;
  return driver.state.workers.filter(([, { phase }]) => phase !== 'ended' && phase !== 'releasing').length;
}
