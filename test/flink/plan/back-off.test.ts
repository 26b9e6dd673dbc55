import test from 'ava';
import { launchNotBefore, MOST_FAILURES_KEPT, withFailures } from '../../../src/flink/plan/back-off.ts';
import { brakeOf } from '../../../src/flink/plan/failure-rate.ts';
import type { Failure } from '../../../src/flink/plan/records.ts';
import type { TaskRecord } from '../../../src/scheduler/model/task.ts';
import { aCluster, renderer, taskId } from '../cluster-fixture.ts';

const NOW = 10_000_000;
const failures = (...ats: number[]): Failure[] => ats.map((at) => ({ part: 'taskmanager', at }));

const table: readonly (readonly [what: string, failures: readonly Failure[], at: number])[] = [
  ['nothing failed', [], 0],
  ['the first costs nothing', failures(NOW), NOW],
  ['the second waits a second', failures(NOW - 5000, NOW), NOW + 1000],
  ['the third waits two', failures(NOW - 9000, NOW - 5000, NOW), NOW + 2000],
  ['the eighth is at the limit', failures(...[7, 6, 5, 4, 3, 2, 1, 0].map((age) => NOW - age * 5000)), NOW + 60_000],
  ['thirty are too', failures(...Array.from({ length: 30 }, (_, age) => NOW - (29 - age) * 5000)), NOW + 60_000],
  ['what ended together counts once', failures(NOW - 900, NOW - 500, NOW - 10, NOW), NOW],
  ['what is ten minutes old counts no more', failures(NOW - 600_000, NOW - 600_001, NOW), NOW],
  ['what was written by a clock that was ahead holds nothing up', failures(NOW - 5000, NOW + 600_000), NOW - 5000],
  ['another part does not count', [{ part: 'jobmanager', at: NOW - 5000 }, ...failures(NOW)], NOW],
];

const dying = (part: Failure['part'], ...ats: number[]): Failure[] =>
  ats.map((at, index) => ({ part, at, launchedAt: ats[index - 1] ?? at - 50 }));

test('ends within a second are no single event where each was launched after the one before it had ended', (t) => {
  const loop = dying('taskmanager', NOW - 150, NOW - 100, NOW - 50, NOW);
  t.is(launchNotBefore(loop, 'taskmanager', NOW), NOW + 4000);
});

test('nor are ends of JobManagers, of which there is one at a time', (t) => {
  const without: Failure[] = [NOW - 100, NOW].map((at) => ({ part: 'jobmanager', at }));
  t.is(launchNotBefore(without, 'jobmanager', NOW), NOW + 1000);
  t.is(launchNotBefore(without.slice(1), 'jobmanager', NOW), NOW);
});

for (const [what, given, at] of table) {
  test(what, (t) => t.is(launchNotBefore(given, 'taskmanager', NOW), at));
}

test('AR-7, AR-8: a cluster that names Flink’s failure rate has its TaskManagers wait once it is exceeded', (t) => {
  const brake = brakeOf({
    configuration: {
      'resourcemanager.start-worker.max-failure-rate': '2',
      'resourcemanager.start-worker.retry-interval': '5 s',
    },
  });
  t.deepEqual(brake, { mostFailures: 2, retryMs: 5000 });
  // Together they are one event, which costs nothing by the back-off; each counts for the brake.
  const three = failures(NOW - 20, NOW - 10, NOW);
  t.is(launchNotBefore(three, 'taskmanager', NOW, brake), NOW + 5000);
  t.is(launchNotBefore(three.slice(1), 'taskmanager', NOW, brake), NOW);
  t.is(launchNotBefore(failures(NOW - 60_000, NOW - 10, NOW), 'taskmanager', NOW, brake), NOW + 1000);
  t.is(brakeOf({ configuration: {} }), undefined);
  for (const [interval, retryMs] of [
    ['1500', 1500],
    ['250ms', 250],
    ['2 min', 120_000],
    ['PT1S', 3000],
    [undefined, 3000],
  ] as const) {
    const configuration = {
      'resourcemanager.start-worker.max-failure-rate': '10.5',
      ...(interval !== undefined && { 'resourcemanager.start-worker.retry-interval': interval }),
    };
    t.deepEqual(brakeOf({ configuration }), { mostFailures: 10.5, retryMs });
  }
});

function ended(id: string, at: number, wanted = false): TaskRecord {
  return {
    version: 1,
    spec: renderer.taskManager(aCluster(), taskId(id), { hostname: 'h', rpcPort: 1 }),
    requestedAt: 0,
    goal: { kind: 'run' },
    life: { phase: 'ended', end: { state: 'TASK_FAILED', at, wanted } },
  };
}

test('a task is counted once, and only if nobody wanted its end', (t) => {
  const tasks = [ended('a', NOW), ended('b', NOW, true)];
  const first = withFailures([], tasks, NOW);
  t.deepEqual(first.failures, [{ part: 'taskmanager', at: NOW, launchedAt: 0, taskId: taskId('a') }]);
  t.deepEqual(withFailures(first.failures, tasks, NOW).added, []);
  t.is(withFailures(first.failures, tasks, NOW).failures, first.failures);
});

test('MA-47, MA-57: what an operator took away is replaced at once, and is no failure', (t) => {
  const drained = ended('a', NOW);
  const gone = ended('b', NOW);
  const ends = [
    {
      ...drained,
      life: { phase: 'ended', end: { state: 'TASK_KILLED', reason: 'REASON_AGENT_DRAINING', at: NOW, wanted: false } },
    },
    { ...gone, life: { phase: 'ended', end: { state: 'TASK_GONE_BY_OPERATOR', at: NOW, wanted: false } } },
  ] as const;
  t.deepEqual(withFailures([], ends, NOW).added, []);
});

test('AR-8: launches that were dropped on their way are failures like deaths', (t) => {
  const dropped = {
    ...ended('a', NOW),
    life: { phase: 'ended', end: { state: 'TASK_DROPPED', at: NOW, wanted: false } },
  } as const;
  t.is(withFailures([], [dropped], NOW).added.length, 1);
});

test('ended tasks that are remembered longer than their failures are not counted again', (t) => {
  t.deepEqual(withFailures([], [ended('a', NOW - 600_000)], NOW).added, []);
  const many = Array.from({ length: MOST_FAILURES_KEPT * 2 }, (_, index) => ended(`t${index}`, NOW + index));
  const now = NOW + 1000;
  const first = withFailures([], many, now);
  t.is(first.failures.length, MOST_FAILURES_KEPT);
  t.is(withFailures(first.failures, many, now).added.length, 0);
});
