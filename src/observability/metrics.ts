/**
 * Metrics for Prometheus, all named flink_mesos_*: counters and histograms of what happened, by the facts, and gauges
 * that are read from the scheduler when somebody asks. docs/metrics.md is their table.
 */
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { TimedFact } from './fact.ts';
import { addGauges, type GaugeSource } from './gauges.ts';

export interface MetricDescription {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  readonly help: string;
}

export interface Metrics {
  /** A listener for the runtime's facts. */
  readonly count: (timed: TimedFact) => void;
  readonly contentType: string;
  /** In the text format of Prometheus. */
  text(): Promise<string>;
  /** What is ours, without what Node says of itself. */
  described(): readonly MetricDescription[];
}

const LAUNCH_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const JOB_SECONDS = [1, 2.5, 5, 10, 30, 60, 300, 1800];

export function createMetrics(source: GaugeSource): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'flink_mesos_' });
  addGauges(registry, source);
  return {
    count: factCounter(registry),
    contentType: registry.contentType,
    text: () => registry.metrics(),
    described: () => describeAll(registry),
  };
}

function describeAll(registry: Registry): readonly MetricDescription[] {
  // Every metric of the library has its label names; its types do not say so.
  const metrics = registry.getMetricsAsArray() as unknown as readonly (MetricDescription & {
    readonly labelNames?: readonly string[];
  })[];
  return metrics
    .filter(({ name }) => !/^flink_mesos_(process|nodejs)_/.test(name))
    .map(({ name, type, labelNames = [], help }) => ({ name, type, labels: labelNames, help }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

function factCounter(registry: Registry): (timed: TimedFact) => void {
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name: `flink_mesos_${name}`, help, labelNames, registers });
  const seconds = (name: string, help: string, labelNames: string[], buckets: number[]) =>
    new Histogram({ name: `flink_mesos_${name}_seconds`, help, labelNames, buckets, registers });
  const facts = counter('facts_total', 'What happened, by kind of fact', ['kind']);
  const ended = counter('tasks_ended_total', 'Tasks that ended, and whether that was wanted', [
    'part',
    'state',
    'wanted',
  ]);
  const acts = counter('acts_total', 'What callers of the API did, by the status that answered', ['method', 'status']);
  const waited = seconds('task_waited', 'From the request of a task to its launch', ['part'], LAUNCH_SECONDS);
  const launched = seconds('task_launch', 'From the launch of a task to its TASK_RUNNING', ['part'], LAUNCH_SECONDS);
  const jobs = seconds('job_start', 'From the submission of a job to all its subtasks running', [], JOB_SECONDS);
  const reconciled = seconds('reconciliation', 'Until every task was answered for', [], LAUNCH_SECONDS);
  return ({ fact }) => {
    facts.inc({ kind: fact.kind });
    if (fact.kind === 'task.launched') waited.observe({ part: fact.part }, fact.waitedMs / 1000);
    if (fact.kind === 'task.updated' && fact.state === 'TASK_RUNNING' && fact.from !== 'TASK_RUNNING')
      launched.observe({ part: fact.part }, fact.sinceLaunchMs / 1000);
    if (fact.kind === 'task.ended')
      ended.inc({ part: fact.part, state: fact.end.state, wanted: String(fact.end.wanted) });
    if (fact.kind === 'act.done') acts.inc({ method: fact.method, status: String(fact.status) });
    if (fact.kind === 'job.running') jobs.observe(fact.sinceSubmitMs / 1000);
    if (fact.kind === 'reconciliation.finished') reconciled.observe(fact.tookMs / 1000);
  };
}
