/** Bugs in how clusters come to another specification, and in what is done with jobs while they run. */
import type { PlantedBug } from './bugs.ts';

export const bugsOfUpdates: readonly PlantedBug[] = [
  {
    name: 'an update is not written down',
    file: 'src/flink/plan/take-command.ts',
    find: 'draft.change({ ...source, distribution, configuration, ...revise(record, spec, { at: now, jobs: carryOver }) });',
    instead: 'revise(record, spec, { at: now, jobs: carryOver });',
  },
  {
    name: 'an update is over when it has begun',
    file: 'src/flink/plan/roll-out.ts',
    find: 'if (outdated.length === 0) {',
    instead: 'if (outdated.length < 2) {',
  },
  {
    name: 'another update is numbered as the one before it',
    file: 'src/flink/plan/revisions.ts',
    find: 'const number = last + 1;',
    instead: 'const number = Math.max(2, last);',
  },
  {
    name: 'TaskManagers are replaced before the others are there',
    file: 'src/flink/plan/roll-out.ts',
    find: 'if (whole && next !== undefined) kill(planning, next, why);',
    instead: 'if (next !== undefined) kill(planning, next, why);',
  },
  {
    name: 'an update that is held up goes on',
    file: 'src/flink/plan/roll-out.ts',
    find: 'return record.paused !== true && revisionOf(record).held !== true;',
    instead: 'return record.paused !== true;',
  },
  {
    name: 'a job that stops in order to run again has ended',
    file: 'src/flink/plan/note-look.ts',
    find: "if (observed.state === 'FINISHED' && job.state === 'RUNNING' && runsAgain(job)) return;",
    instead: '',
  },
  {
    name: 'a stop whose answer got lost is not asked after',
    file: 'src/flink/plan/job-operations.ts',
    find: 'known.operating.set(job.id, { jobManager: outcome.jobManager, again: outcome.at + ASK_AGAIN_MS });',
    instead: '',
    faults: ['answers of Flink are lost', 'a JobManager answers nobody for a while'],
  },
  {
    name: 'another parallelism is asked for and not kept',
    file: 'src/flink/plan/job-operations.ts',
    find: 'runAgain(draft, job, { parallelism: operation.wish.parallelism }, path);',
    instead: 'runAgain(draft, job, {}, path);',
  },
  {
    name: 'the place of a savepoint is noted wrongly',
    file: 'src/flink/rest/operations.ts',
    find: 'return result?.location;',
    instead: 'return result?.location?.slice(0, -1);',
  },
  {
    name: 'a job that was stopped is run again',
    file: 'src/flink/plan/job-operations.ts',
    find: "if (operation.wish.kind === 'stop') endJob(draft, job, 'FINISHED');",
    instead: "if (operation.wish.kind === 'stop') runAgain(draft, job, {}, path);",
  },
];
