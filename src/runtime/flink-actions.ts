/**
 * Carries out what the plan wants of a Flink: submit a job, cancel a job. Every action ends in an outcome that goes back
 * to the plan; a refusal (Flink answered no) is told apart from "nobody knows", after which the plan looks before it
 * tries again. Before anything is asked of it, whoever answers must prove to be the JobManager that is meant. One action
 * at a time for a job: the plan repeats what it still wants once the outcome is in.
 */
import { isAttemptOf } from '../flink/plan/flink-job-id.ts';
import type { FlinkOutcome } from '../flink/plan/observation.ts';
import type { ArtifactRef, JobRecord } from '../flink/plan/records.ts';
import type { FlinkRest, RunRequest } from '../flink/rest/flink-rest.ts';
import { unreachable } from '../lib/exhaustive.ts';
import { Problem } from '../lib/problem.ts';
import type { Clock } from './clock.ts';
import type { Unstamped } from './queue.ts';
import type { OutsideAction } from './turn.ts';

export interface FlinkActions {
  perform(action: OutsideAction): void;
}

export interface ActionParts {
  readonly rest: Omit<FlinkRest, 'observe' | 'close' | 'read' | 'disposeSavepoint'>;
  readonly artifacts: { path(digest: string): string | undefined };
  readonly clock: Clock;
  readonly report: (outcome: FlinkOutcome) => void;
}

type Operate = Extract<OutsideAction, { kind: 'operate-job' }>;
type ShutDown = Extract<OutsideAction, { kind: 'shut-down' }>;
type Submit = Extract<OutsideAction, { kind: 'submit-job' }>;
type Result =
  Unstamped<FlinkOutcome> extends infer O
    ? O extends unknown
      ? Omit<O, 'cluster' | 'job' | 'jobManager'>
      : never
    : never;

export function createFlinkActions(parts: ActionParts): FlinkActions {
  const underWay = new Set<string>();
  return {
    perform(action) {
      if (action.kind === 'shut-down') {
        void shutDown(parts, action);
        return;
      }
      const job = action.kind === 'submit-job' ? action.job.id : action.job;
      // A savepoint may take long: it keeps nobody from cancelling the job.
      const subject = action.kind === 'operate-job' ? action.operation.id : job;
      const key = `${action.cluster}/${subject}/${action.jobManager}`;
      if (underWay.has(key)) return;
      underWay.add(key);
      void carryOut(parts, action).then((result) => {
        underWay.delete(key);
        const { cluster, jobManager } = action;
        parts.report({ cluster, job, jobManager, at: parts.clock.now(), ...result } as FlinkOutcome);
      });
    },
  };
}

/** That its task ended is what is heard of it; whoever does not end is killed in a while. */
async function shutDown({ rest }: ActionParts, { url, jobManager }: ShutDown): Promise<void> {
  try {
    await rest.prove(url, jobManager);
    await rest.shutDown(url);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
  }
}

/** Never rejects. */
async function carryOut(parts: ActionParts, action: Exclude<OutsideAction, ShutDown>): Promise<Result> {
  try {
    await parts.rest.prove(action.url, action.jobManager);
    switch (action.kind) {
      case 'submit-job':
        return await submit(parts, action);
      case 'cancel-job':
        await parts.rest.cancel(action.url, action.flinkJobId);
        return { kind: 'cancelled' };
      case 'operate-job':
        return await operate(parts, action);
      default:
        return unreachable(action);
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (action.kind === 'operate-job') {
      const refused = error instanceof Problem && error.code === 'FLINK_REFUSED';
      return { kind: refused ? 'operation-refused' : 'operation-unanswered', operation: action.operation.id, why };
    }
    return { kind: error instanceof Problem && error.code === 'FLINK_REFUSED' ? 'refused' : 'unanswered', why };
  }
}

async function operate({ rest }: ActionParts, action: Operate): Promise<Result> {
  const { url, flinkJobId: job, operation, inPlace } = action;
  const { id, wish } = operation;
  const done = (path?: string): Result => ({
    kind: 'operated',
    operation: id,
    ...(path !== undefined && { path }),
  });
  switch (wish.kind) {
    case 'savepoint':
      return done(await rest.savepoint(url, job, { id, ...wish }));
    case 'stop':
      return done(await rest.stop(url, job, { id, ...wish }));
    case 'update':
      return done(await rest.stop(url, job, { id, drain: false }));
    case 'rescale':
      if (!inPlace) return done(await rest.stop(url, job, { id, drain: false }));
      await rest.rescale(url, job, wish.parallelism);
      return done();
    default:
      return unreachable(wish);
  }
}

async function submit(parts: ActionParts, action: Submit): Promise<Result> {
  const path = parts.artifacts.path(action.jar.digest);
  if (path === undefined) return { kind: 'refused', why: missingJar(action.jar) };
  const from = await startingPoint(parts, action);
  const jarId = await parts.rest.uploadJar(action.url, path, action.jar.fileName);
  // Whoever was slow until now may have uploaded to a successor at the same address. Nobody but the one that is proven
  // now can have this jar: so no other can run the job.
  await parts.rest.prove(action.url, action.jobManager);
  await parts.rest.run(action.url, jarId, runRequest(action, from));
  return { kind: 'submitted', ...(from !== undefined && { from }) };
}

/**
 * A new job starts where its user said. A resumed one starts from the newer of the checkpoint that was last observed and
 * the one that stands in the directory of the last attempt that has any: the last checkpoint before a crash may have gone
 * unobserved.
 */
async function startingPoint(parts: ActionParts, action: Submit): Promise<string | undefined> {
  const { job, resume, checkpoints } = action;
  if (!resume) return job.spec?.savepointPath;
  let found: string | undefined;
  for (const directory of checkpoints) found ??= await parts.rest.newestCheckpoint(directory);
  return newer(job.lastCheckpoint, found) ?? job.spec?.savepointPath;
}

/** Flink numbers a job's checkpoints, resumed ones from where they start: …/chk-17. A recorded savepoint is what the attempts started from whose directories are looked into. */
export function newer(recorded: string | undefined, found: string | undefined): string | undefined {
  if (recorded === undefined || found === undefined) return recorded ?? found;
  const [ofRecorded, ofFound] = [checkpointNumber(recorded), checkpointNumber(found)];
  return ofFound !== undefined && ofFound > (ofRecorded ?? -1) ? found : recorded;
}

/** …/JOB/chk-17, as Flink names them. */
function isCheckpointOf(job: JobRecord, path: string): boolean {
  const flinkId = /\/([0-9a-f]{32})\/chk-\d+\/?$/.exec(path)?.[1];
  return flinkId !== undefined && isAttemptOf(job, flinkId);
}

function checkpointNumber(path: string): number | undefined {
  const match = /\/chk-(\d+)\/?$/.exec(path);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

function runRequest({ job, flinkJobId }: Submit, savepointPath: string | undefined): RunRequest {
  const { entryClass, args, parallelism, allowNonRestoredState, configuration } = job.spec ?? {};
  return {
    jobId: flinkJobId,
    ...(entryClass !== undefined && { entryClass }),
    ...(args !== undefined && { args }),
    ...(parallelism !== undefined && { parallelism }),
    ...(savepointPath !== undefined && { savepointPath, claim: isCheckpointOf(job, savepointPath) }),
    ...(allowNonRestoredState !== undefined && { allowNonRestoredState }),
    ...(configuration !== undefined && { configuration }),
  };
}

function missingJar(jar: ArtifactRef): string {
  return `the jar ${jar.fileName} (${jar.digest.slice(0, 12)}…) is no longer in the artifact store: upload it again`;
}
