/**
 * Metrics for Prometheus, all named flink_mesos_*: a counter of facts by kind, a histogram of what launches take, and
 * gauges that are read from the scheduler when somebody asks.
 */
import _ from 'lodash';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ClusterRecord } from '../flink/plan/records.ts';
import type { SchedulerView } from '../scheduler/model/scheduler.ts';
import type { TaskRecord } from '../scheduler/model/task.ts';
import type { TimedFact } from './fact.ts';

/** Where the gauges look. The runtime fits. */
export interface MetricsSource {
  tasks(): readonly TaskRecord[];
  clusters(): readonly ClusterRecord[];
  scheduler(): SchedulerView;
}

export interface Metrics {
  /** A listener for the runtime's facts. */
  readonly count: (timed: TimedFact) => void;
  readonly contentType: string;
  /** In the text format of Prometheus. */
  text(): Promise<string>;
}

const LAUNCH_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export function createMetrics(source: MetricsSource): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'flink_mesos_' });
  addGauges(registry, source);
  return { count: factCounter(registry), contentType: registry.contentType, text: () => registry.metrics() };
}

function factCounter(registry: Registry): (timed: TimedFact) => void {
  const registers = [registry];
  const facts = new Counter({
    name: 'flink_mesos_facts_total',
    help: 'What happened, by kind of fact',
    labelNames: ['kind'],
    registers,
  });
  const waited = new Histogram({
    name: 'flink_mesos_task_waited_seconds',
    help: 'From the request of a task to its launch',
    labelNames: ['part'],
    buckets: LAUNCH_SECONDS,
    registers,
  });
  const launched = new Histogram({
    name: 'flink_mesos_task_launch_seconds',
    help: 'From the launch of a task to its TASK_RUNNING',
    labelNames: ['part'],
    buckets: LAUNCH_SECONDS,
    registers,
  });
  return ({ fact }) => {
    facts.inc({ kind: fact.kind });
    if (fact.kind === 'task.launched') waited.observe({ part: fact.part }, fact.waitedMs / 1000);
    if (fact.kind === 'task.updated' && fact.state === 'TASK_RUNNING' && fact.from !== 'TASK_RUNNING')
      launched.observe({ part: fact.part }, fact.sinceLaunchMs / 1000);
  };
}

function addGauges(registry: Registry, source: MetricsSource): void {
  gauge(registry, 'tasks', 'Tasks that wait or run', ['cluster', 'part', 'state'], () =>
    countBy(
      source.tasks().filter((task) => task.life.phase !== 'ended'),
      (task) => ({
        cluster: task.spec.group,
        part: task.spec.part,
        state: task.life.phase === 'launched' ? task.life.state : 'WAITING',
      }),
    ),
  );
  gauge(registry, 'jobs', 'Jobs that are remembered', ['cluster', 'state'], () =>
    countBy(
      source.clusters().flatMap((cluster) => cluster.jobs.map((job) => ({ cluster: cluster.name, state: job.state }))),
      (job) => job,
    ),
  );
  const single = (name: string, help: string, value: () => number) =>
    gauge(registry, name, help, [], () => [{ labels: {}, value: value() }]);
  single('clusters', 'Clusters', () => source.clusters().length);
  single('offers_held', 'Offers in hand', () => source.scheduler().offersHeld);
  single('tasks_waiting', 'Tasks that wait for an offer', () => source.scheduler().tasksWaiting);
  single('subscribed', '1 while subscribed at a master', () =>
    source.scheduler().connection.state === 'subscribed' ? 1 : 0,
  );
  single('reconciled', '1 once every task was answered for', () => (source.scheduler().reconciled ? 1 : 0));
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

function gauge(registry: Registry, name: string, help: string, labelNames: string[], read: () => readonly Sample[]) {
  return new Gauge({
    name: `flink_mesos_${name}`,
    help,
    labelNames,
    registers: [registry],
    collect() {
      this.reset();
      for (const { labels, value } of read()) this.set(labels, value);
    },
  });
}

function countBy<Item>(items: readonly Item[], labelsOf: (item: Item) => Record<string, string>): readonly Sample[] {
  const groups = _.groupBy(items.map(labelsOf), (labels) => JSON.stringify(labels));
  return Object.values(groups).map((same) => ({ labels: same[0] ?? {}, value: same.length }));
}
