import test from 'ava';
import type { ClusterName, ClusterRecord, JobRecord } from '../../src/flink/plan/records.ts';
import type { GaugeSource } from '../../src/observability/gauges.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import type { TaskLife, TaskRecord } from '../../src/scheduler/model/task.ts';
import { examples } from './table.ts';

const launched = (state: 'TASK_RUNNING' | 'TASK_STAGING'): Partial<TaskLife> => ({ phase: 'launched', state });
const resources = { cpus: 1.5, memMiB: 1024 };
const task = (part: string, life: object) =>
  ({ spec: { group: 'alpha', part, resources }, life, requestedAt: 40_000 }) as unknown as TaskRecord;
const spec = { taskManager: { slots: 2 }, taskManagers: { mode: 'fixed', count: 3 } };
const cluster = (...states: JobRecord['state'][]) =>
  ({ name: 'alpha' as ClusterName, spec, jobs: states.map((state) => ({ state })) }) as unknown as ClusterRecord;
const status = { phase: 'running', reachable: true, taskManagers: 1, slots: 2, freeSlots: 1 } as const;

function setUp(more: Partial<GaugeSource> = {}) {
  return createMetrics({
    tasks: () => [],
    tasksOf: () => more.tasks?.() ?? [],
    clusterStatus: () => status,
    clusters: () => [],
    scheduler: () => ({ connection: { state: 'standby' }, reconciled: false, offersHeld: 0, tasksWaiting: 0 }),
    ...more,
  });
}

const has = (text: string, line: string) => text.split('\n').includes(line);

test('facts are counted by kind', async (t) => {
  const metrics = setUp();
  for (const fact of Object.values(examples)) metrics.count({ sequence: 1, at: 0, fact });
  metrics.count({ sequence: 2, at: 0, fact: examples['offer.declined'] });
  const text = await metrics.text();
  t.true(has(text, 'flink_mesos_facts_total{kind="offer.declined"} 2'));
  t.true(Object.keys(examples).every((kind) => text.includes(`flink_mesos_facts_total{kind="${kind}"}`)));
  t.true(has(text, 'flink_mesos_task_waited_seconds_sum{part="taskmanager"} 1.5'));
  t.true(has(text, 'flink_mesos_task_launch_seconds_count{part="taskmanager"} 1'));
  t.true(has(text, 'flink_mesos_tasks_ended_total{part="taskmanager",state="TASK_FAILED",wanted="false"} 1'));
  t.true(has(text, 'flink_mesos_job_start_seconds_sum 1.234'));
  t.regex(metrics.contentType, /text\/plain/);
});

test('gauges show how things stand when they are asked for', async (t) => {
  let tasks = [task('taskmanager', launched('TASK_RUNNING')), task('taskmanager', launched('TASK_RUNNING'))];
  const metrics = setUp({
    tasks: () => tasks,
    clusters: () => [cluster('RUNNING', 'FAILED', 'RUNNING')],
    now: () => 100_000,
    scheduler: () => ({
      connection: { state: 'subscribed', master: examples['master.connecting'].master, since: 0 },
      reconciled: true,
      offersHeld: 3,
      tasksWaiting: 1,
    }),
  });
  const first = await metrics.text();
  const running = 'flink_mesos_tasks{cluster="alpha",part="taskmanager",state="TASK_RUNNING"} 2';
  t.true(has(first, running));
  for (const line of ['clusters 1', 'offers_held 3', 'tasks_waiting 1', 'subscribed 1', 'reconciled 1']) {
    t.true(has(first, `flink_mesos_${line}`), line);
  }
  t.true(has(first, 'flink_mesos_jobs{cluster="alpha",state="RUNNING"} 2'));
  t.true(has(first, 'flink_mesos_jobs{cluster="alpha",state="FAILED"} 1'));

  for (const line of [
    'held_cpus{cluster="alpha"} 3',
    'held_memory_bytes{cluster="alpha"} 2147483648',
    'taskmanagers{cluster="alpha",state="wanted"} 3',
    'taskmanagers{cluster="alpha",state="registered"} 1',
    'slots{cluster="alpha",state="starting"} 2',
    'slots{cluster="alpha",state="used"} 1',
    'cluster_phase{cluster="alpha",phase="running"} 1',
    'longest_wait_seconds 0',
  ]) {
    t.true(has(first, `flink_mesos_${line}`), line);
  }
  t.notRegex(first, /^flink_mesos_used_cpus /m, 'what is not known has no sample');

  tasks = [task('jobmanager', { phase: 'waiting' }), task('taskmanager', { phase: 'ended' })];
  const second = await metrics.text();
  t.false(second.includes('state="TASK_RUNNING"'), 'what is gone is no longer shown');
  t.true(has(second, 'flink_mesos_tasks{cluster="alpha",part="jobmanager",state="WAITING"} 1'));
  t.true(has(second, 'flink_mesos_longest_wait_seconds 60'));
});

test('all that is ours has our name', async (t) => {
  const names = (await setUp().text())
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .filter((line) => !line.startsWith('flink_mesos_'));
  t.deepEqual(names, []);
});

test('what is used is what was last sampled', async (t) => {
  const used = () => ({ cpusUsed: 1.5, memUsedMiB: 3 }) as never;
  const text = await setUp({ used }).text();
  t.true(has(text, 'flink_mesos_used_cpus 1.5'));
  t.true(has(text, 'flink_mesos_used_memory_bytes 3145728'));
});
