/** What the runtime asks of a JobManager's REST; src/flink/rest answers it. */
import type { ObservedJob, ObservedTaskManager } from '../flink/plan/observation.ts';
import type { JobId } from '../flink/plan/records.ts';

export interface RunRequest {
  readonly jobId: JobId;
  readonly entryClass?: string;
  readonly args?: readonly string[];
  readonly parallelism?: number;
  readonly savepointPath?: string;
  readonly allowNonRestoredState?: boolean;
  readonly configuration?: Readonly<Record<string, string>>;
}

export interface FlinkRest {
  observe(
    url: string,
    signal: AbortSignal,
  ): Promise<{ readonly taskManagers: readonly ObservedTaskManager[]; readonly jobs: readonly ObservedJob[] }>;
  /** Answers Flink's id of the jar. */
  uploadJar(url: string, path: string, fileName: string): Promise<string>;
  run(url: string, jarId: string, request: RunRequest): Promise<void>;
  cancel(url: string, job: JobId): Promise<void>;
  /** The newest completed checkpoint below a job's directory, where this machine can look into it. */
  newestCheckpoint(directory: string): Promise<string | undefined>;
}
