/**
 * What is asked of a JobManager's REST. Every method rejects with a Problem: FLINK_REFUSED when Flink said no, in its own
 * words; UNREACHABLE or TIMED_OUT when nobody knows whether it happened.
 */
import { openAsBlob } from 'node:fs';
import { FormData } from 'undici';
import { Problem } from '../../lib/problem.ts';
import type { TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { JobId } from '../plan/records.ts';
import { newestCheckpoint } from './checkpoints.ts';
import { createFlinkHttp, type FlinkHttp } from './flink-http.ts';
import { type FlinkView, type KnownFailures, observe } from './observe.ts';
import {
  disposeSavepoint,
  rescaleInPlace,
  type SavepointRequest,
  type StopRequest,
  stopJob,
  takeSavepoint,
} from './operations.ts';
import { prove } from './prove.ts';
import { Anything, believe, RunAnswer, UploadAnswer } from './wire.ts';

export interface RunRequest {
  readonly jobId: JobId;
  readonly entryClass?: string;
  readonly args?: readonly string[];
  readonly parallelism?: number;
  readonly savepointPath?: string;
  /**
   * The job's own checkpoint is handed back to it: it is deleted when newer ones have replaced it, and the first new one
   * need not be a full one. What a user names stays theirs.
   */
  readonly claim?: boolean;
  readonly allowNonRestoredState?: boolean;
  readonly configuration?: Readonly<Record<string, string>>;
}

export interface FlinkRest {
  /** Rejects unless what answers there is the JobManager of this task. */
  prove(url: string, jobManager: TaskId, signal?: AbortSignal): Promise<void>;
  observe(url: string, signal?: AbortSignal): Promise<FlinkView>;
  /** Flink's id of the jar, which lasts as long as the JobManager. */
  uploadJar(url: string, path: string, fileName: string): Promise<string>;
  run(url: string, jarId: string, request: RunRequest): Promise<void>;
  cancel(url: string, job: JobId): Promise<void>;
  /** Resolves with the path of the savepoint when it is there. */
  savepoint(url: string, job: JobId, request: SavepointRequest): Promise<string>;
  stop(url: string, job: JobId, request: StopRequest): Promise<string>;
  rescale(url: string, job: JobId, parallelism: number): Promise<void>;
  /** It ends its jobs, removes what it keeps of them, and itself. */
  shutDown(url: string): Promise<void>;
  disposeSavepoint(url: string, path: string): Promise<void>;
  /** An answer of Flink's as it is. */
  read(url: string, path: string): Promise<unknown>;
  newestCheckpoint(directory: string): Promise<string | undefined>;
  close(): Promise<void>;
}

const UPLOAD_WITHIN_MS = 300_000;
/** The program's main method runs in it. */
const RUN_WITHIN_MS = 120_000;
const CANCEL_WITHIN_MS = 15_000;
const READ_WITHIN_MS = 10_000;

export function createFlinkRest(http: FlinkHttp = createFlinkHttp()): FlinkRest {
  const failures: KnownFailures = new Map();
  return {
    prove: (url, jobManager, signal) => prove(http, url, jobManager, signal),
    observe: (url, signal) => observe(http, failures, url, signal),
    uploadJar: (url, path, fileName) => uploadJar(http, url, path, fileName),
    run: (url, jarId, request) => run(http, url, jarId, request),
    cancel: (url, job) => cancel(http, url, job),
    savepoint: (url, job, request) => takeSavepoint(http, url, job, request),
    stop: (url, job, request) => stopJob(http, url, job, request),
    rescale: (url, job, parallelism) => rescaleInPlace(http, url, job, parallelism),
    shutDown: async (url) => {
      await http.ask(url, { method: 'DELETE', path: '/cluster', withinMs: CANCEL_WITHIN_MS });
    },
    disposeSavepoint: (url, path) => disposeSavepoint(http, url, path),
    read: (url, path) => http.ask(url, { method: 'GET', path, withinMs: READ_WITHIN_MS }),
    newestCheckpoint,
    close: () => http.close(),
  };
}

async function uploadJar(http: FlinkHttp, url: string, path: string, fileName: string): Promise<string> {
  const form = new FormData();
  form.set('jarfile', await openAsBlob(path, { type: 'application/java-archive' }), jarName(fileName));
  const answer = await http.ask(url, {
    method: 'POST',
    path: '/jars/upload',
    body: form,
    withinMs: UPLOAD_WITHIN_MS,
  });
  const { filename } = believe(UploadAnswer, answer, '/jars/upload');
  return filename.slice(filename.lastIndexOf('/') + 1);
}

/** Flink takes only files that are called so. */
function jarName(fileName: string): string {
  return fileName.endsWith('.jar') ? fileName : `${fileName}.jar`;
}

async function run(http: FlinkHttp, url: string, jarId: string, request: RunRequest): Promise<void> {
  const { jobId, entryClass, args, parallelism, savepointPath, claim, allowNonRestoredState, configuration } = request;
  const path = `/jars/${encodeURIComponent(jarId)}/run`;
  const answer = await http.ask(url, {
    method: 'POST',
    path,
    withinMs: RUN_WITHIN_MS,
    json: {
      jobId,
      ...(entryClass !== undefined && { entryClass }),
      ...(args !== undefined && { programArgsList: args }),
      ...(parallelism !== undefined && { parallelism }),
      ...(savepointPath !== undefined && { savepointPath }),
      // Of what a user named the options say it: execution.state-recovery.claim-mode.
      ...(claim === true && { claimMode: 'CLAIM' }),
      ...(allowNonRestoredState !== undefined && { allowNonRestoredState }),
      ...(configuration !== undefined && { flinkConfiguration: configuration }),
    },
  });
  const { jobid } = believe(RunAnswer, answer, path);
  if (jobid !== jobId)
    throw new Problem('FLINK_REFUSED', `Flink runs the job as ${jobid}, not as ${jobId} as it was told`);
}

async function cancel(http: FlinkHttp, url: string, job: JobId): Promise<void> {
  const path = `/jobs/${job}?mode=cancel`;
  believe(Anything, await http.ask(url, { method: 'PATCH', path, withinMs: CANCEL_WITHIN_MS }), path);
}
