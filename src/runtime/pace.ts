/**
 * How often a JobManager is looked at: often while something is expected to change within the second (it does not answer
 * yet, TaskManagers are missing, a job starts or is being cancelled), seldom when all is as it should be.
 */
import type { FlinkObservation } from '../flink/plan/observation.ts';
import type { ClusterRecord, JobState } from '../flink/plan/records.ts';
import { wantedTaskManagers } from '../flink/plan/wanted.ts';

export const HASTY_MS = 250;
export const STEADY_MS = 1000;

const settled: ReadonlySet<JobState> = new Set<JobState>(['RUNNING', 'FAILED', 'CANCELED', 'FINISHED', 'SUSPENDED']);

export function lookEveryMs(cluster: ClusterRecord, observation: FlinkObservation | undefined): number {
  return isSteady(cluster, observation) ? STEADY_MS : HASTY_MS;
}

function isSteady(cluster: ClusterRecord, observation: FlinkObservation | undefined): boolean {
  if (observation?.kind !== 'seen' || observation.jobManager !== cluster.jobManager?.taskId) return false;
  if (observation.taskManagers.length < wantedTaskManagers(cluster)) return false;
  if (observation.taskManagers.some((taskManager) => taskManager.slots === 0)) return false;
  const jobsRest = cluster.jobs.every(
    (job) => settled.has(job.state) && !(job.goal === 'cancel' && job.state === 'RUNNING'),
  );
  return jobsRest && observation.jobs.every((job) => job.state !== 'RUNNING' || job.tasks.running === job.tasks.total);
}
