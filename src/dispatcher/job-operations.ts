/** What is done with a job while it runs, and what Flink says of it. Wishes go to the plan; questions go to Flink. */
import { randomBytes } from 'node:crypto';
import { flinkJobId } from '../flink/plan/flink-job-id.ts';
import type { ClusterRecord, JobOperation, JobRecord, OperationWish } from '../flink/plan/records.ts';
import type { FlinkRest } from '../flink/rest/flink-rest.ts';
import type { EpochMs } from '../lib/brand.ts';
import { Problem } from '../lib/problem.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Dispatcher, JobReport } from './dispatcher.ts';
import { jobView } from './views.ts';

export interface JobOperationParts {
  readonly runtime: Pick<Runtime, 'submit' | 'cluster'>;
  readonly flink: Pick<FlinkRest, 'read' | 'disposeSavepoint'>;
  readonly flinkUrl: (cluster: string) => string;
  /** NOT_FOUND or CONFLICT where there is none that lives. */
  readonly find: (cluster: string, id: string) => { readonly record: ClusterRecord; readonly job: JobRecord };
  readonly now: () => EpochMs;
}

/** Below Flink's own /jobs/ID. */
const reports: Readonly<Record<JobReport, string>> = {
  details: '',
  exceptions: '/exceptions',
  checkpoints: '/checkpoints',
  configuration: '/config',
  'resource-requirements': '/resource-requirements',
};

export function jobOperations(parts: JobOperationParts) {
  const { runtime, flink, flinkUrl, find, now } = parts;
  const present = (cluster: string, id: string) => {
    const { record, job } = find(cluster, id);
    return jobView(record, job);
  };
  return {
    async operateJob(cluster: string, id: string, wish: OperationWish) {
      const { record, job } = find(cluster, id);
      const operation = draftOperation(wish, now());
      await runtime.submit({ kind: 'operate', cluster: record.name, job: job.id, operation });
      return present(cluster, id);
    },
    async disposeSavepoint(cluster: string, id: string, path: string) {
      const { record, job } = find(cluster, id);
      if (!(job.savepoints ?? []).some((savepoint) => savepoint.path === path)) {
        throw new Problem('NOT_FOUND', `job ${id} has no savepoint ${path}`);
      }
      await flink.disposeSavepoint(flinkUrl(cluster), path);
      await runtime.submit({ kind: 'forget-savepoint', cluster: record.name, job: job.id, path });
      return present(cluster, id);
    },
    async jobReport(cluster: string, id: string, report: JobReport) {
      const { job } = find(cluster, id);
      return (await flink.read(flinkUrl(cluster), `/jobs/${flinkJobId(job)}${reports[report]}`)) as object;
    },
  } satisfies Partial<Dispatcher>;
}

/** Random, and chosen before Flink is asked: an answer that was lost can then be asked for again. */
function draftOperation(wish: OperationWish, at: EpochMs): JobOperation {
  return { id: randomBytes(16).toString('hex'), wish, startedAt: at, state: 'running' };
}
