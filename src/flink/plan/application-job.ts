/** The job of a cluster that runs one program: recorded with the cluster, it is all that is left when the processes are gone. */
import { hasEnded } from './job-states.ts';
import type { ClusterRecord, JobRecord } from './records.ts';

type OfCluster = Pick<ClusterRecord, 'spec' | 'jobs'>;

export function applicationJob({ spec, jobs }: OfCluster): JobRecord | undefined {
  return spec.application === undefined ? undefined : jobs[0];
}

/** It has ended, and nobody waits for what its JobManager may still have to say. */
export function applicationIsOver(cluster: OfCluster): boolean {
  const job = applicationJob(cluster);
  return job !== undefined && hasEnded(job.state) && job.operation?.state !== 'running';
}
