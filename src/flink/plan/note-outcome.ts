/** Takes in what came of an operation. Only "submitted" settles it; all else is settled by the next look at Flink. */
import { unreachable } from '../../lib/exhaustive.ts';
import { noteOperation } from './job-operations.ts';
import type { Draft } from './known-cluster.ts';
import { nameOf } from './note-look.ts';
import type { FlinkOutcome } from './observation.ts';

export function noteOutcome(draft: Draft, outcome: FlinkOutcome): void {
  if ('operation' in outcome) {
    noteOperation(draft, outcome);
    return;
  }
  const { known, record } = draft;
  const { operation } = known;
  if (operation?.job !== outcome.job || operation.jobManager !== outcome.jobManager) return;
  known.operation = undefined;
  const job = record.jobs.find(({ id }) => id === outcome.job);
  if (job === undefined || outcome.jobManager !== record.jobManager?.taskId) return;
  if (operation.kind === 'cancel') {
    known.cancelledAt.set(job.id, outcome.at);
    return;
  }
  switch (outcome.kind) {
    case 'submitted':
      if (job.state !== 'SUBMITTING') return;
      known.doubts.delete(job.id);
      draft.changeJob(job.id, {
        state: 'INITIALIZING',
        stateSince: outcome.at,
        // The attempt may end before it is seen; the next one is not to go further back than this one did.
        ...(job.resumed > 0 && outcome.from !== undefined && { lastCheckpoint: outcome.from }),
      });
      draft.state({
        kind: 'job.submitted',
        cluster: record.name,
        job: job.id,
        ...nameOf(job),
        ...(outcome.from !== undefined && { from: outcome.from }),
      });
      return;
    case 'refused':
      // A second attempt is refused where the first one, whose answer was lost, went through.
      known.doubts.set(job.id, { since: outcome.at, refusal: outcome.why });
      return;
    case 'unanswered':
      known.doubts.set(job.id, { since: outcome.at });
      return;
    case 'cancelled':
      return;
    default:
      unreachable(outcome);
  }
}
