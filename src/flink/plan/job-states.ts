/** The states of a job as values; records.ts has them as a type. */
import type { JobState } from './records.ts';

export const jobStates: readonly JobState[] = [
  'SUBMITTING',
  'INITIALIZING',
  'CREATED',
  'RUNNING',
  'FAILING',
  'FAILED',
  'CANCELLING',
  'CANCELED',
  'FINISHED',
  'RESTARTING',
  'SUSPENDED',
  'RECONCILING',
];

/** Whoever is here stays here. SUSPENDED is none of them for us: its JobManager gave the job up, and we do not. */
export const terminalJobStates: ReadonlySet<JobState> = new Set<JobState>(['FAILED', 'CANCELED', 'FINISHED']);

export function hasEnded(state: JobState): boolean {
  return terminalJobStates.has(state);
}
