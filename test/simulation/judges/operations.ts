/** What came of savepoints, stops and changes of parallelism, when all has come to rest. */
import { flinkJobId } from '../../../src/flink/plan/flink-job-id.ts';
import { hasEnded } from '../../../src/flink/plan/job-states.ts';
import type { JobRecord } from '../../../src/flink/plan/records.ts';
import type { FlinkJob } from '../flink/job-manager.ts';
import { below } from '../flink/names.ts';
import type { Storage } from '../flink/storage.ts';
import type { Missing } from './calm.ts';

/** `endless`: it does not finish by itself. `flink`: as its JobManager knows it. */
export interface JobAtRest {
  readonly cluster: string;
  readonly job: JobRecord;
  readonly name: string;
  readonly endless: boolean;
  readonly flink: FlinkJob | undefined;
}

export function unsettledIn({ cluster, job, name, endless, flink }: JobAtRest, storage: Storage): Missing[] {
  const { operation, spec, state } = job;
  const missing: Missing[] = [];
  const miss = (invariant: Missing['invariant'], what: string) => missing.push({ invariant, what: `${name} ${what}` });
  const stopped = operation?.wish.kind === 'stop' && stoppedBy(job, cluster, storage) !== undefined;
  if (endless && state === 'FINISHED' && !stopped)
    miss(
      'I9',
      `is FINISHED without a savepoint: ${operation?.wish.kind} ${operation?.state} ${operation?.failure ?? ''}`,
    );
  if (operation?.path !== undefined && !storage.has(operation.path))
    miss('I9', `has savepoint ${operation.path}, which is not there`);
  if (operation?.state === 'running' && (hasEnded(state) || state === 'RUNNING'))
    miss('I14', `is ${state}, and its ${operation.wish.kind} is still to come`);
  if (operation?.state === 'failed' && !operation.failure)
    miss('I14', `does not say why its ${operation.wish.kind} failed`);
  const asked =
    operation?.wish.kind === 'rescale' && operation.state === 'completed' ? operation.wish.parallelism : undefined;
  if (asked !== undefined && asked !== spec?.parallelism)
    miss('I9', `was given parallelism ${asked}, and is to have ${spec?.parallelism}`);
  if (flink !== undefined && flink.parallelism !== (spec?.parallelism ?? 1))
    miss('I9', `runs ${flink.parallelism} times side by side, and is to run ${spec?.parallelism} times`);
  return missing;
}

/** The savepoint that its last attempt ended with. Where it is nobody may know: whoever took it can be gone before it is asked. */
function stoppedBy({ operation, ...job }: JobRecord, cluster: string, storage: Storage): string | undefined {
  const savepoint = storage.stoppedWith(below(cluster, flinkJobId(job)));
  return operation?.path === undefined || operation.path === savepoint ? savepoint : undefined;
}
