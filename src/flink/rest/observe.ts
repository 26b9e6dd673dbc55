/**
 * One look at a JobManager: two questions about all of it, one about the checkpoints of each job that lives, one about why it
 * restarts, and one, once, about why a job failed.
 */
import { Problem } from '../../lib/problem.ts';
import { jobStates, terminalJobStates } from '../plan/job-states.ts';
import type { ObservedJob, ObservedTaskManager } from '../plan/observation.ts';
import type { JobId, JobState } from '../plan/records.ts';
import type { FlinkHttp } from './flink-http.ts';
import { wordsOfTrace } from './flink-words.ts';
import { believe, CheckpointsAnswer, ExceptionsAnswer, JobsAnswer, TaskManagersAnswer } from './wire.ts';

export interface FlinkView {
  readonly taskManagers: readonly ObservedTaskManager[];
  readonly jobs: readonly ObservedJob[];
}

/** Why jobs failed, by address and job: it never changes, and the answer is long. */
export type KnownFailures = Map<string, string>;

const WITHIN_MS = 5000;
const MOST_FAILURES_KNOWN = 1000;

export async function observe(
  http: FlinkHttp,
  known: KnownFailures,
  url: string,
  signal: AbortSignal | undefined,
): Promise<FlinkView> {
  const get = (path: string) => http.ask(url, { method: 'GET', path, withinMs: WITHIN_MS, ...(signal && { signal }) });
  const [taskManagers, jobs] = await Promise.all([get('/taskmanagers'), get('/jobs/overview')]);
  return {
    taskManagers: believe(TaskManagersAnswer, taskManagers, '/taskmanagers').taskmanagers.map(
      ({ id, slotsNumber, freeSlots }) => ({ id, slots: slotsNumber, freeSlots }),
    ),
    jobs: await Promise.all(
      believe(JobsAnswer, jobs, '/jobs/overview').jobs.map(async (job) => {
        const id = job.jid as JobId;
        const state = stateOf(job.state);
        const { total, running } = job.tasks;
        return {
          id,
          name: job.name,
          state,
          startedAt: job['start-time'],
          tasks: { total, running },
          // Asked of its checkpoints now Flink refuses, and answers so to everybody for the next three seconds
          // (rest.cache.checkpoint-statistics.timeout).
          ...(job.state !== 'INITIALIZING' && (await moreOf(get, known, url, id, state))),
        };
      }),
    ),
  };
}

type Get = (path: string) => Promise<unknown>;

async function moreOf(get: Get, known: KnownFailures, url: string, id: JobId, state: JobState) {
  if (state === 'FAILED') return { failure: await failureOf(get, known, url, id) };
  if (terminalJobStates.has(state)) return {};
  const checkpoints = await checkpointsOf(get, id);
  if (state !== 'RESTARTING') return checkpoints;
  return { ...checkpoints, lacksSlots: /\bNoResourceAvailableException\b/.test((await rootOf(get, id)) ?? '') };
}

/** A job may end between the question for all jobs and the one for it: then there is no more to say of it this time. */
async function checkpointsOf(
  get: Get,
  id: JobId,
): Promise<Pick<ObservedJob, 'lastCheckpoint' | 'checkpointsCompleted'>> {
  const path = `/jobs/${id}/checkpoints`;
  const answer = await get(path).catch(absentIfRefused);
  if (answer === undefined) return {};
  const { counts, latest } = believe(CheckpointsAnswer, answer, path);
  const place = addressable(latest.completed?.external_path) ?? addressable(latest.restored?.external_path);
  return { checkpointsCompleted: counts.completed, ...(place !== undefined && { lastCheckpoint: place }) };
}

/** Without a directory for checkpoints Flink says "<checkpoint-not-externally-addressable>". */
function addressable(path: string | null | undefined): string | undefined {
  return path?.includes('/') ? path : undefined;
}

async function failureOf(get: Get, known: KnownFailures, url: string, id: JobId): Promise<string> {
  const key = `${url} ${id}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const trace = await rootOf(get, id);
  const failure = trace === undefined ? 'Flink does not say why' : wordsOfTrace(trace);
  if (known.size >= MOST_FAILURES_KNOWN) known.delete(known.keys().next().value ?? '');
  known.set(key, failure);
  return failure;
}

/** The stack trace of what went wrong last. */
async function rootOf(get: Get, id: JobId): Promise<string | undefined> {
  const path = `/jobs/${id}/exceptions`;
  const answer = await get(path).catch(absentIfRefused);
  if (answer === undefined) return undefined;
  const { 'root-exception': root, exceptionHistory } = believe(ExceptionsAnswer, answer, path);
  return root ?? exceptionHistory?.entries[0]?.stacktrace;
}

function absentIfRefused(error: unknown): undefined {
  if (error instanceof Problem && error.code === 'FLINK_REFUSED') return undefined;
  throw error;
}

/** A state that a later Flink may invent is taken for a passing one. */
function stateOf(state: string): JobState {
  return (jobStates as readonly string[]).includes(state) ? (state as JobState) : 'INITIALIZING';
}
