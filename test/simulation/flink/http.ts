/** Flink's REST over the simulated network: what flink-http.ts is over sockets, with answers as Flink 2 gives them. */
import type { FlinkHttp, FlinkQuestion } from '../../../src/flink/rest/flink-http.ts';
import { Problem } from '../../../src/lib/problem.ts';
import type { Network } from '../network.ts';
import type { Process } from '../platform/process.ts';
import type { Flinks } from './flinks.ts';
import { hasEnded, type JobManager } from './job-manager.ts';

export interface HttpParts {
  readonly process: Process;
  readonly host: string;
  readonly network: Network;
  readonly flinks: Flinks;
  /** Whether the answer to this question gets lost on its way. */
  readonly losesAnswer: () => boolean;
  readonly asked: (question: FlinkQuestion) => void;
}

export function createSimulatedHttp(parts: HttpParts): FlinkHttp {
  const { process, network } = parts;
  return {
    ask(url, question) {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      const late = () => reject(new Problem('TIMED_OUT', `${url} did not answer within ${question.withinMs} ms`));
      question.signal?.addEventListener('abort', late);
      parts.asked(question);
      const arrive = () => {
        const jobManager = parts.flinks.at(url);
        const { hostname } = new URL(url);
        if (!network.reaches(parts.host, hostname)) return void process.after(question.withinMs, late);
        if (jobManager === undefined || !jobManager.ready)
          return void process.after(network.latencyMs(), () => reject(new Problem('UNREACHABLE', `${url} refused`)));
        if (jobManager.stuckUntil > network.time.now) return void process.after(question.withinMs, late);
        const answer = answerOf(jobManager, question);
        if (parts.losesAnswer())
          return void process.after(1_000, () => reject(new Problem('UNREACHABLE', `${url}: read ECONNRESET`)));
        process.after(network.latencyMs(), () => {
          if (answer instanceof Problem) reject(answer);
          else resolve(answer);
        });
      };
      // Who stands still at this moment sends it when it goes on; who died does not.
      process.enter(() => network.time.after(network.latencyMs(), arrive));
      return promise;
    },
    close: () => Promise.resolve(),
  };
}

function answerOf(jobManager: JobManager, { method, path, json }: FlinkQuestion): unknown {
  const [, one, two, three, four] = path.split(/[/?]/);
  switch (`${method} /${one ?? ''}`) {
    case 'GET /taskmanagers':
      return taskManagers(jobManager);
    case 'GET /jobmanager':
      return [{ key: 'jobmanager.resource-id', value: jobManager.taskId }];
    case 'POST /jars':
      return two === 'upload' ? upload(jobManager) : run(jobManager, decodeURIComponent(two ?? ''), json);
    case 'PATCH /jobs':
      return jobManager.cancel(two ?? '') ? {} : refused(`Job could not be found: ${two}`);
    case 'POST /jobs':
      return begin(jobManager, two ?? '', three ?? '', json);
    case 'GET /jobs':
      if (three === 'savepoints') return operation(jobManager, two ?? '', four ?? '');
      return two === 'overview' ? overview(jobManager) : details(jobManager, two ?? '', three ?? '');
    default:
      return refused(`Not found: ${path}`);
  }
}

function taskManagers(jobManager: JobManager) {
  let free = jobManager.slots - jobManager.busySlots;
  const taskmanagers = [...jobManager.taskManagers.values()].map(({ id, slots }) => {
    const freeSlots = Math.max(0, Math.min(slots, free));
    free -= freeSlots;
    return { id, slotsNumber: slots, freeSlots };
  });
  return { taskmanagers };
}

function overview(jobManager: JobManager) {
  const jobs = [...jobManager.jobs.values()].map((job) => ({
    jid: job.id,
    name: 'simulated job',
    state: job.state,
    'start-time': job.startedAt,
    tasks: { total: job.parallelism, running: job.state === 'RUNNING' ? job.parallelism : 0 },
  }));
  return { jobs };
}

function details(jobManager: JobManager, id: string, what: string): unknown {
  const job = jobManager.jobs.get(id);
  if (job === undefined) return refused(`Job ${id} not found`);
  if (what === 'exceptions') return { 'root-exception': job.failure ?? null };
  const completed = job.lastCheckpoint === undefined ? null : { external_path: job.lastCheckpoint };
  const restored = job.restoredFrom === undefined ? null : { external_path: job.restoredFrom };
  return hasEnded(job) && what !== 'checkpoints'
    ? refused(`there is no ${what} of a job`)
    : { counts: { completed: job.checkpoints }, latest: { completed, restored } };
}

/** `savepoints`, or `stop`. */
function begin({ savepoints }: JobManager, job: string, what: string, json: unknown) {
  const { triggerId } = json as { readonly triggerId: string };
  savepoints.begin(triggerId, job, what === 'stop');
  return { 'request-id': triggerId };
}

function operation({ savepoints }: JobManager, job: string, trigger: string): unknown {
  const found = savepoints.lookAt(trigger, job);
  if (found === undefined) return refused(`There is no operation ${trigger}`);
  const { outcome } = found;
  if (outcome === undefined) return { status: { id: 'IN_PROGRESS' } };
  const result = 'failure' in outcome ? { 'failure-cause': { 'stack-trace': outcome.failure } } : outcome;
  return { status: { id: 'COMPLETED' }, operation: result };
}

function upload(jobManager: JobManager) {
  // A fresh name for every upload: no other JobManager knows it.
  const name = `${jobManager.taskId}-${jobManager.jars.size}_job.jar`;
  jobManager.jars.add(name);
  return { filename: `/upload/${name}`, status: 'success' };
}

interface RunBody {
  readonly jobId: string;
  readonly parallelism?: number;
  readonly savepointPath?: string;
  readonly programArgsList?: readonly string[];
}

/** Simulated jobs are told by their arguments how long they last. */
function run(jobManager: JobManager, jar: string, json: unknown): unknown {
  if (!jobManager.jars.has(jar)) return refused(`Jar file ${jar} does not exist`);
  const { jobId, parallelism = 1, savepointPath, programArgsList } = json as RunBody;
  const lastsMs = programArgsList?.[0] === undefined ? undefined : Number(programArgsList[0]);
  const fault = jobManager.submit(jobId, parallelism, savepointPath, lastsMs);
  return fault === undefined ? { jobid: jobId } : refused(fault);
}

function refused(why: string): Problem {
  return new Problem('FLINK_REFUSED', why, { details: { status: 400 } });
}
