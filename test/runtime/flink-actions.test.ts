import test from 'ava';
import type { FlinkOutcome } from '../../src/flink/plan/observation.ts';
import type { JobId, JobRecord } from '../../src/flink/plan/records.ts';
import type { RunRequest } from '../../src/flink/rest/flink-rest.ts';
import { Problem } from '../../src/lib/problem.ts';
import { createFlinkActions, newer } from '../../src/runtime/flink-actions.ts';
import type { OutsideAction } from '../../src/runtime/turn.ts';
import { manualClock } from './support/clock.ts';
import { artifact, fakeRest, job, name, quiet, taskId } from './support/fakes.ts';

function setUp(path: string | undefined = '/artifacts/x') {
  const journal: string[] = [];
  const outcomes: FlinkOutcome[] = [];
  const rest = fakeRest(journal);
  const runs: RunRequest[] = [];
  rest.run = async (_url, _jar, request) => {
    runs.push(request);
  };
  const artifacts = { path: () => path };
  const clock = manualClock(5000);
  const actions = createFlinkActions({ rest, artifacts, clock, report: (outcome) => outcomes.push(outcome) });
  return { journal, outcomes, rest, runs, actions };
}

const inFlink = 'f'.repeat(32) as JobId;

function submit(record: JobRecord, more: { resume?: boolean; checkpoints?: readonly string[] } = {}): OutsideAction {
  const common = { kind: 'submit-job', cluster: name, jobManager: taskId('jm'), url: 'http://jm' } as const;
  return { ...common, job: record, flinkJobId: inFlink, jar: artifact, checkpoints: [], resume: false, ...more };
}

const cancel: OutsideAction = {
  kind: 'cancel-job',
  cluster: name,
  jobManager: taskId('jm'),
  url: 'http://jm',
  job: job('1').id,
  flinkJobId: inFlink,
};

test('a job is submitted with its own id and all that its user said', async (t) => {
  const { runs, outcomes, actions } = setUp();
  const spec = {
    jar: 'x',
    entryClass: 'a.B',
    args: ['--x', ''],
    parallelism: 2,
    savepointPath: 's3://sp',
    allowNonRestoredState: false,
    configuration: { 'pipeline.name': 'n' },
  };
  actions.perform(submit(job('1', { spec }), { checkpoints: ['/cp'] }));
  await quiet();
  const { jar: _jar, ...rest } = spec;
  t.deepEqual(runs, [{ jobId: inFlink, claim: false, ...rest }]);
  t.deepEqual(outcomes, [
    { cluster: name, job: job('1').id, jobManager: taskId('jm'), at: 5000, kind: 'submitted', from: 's3://sp' },
  ]);
});

test('what a user did not say is left to Flink', async (t) => {
  const { runs, outcomes, actions } = setUp();
  actions.perform(submit(job('1')));
  await quiet();
  t.deepEqual(runs, [{ jobId: inFlink }]);
  t.false('from' in (outcomes[0] ?? {}));
});

test('a resumed job starts from the newer of the observed checkpoint and the one in its directory', async (t) => {
  const cases = [
    { observed: '/cp/chk-9', found: '/cp/chk-10', from: '/cp/chk-10' },
    { observed: '/cp/chk-10', found: '/cp/chk-9', from: '/cp/chk-10' },
    { observed: undefined, found: '/cp/chk-1', from: '/cp/chk-1' },
    { observed: '/cp/chk-1', found: undefined, from: '/cp/chk-1' },
    { observed: undefined, found: undefined, from: '/savepoint' },
  ];
  for (const { observed, found, from } of cases) {
    const { runs, rest, actions } = setUp();
    const asked: string[] = [];
    rest.newestCheckpoint = async (directory) => {
      asked.push(directory);
      return found;
    };
    const record = job('1', {
      spec: { jar: 'x', savepointPath: '/savepoint' },
      ...(observed !== undefined && { lastCheckpoint: observed }),
    });
    actions.perform(submit(record, { resume: true, checkpoints: ['/cp'] }));
    await quiet();
    t.deepEqual([runs[0]?.savepointPath, asked], [from, ['/cp']]);
  }
});

test('an attempt that left no checkpoint: those of the one before it, and no further back', async (t) => {
  const { runs, rest, actions } = setUp();
  const asked: string[] = [];
  rest.newestCheckpoint = async (directory) => {
    asked.push(directory);
    return directory === '/cp/2' ? undefined : `${directory}/chk-7`;
  };
  actions.perform(submit(job('1'), { resume: true, checkpoints: ['/cp/2', '/cp/1', '/cp/0'] }));
  await quiet();
  t.deepEqual([runs[0]?.savepointPath, asked], ['/cp/1/chk-7', ['/cp/2', '/cp/1']]);
});

test('a checkpoint of the job, from whichever attempt, is handed back to it; what a user named is not', async (t) => {
  const id = `${'1'.repeat(28)}ffff` as JobId;
  const cases = [
    { path: `/cp/${'1'.repeat(28)}ffff/chk-3`, claim: true },
    { path: `/cp/${'1'.repeat(28)}0000/chk-3/`, claim: true },
    { path: `/cp/${'1'.repeat(28)}0001/chk-3`, claim: false },
    { path: `/cp/${'2'.repeat(28)}ffff/chk-3`, claim: false },
    { path: '/sp/savepoint-1', claim: false },
  ];
  for (const { path, claim } of cases) {
    const { runs, actions } = setUp();
    actions.perform(submit(job('1', { id, resumed: 1, lastCheckpoint: path }), { resume: true }));
    await quiet();
    t.like(runs[0], { savepointPath: path, claim }, path);
  }
});

test('a job is cancelled under the id that Flink knows', async (t) => {
  const { rest, outcomes, actions } = setUp();
  const cancelled: string[] = [];
  rest.cancel = async (_url, id) => {
    cancelled.push(id);
  };
  actions.perform(cancel);
  await quiet();
  t.deepEqual([cancelled, outcomes[0]?.job], [[inFlink], job('1').id]);
});

test('checkpoints are compared by number, and what came after a savepoint wins', (t) => {
  t.is(newer('file:///a/chk-2', 'file:///a/chk-11'), 'file:///a/chk-11');
  t.is(newer('/savepoints/sp-1', '/a/chk-11'), '/a/chk-11');
  t.is(newer('/a/chk-3/', '/a/chk-3'), '/a/chk-3/');
});

test('a refusal by Flink is told apart from an answer that never came', async (t) => {
  const { outcomes, rest, actions } = setUp();
  rest.run = async () => {
    throw new Problem('FLINK_REFUSED', 'no such class');
  };
  actions.perform(submit(job('1')));
  await quiet();
  rest.run = async () => {
    throw new Problem('TIMED_OUT', 'no answer');
  };
  actions.perform(submit(job('1')));
  await quiet();
  rest.uploadJar = async () => {
    throw new Error('anything else');
  };
  actions.perform(submit(job('1')));
  await quiet();
  t.deepEqual(
    outcomes.map((outcome) => [outcome.kind, 'why' in outcome && outcome.why]),
    [
      ['refused', 'no such class'],
      ['unanswered', 'no answer'],
      ['unanswered', 'anything else'],
    ],
  );
});

test('nothing is asked of an address where somebody else answers, and that is no refusal', async (t) => {
  const { journal, outcomes, runs, rest, actions } = setUp();
  const asked: string[] = [];
  rest.prove = async (url, jobManager) => {
    asked.push(`${jobManager} at ${url}`);
    throw new Problem('UNREACHABLE', 'JobManager x answers');
  };
  actions.perform(submit(job('1')));
  actions.perform(cancel);
  await quiet();
  actions.perform(cancel);
  await quiet();
  t.deepEqual([journal, runs], [[], []]);
  t.deepEqual(asked, ['jm at http://jm', 'jm at http://jm']);
  for (const outcome of outcomes) t.like(outcome, { kind: 'unanswered', why: 'JobManager x answers' });
});

test('I9: a job is not run by a JobManager that took the address while its jar was on its way', async (t) => {
  const { runs, outcomes, rest, actions } = setUp();
  let replaced = false;
  rest.uploadJar = async () => {
    replaced = true;
    return 'jar-1';
  };
  rest.prove = async () => {
    if (replaced) throw new Problem('UNREACHABLE', 'JobManager x answers');
  };
  actions.perform(submit(job('1')));
  await quiet();
  t.deepEqual(runs, []);
  t.like(outcomes[0], { kind: 'unanswered', why: 'JobManager x answers' });
});

test('a jar that is no longer there is a refusal: trying again changes nothing', async (t) => {
  const outcomes: FlinkOutcome[] = [];
  const parts = { rest: fakeRest(), artifacts: { path: () => undefined }, clock: manualClock() };
  const actions = createFlinkActions({ ...parts, report: (outcome) => outcomes.push(outcome) });
  actions.perform(submit(job('1')));
  await quiet();
  t.like(outcomes[0], { kind: 'refused' });
  t.regex(JSON.stringify(outcomes[0]), /job\.jar .*upload it again/);
});

test('a cancellation is carried out and reported', async (t) => {
  const { journal, outcomes, actions } = setUp();
  actions.perform(cancel);
  await quiet();
  t.deepEqual(journal, ['cancel']);
  t.like(outcomes[0], { kind: 'cancelled', job: '1' });
});

test('one action at a time for a job: what is asked again meanwhile is not done twice', async (t) => {
  const { outcomes, rest, actions } = setUp();
  const gate = Promise.withResolvers<void>();
  let cancels = 0;
  rest.cancel = async () => {
    cancels++;
    await gate.promise;
  };
  actions.perform(cancel);
  actions.perform(cancel);
  await quiet();
  gate.resolve();
  await quiet();
  actions.perform(cancel);
  await quiet();
  t.deepEqual([cancels, outcomes.length], [2, 2]);
});

test('a JobManager that is to leave nothing proves itself first; nothing is heard of it', async (t) => {
  const journal: string[] = [];
  const reported: unknown[] = [];
  const rest = fakeRest(journal);
  const { promise, resolve } = Promise.withResolvers<void>();
  rest.prove = async () => {
    journal.push('prove');
    return undefined;
  };
  rest.shutDown = async () => {
    journal.push('shut down');
    resolve();
  };
  const clock = manualClock();
  const actions = createFlinkActions({
    rest,
    artifacts: { path: () => undefined },
    clock,
    report: (it) => reported.push(it),
  });
  actions.perform({
    kind: 'shut-down',
    cluster: name,
    jobManager: taskId('jm'),
    url: 'http://127.0.0.1:1',
  });
  await promise;
  t.deepEqual(journal, ['prove', 'shut down']);
  t.deepEqual(reported, []);
});
