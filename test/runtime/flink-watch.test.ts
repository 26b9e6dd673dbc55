import test from 'ava';
import type { FlinkObservation } from '../../src/flink/plan/observation.ts';
import type { FlinkView } from '../../src/flink/rest/observe.ts';
import { createFlinkWatch, type WatchTarget } from '../../src/runtime/flink-watch.ts';
import { HASTY_MS, lookEveryMs, STEADY_MS } from '../../src/runtime/pace.ts';
import { manualClock } from './support/clock.ts';
import { cluster, job, name, quiet, taskId } from './support/fakes.ts';

const nothing: FlinkView = { taskManagers: [], jobs: [] };
const target: WatchTarget = { cluster: name, jobManager: taskId('jm-1'), url: 'http://jm-1', everyMs: 250 };

function setUp(answer: (url: string, signal?: AbortSignal) => Promise<FlinkView> = async () => nothing) {
  const clock = manualClock(0);
  const reports: FlinkObservation[] = [];
  const looks: string[] = [];
  const observe = async (url: string, signal?: AbortSignal) => {
    looks.push(url);
    return answer(url, signal);
  };
  const proofs: string[] = [];
  const prove = async (url: string, jobManager: string) => {
    proofs.push(`${jobManager} at ${url}`);
    if (foreign.has(url)) throw new Error(`JobManager x answers at ${url}`);
  };
  const foreign = new Set<string>();
  const watch = createFlinkWatch({
    clock,
    rest: { observe, prove },
    report: (seen) => reports.push(seen),
    silentAfterMs: 5000,
  });
  return { clock, reports, looks, watch, proofs, foreign };
}

test('a new JobManager is looked at at once, then at its pace', async (t) => {
  const { clock, reports, looks, watch } = setUp();
  watch.follow([target]);
  await quiet();
  t.deepEqual(reports, [{ cluster: name, jobManager: target.jobManager, at: 0, kind: 'seen', ...nothing }]);
  clock.advance(249);
  await quiet();
  t.is(looks.length, 1);
  clock.advance(1);
  await quiet();
  t.is(looks.length, 2);
});

test('being told of the same targets again changes nothing', async (t) => {
  const { clock, looks, watch } = setUp();
  watch.follow([target]);
  await quiet();
  clock.advance(200);
  watch.follow([{ ...target }]);
  clock.advance(50);
  await quiet();
  t.is(looks.length, 2);
});

test('when haste is wanted, a long wait that is under way is cut short', async (t) => {
  const { clock, looks, watch } = setUp();
  watch.follow([{ ...target, everyMs: 1000 }]);
  await quiet();
  clock.advance(300);
  watch.follow([target]);
  clock.advance(0);
  await quiet();
  t.is(looks.length, 2);
});

test('never two looks at once at one JobManager', async (t) => {
  const gate = Promise.withResolvers<FlinkView>();
  const { clock, looks, watch } = setUp(() => gate.promise);
  watch.follow([target]);
  clock.advance(2000);
  watch.follow([{ ...target, everyMs: 100 }]);
  clock.advance(2000);
  await quiet();
  t.is(looks.length, 1);
  gate.resolve(nothing);
  await quiet();
  clock.advance(100);
  await quiet();
  t.is(looks.length, 2);
});

test('a look that fails is silence, with the reason', async (t) => {
  const { reports, watch } = setUp(async () => {
    throw new Error('connection refused');
  });
  watch.follow([target]);
  await quiet();
  t.like(reports[0], { kind: 'silent', why: 'connection refused', at: 0 });
});

test('who answers is asked at the first look and after each silence, and not in between', async (t) => {
  let silent = false;
  const { clock, proofs, watch } = setUp(async () => {
    if (silent) throw new Error('connection refused');
    return nothing;
  });
  const again = async () => {
    clock.advance(250);
    await quiet();
  };
  watch.follow([target]);
  await quiet();
  await again();
  t.deepEqual(proofs, ['jm-1 at http://jm-1']);
  silent = true;
  await again();
  silent = false;
  t.is(proofs.length, 1);
  await again();
  await again();
  t.is(proofs.length, 2);
});

test('somebody else at the address is silence, with the reason, until it is ours', async (t) => {
  const { clock, reports, watch, foreign } = setUp();
  foreign.add('http://jm-1');
  watch.follow([target]);
  await quiet();
  clock.advance(250);
  await quiet();
  foreign.clear();
  clock.advance(250);
  await quiet();
  const why = 'JobManager x answers at http://jm-1';
  t.deepEqual(
    reports.map((seen) => (seen.kind === 'silent' ? seen.why : seen.kind)),
    [why, why, 'seen'],
  );
});

test('a look that takes too long is silence too, is called off, and the next one follows', async (t) => {
  let aborted = 0;
  const { clock, reports, looks, watch } = setUp((_url, signal) => {
    signal?.addEventListener('abort', () => aborted++);
    return new Promise(() => undefined);
  });
  watch.follow([target]);
  clock.advance(5000);
  await quiet();
  t.like(reports[0], { kind: 'silent', why: 'no answer within 5000 ms', at: 0 });
  t.is(aborted, 1);
  clock.advance(0);
  await quiet();
  t.is(looks.length, 2);
});

test('what a JobManager answers after it was replaced is not reported; its successor is looked at', async (t) => {
  const gate = Promise.withResolvers<FlinkView>();
  const { clock, reports, looks, watch } = setUp((url) =>
    url === 'http://jm-1' ? gate.promise : Promise.resolve(nothing),
  );
  watch.follow([target]);
  watch.follow([{ ...target, jobManager: taskId('jm-2'), url: 'http://jm-2' }]);
  gate.resolve(nothing);
  await quiet();
  t.deepEqual(
    reports.map((seen) => seen.jobManager),
    [taskId('jm-2')],
  );
  clock.advance(250);
  await quiet();
  t.deepEqual(looks, ['http://jm-1', 'http://jm-2', 'http://jm-2']);
});

test('stop leaves no timer and reports nothing more', async (t) => {
  const { clock, reports, watch } = setUp();
  watch.follow([target]);
  await quiet();
  watch.stop();
  clock.advance(10_000);
  await quiet();
  t.deepEqual([reports.length, clock.waiting], [1, 0]);
});

test('the pace: hasty while something is expected, steady when all is as it should be', (t) => {
  const jobManager = { taskId: taskId('jm') };
  const record = cluster({ jobManager });
  const taskManagers = [{ id: 'tm', slots: 1, freeSlots: 0 }];
  const running = {
    id: job('1').id,
    name: 'j',
    state: 'RUNNING',
    startedAt: 0,
    tasks: { total: 2, running: 2 },
  } as const;
  const seen = (more: object = {}): FlinkObservation => ({
    cluster: name,
    jobManager: jobManager.taskId,
    at: 0,
    kind: 'seen',
    taskManagers,
    jobs: [running],
    ...more,
  });
  const paced = (jobs: Parameters<typeof job>[1][], observation: FlinkObservation | undefined) =>
    lookEveryMs({ ...record, jobs: jobs.map((more, index) => job(String(index), more)) }, observation);

  t.is(paced([], seen()), STEADY_MS);
  t.is(paced([{ state: 'RUNNING' }, { state: 'FINISHED' }, { state: 'CANCELED', goal: 'cancel' }], seen()), STEADY_MS);
  t.is(paced([], undefined), HASTY_MS);
  t.is(paced([], { cluster: name, jobManager: jobManager.taskId, at: 0, kind: 'silent', why: '' }), HASTY_MS);
  t.is(paced([], seen({ jobManager: taskId('older') })), HASTY_MS);
  t.is(paced([], seen({ taskManagers: [] })), HASTY_MS);
  t.is(paced([], seen({ taskManagers: [{ id: 'tm', slots: 0, freeSlots: 0 }] })), HASTY_MS);
  t.is(paced([{ state: 'SUBMITTING' }], seen()), HASTY_MS);
  t.is(paced([{ state: 'RESTARTING' }], seen()), HASTY_MS);
  t.is(paced([{ state: 'RUNNING', goal: 'cancel' }], seen()), HASTY_MS);
  t.is(paced([], seen({ jobs: [{ ...running, tasks: { total: 2, running: 1 } }] })), HASTY_MS);
});
