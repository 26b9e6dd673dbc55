/**
 * A cluster that runs one program and ends with it. Its job is recorded with the cluster, before any JobManager runs, and
 * what is left of the cluster when its processes are gone is that record: how the job ended.
 *
 * Each attempt at the job is a JobManager launched for it. In a highly available cluster a JobManager that is lost leaves
 * the attempt to its successor; elsewhere the attempt is over with it, and the next one goes on from its checkpoints.
 */
import { unreachable } from '../../lib/exhaustive.ts';
import type { TaskEnd, TaskRecord } from '../../scheduler/model/task.ts';
import { applicationEnvironment } from '../driver/names.ts';
import type { FinishedBody } from '../driver/wire.ts';
import { NO_PROGRAM_STATUS } from '../render/standalone-application.ts';
import { wordsOfTrace } from '../rest/flink-words.ts';
import { applicationJob } from './application-job.ts';
import { flinkJobId } from './flink-job-id.ts';
import { abandonOperation } from './job-operations.ts';
import { hasEnded } from './job-states.ts';
import { type Draft, isLaunched, kill, type Planning } from './known-cluster.ts';
import { endJob, takeJobsFrom } from './lost-jobs.ts';
import type { ClusterRecord } from './records.ts';

/** Takes in what the end of a JobManager says of the application. */
export function noteApplication(planning: Planning): void {
  const { draft, tasks } = planning;
  const current = draft.record.jobManager?.taskId;
  const jobManager = tasks.find(({ spec }) => spec.taskId === current);
  if (applicationJob(draft.record) === undefined || jobManager === undefined) return;
  if (jobManager.life.phase === 'ended') noteJobManagerEnd(draft, jobManager);
  const job = applicationJob(draft.record);
  const speechless = !isLaunched(jobManager) || jobManager.goal.kind === 'end';
  if (job !== undefined && hasEnded(job.state) && job.operation?.state === 'running' && speechless) {
    abandonOperation(draft, job, job.operation, 'its JobManager ended before it said what came of it');
  }
}

/** What Flink says before its JobManager ends by itself; a program that could not even be found ends so, too. */
export function endApplication(draft: Draft, { status, diagnostics, ofJob = false }: FinishedBody): void {
  const job = applicationJob(draft.record);
  if (job === undefined || hasEnded(job.state) || draft.record.goal === 'delete') return;
  switch (status) {
    case 'FAILED':
      endJob(draft, job, 'FAILED', diagnostics === null ? 'its JobManager did not say why' : wordsOfTrace(diagnostics));
      return;
    case 'SUCCEEDED':
    case 'CANCELED':
      // A job that finishes is seen to be finished: this one was shut down meanwhile.
      if (ofJob) endJob(draft, job, status === 'SUCCEEDED' ? 'FINISHED' : 'CANCELED');
      else endJob(draft, job, 'CANCELED', diagnostics ?? "its JobManager was shut down through Flink's REST");
      return;
    case 'UNKNOWN':
      return;
    default:
      unreachable(status);
  }
}

/** JobManagers of an attempt that is over (the job was stopped to run on with another parallelism) leave. */
export function endOtherAttempts(planning: Planning): void {
  const job = applicationJob(planning.draft.record);
  if (job === undefined) return;
  for (const task of planning.tasks) {
    if (task.spec.part === 'jobmanager' && attemptOf(task) !== flinkJobId(job)) {
      kill(planning, task, 'its application goes on as another attempt');
    }
  }
}

/** Before the next JobManager is launched: an attempt that one was launched for is over without ZooKeeper. */
export function beginAttempt(draft: Draft, ended: TaskRecord | undefined): void {
  const job = applicationJob(draft.record);
  if (job === undefined || ended === undefined || draft.record.spec.highAvailability !== undefined) return;
  const wasLaunched = ended.life.phase === 'ended' && ended.life.placement !== undefined;
  if (wasLaunched && attemptOf(ended) === flinkJobId(job)) draft.changeJob(job.id, { resumed: job.resumed + 1 });
}

/** One that ends with 0 without a word from Flink: its program ended the process itself, being done. */
function noteJobManagerEnd(draft: Draft, { spec, life }: TaskRecord): void {
  if (life.phase !== 'ended') return;
  const job = applicationJob(draft.record);
  const attempt = job !== undefined && attemptOf({ spec }) === flinkJobId(job);
  if (attempt && !hasEnded(job.state) && !life.end.wanted) {
    if (life.end.state === 'TASK_FINISHED') endJob(draft, job, 'FINISHED');
    else if (lacksProgram(draft.record, life.end)) endJob(draft, job, 'FAILED', whyNoProgram(draft.record));
  }
  takeJobsFrom(draft, spec.taskId);
}

/** With the driver the JobManager says so itself. */
function lacksProgram({ driver, jobManager }: ClusterRecord, { message = '' }: TaskEnd): boolean {
  const status = Number(/exited with status (\d+)/.exec(message)?.[1]);
  return driver === undefined && jobManager?.answered !== true && status === NO_PROGRAM_STATUS;
}

function whyNoProgram({ spec, jobManager }: ClusterRecord): string {
  return `there is no class ${spec.application?.entryClass} with a main method in its jar (stderr of ${jobManager?.taskId} says more)`;
}

function attemptOf({ spec }: Pick<TaskRecord, 'spec'>): string | undefined {
  return spec.process.environment[applicationEnvironment.jobId];
}
