/** How things stand when Prometheus asks: tasks, slots, jobs, what is held and what of it is used. */
import _ from 'lodash';
import { Gauge, type Registry } from 'prom-client';
import { wantedTaskManagers } from '../flink/plan/wanted.ts';
import type { EpochMs } from '../lib/brand.ts';
import type { SchedulerView } from '../scheduler/model/scheduler.ts';
import type { TaskRecord } from '../scheduler/model/task.ts';
import { slotsOf, type UtilisationSource } from './utilisation/held.ts';
import type { UtilisationSample } from './utilisation/series.ts';

/** Where the gauges look. The runtime fits, and whoever samples what is used. */
export interface GaugeSource extends UtilisationSource {
  scheduler(): SchedulerView;
  readonly used?: () => UtilisationSample | undefined;
  readonly now?: () => EpochMs;
}

const MEBIBYTE = 1024 * 1024;

export function addGauges(registry: Registry, source: GaugeSource): void {
  const add = (name: string, help: string, labelNames: string[], read: () => readonly Sample[]) =>
    addGauge(registry, name, help, labelNames, read);
  const single = (name: string, help: string, value: () => number | null | undefined) =>
    add(name, help, [], () => {
      const now = value();
      return now == null ? [] : [{ labels: {}, value: now }];
    });
  addTaskGauges(add, source);
  addClusterGauges(add, source);
  single('clusters', 'Clusters', () => source.clusters().length);
  single('offers_held', 'Offers in hand', () => source.scheduler().offersHeld);
  single('tasks_waiting', 'Tasks that wait for an offer', () => source.scheduler().tasksWaiting);
  single('longest_wait_seconds', 'How long the task that has waited longest waits already; 0 without one', () =>
    longestWait(source),
  );
  single('subscribed', '1 while subscribed at a master', () =>
    source.scheduler().connection.state === 'subscribed' ? 1 : 0,
  );
  single('reconciled', '1 once every task was answered for', () => (source.scheduler().reconciled ? 1 : 0));
  single(
    'used_cpus',
    'Cpus that TaskManagers use, as Flink says; absent while it does not',
    () => source.used?.()?.cpusUsed,
  );
  single('used_memory_bytes', 'Memory that TaskManagers use, as Flink says; absent while it does not', () => {
    const memMiB = source.used?.()?.memUsedMiB;
    return memMiB == null ? undefined : memMiB * MEBIBYTE;
  });
}

type Add = (name: string, help: string, labelNames: string[], read: () => readonly Sample[]) => void;

function addTaskGauges(add: Add, source: GaugeSource): void {
  const present = () => source.tasks().filter((task) => task.life.phase !== 'ended');
  add('tasks', 'Tasks that wait or run', ['cluster', 'part', 'state'], () =>
    countBy(present(), (task) => ({
      cluster: task.spec.group,
      part: task.spec.part,
      state: task.life.phase === 'launched' ? task.life.state : 'WAITING',
    })),
  );
  const held = (of: (task: TaskRecord) => number) => () => {
    const launched = source.tasks().filter((task) => task.life.phase === 'launched');
    const byCluster = _.groupBy(launched, ({ spec }) => spec.group);
    return Object.entries(byCluster).map(([cluster, tasks]) => ({ labels: { cluster }, value: _.sumBy(tasks, of) }));
  };
  add(
    'held_cpus',
    'Cpus that launched tasks hold',
    ['cluster'],
    held(({ spec }) => spec.resources.cpus),
  );
  add(
    'held_memory_bytes',
    'Memory that launched tasks hold',
    ['cluster'],
    held(({ spec }) => spec.resources.memMiB * MEBIBYTE),
  );
}

function addClusterGauges(add: Add, source: GaugeSource): void {
  add('jobs', 'Jobs that are remembered', ['cluster', 'state'], () =>
    countBy(
      source.clusters().flatMap((cluster) => cluster.jobs.map((job) => ({ cluster: cluster.name, state: job.state }))),
      (job) => job,
    ),
  );
  add('taskmanagers', 'TaskManagers that a cluster is to have, and that have registered', ['cluster', 'state'], () =>
    source.clusters().flatMap((cluster) => [
      { labels: { cluster: cluster.name, state: 'wanted' }, value: wantedTaskManagers(cluster) },
      {
        labels: { cluster: cluster.name, state: 'registered' },
        value: source.clusterStatus(cluster.name).taskManagers,
      },
    ]),
  );
  add('slots', 'Slots asked for, starting, used and free', ['cluster', 'state'], () =>
    source.clusters().flatMap((cluster) =>
      Object.entries(slotsOf(cluster, source)).map(([state, value]) => ({
        labels: { cluster: cluster.name, state },
        value,
      })),
    ),
  );
  add('cluster_phase', '1 for the phase that a cluster is in', ['cluster', 'phase'], () =>
    source
      .clusters()
      .map(({ name }) => ({ labels: { cluster: name, phase: source.clusterStatus(name).phase }, value: 1 })),
  );
}

function longestWait(source: GaugeSource): number {
  const waiting = source.tasks().filter(({ life }) => life.phase === 'waiting');
  const first = _.min(waiting.map(({ requestedAt }) => requestedAt));
  return first === undefined ? 0 : Math.max(0, ((source.now ?? Date.now)() - first) / 1000);
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

function addGauge(
  registry: Registry,
  name: string,
  help: string,
  labelNames: string[],
  read: () => readonly Sample[],
): void {
  new Gauge({
    name: `flink_mesos_${name}`,
    help,
    labelNames,
    registers: [registry],
    collect() {
      this.reset();
      // The library sets a gauge without labels to 0; one that has nothing to say has no sample.
      if (labelNames.length === 0) this.remove();
      for (const { labels, value } of read()) this.set(labels, value);
    },
  });
}

function countBy<Item>(items: readonly Item[], labelsOf: (item: Item) => Record<string, string>): readonly Sample[] {
  const groups = _.groupBy(items.map(labelsOf), (labels) => JSON.stringify(labels));
  return Object.values(groups).map((same) => ({ labels: same[0] ?? {}, value: same.length }));
}
