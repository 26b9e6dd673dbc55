/**
 * One trace a request: from the call of the API to the tasks that come of it, each until it is RUNNING, and the job until
 * it runs. What a cluster's tasks belong to is the last act on that cluster, if that is not long ago; what the plan does
 * later by itself (a lost TaskManager) begins a trace of its own.
 */
import type { EpochMs } from '../../lib/brand.ts';
import type { Fact, TimedFact } from '../fact.ts';
import type { Span, SpanContext } from './span.ts';

export interface Act {
  readonly cluster: string;
  /** `POST /v1/clusters` */
  readonly name: string;
  readonly at: EpochMs;
  /** The caller's. */
  readonly parent?: SpanContext;
}

export interface Tracer {
  /** Answers how to end it. */
  begin(act: Act): (at: EpochMs, status: number) => void;
  /** A listener for facts. */
  readonly hear: (timed: TimedFact) => void;
}

export interface TracerParts {
  /** So many random hex digits. */
  readonly randomHex: (digits: number) => string;
  readonly emit: (span: Span) => void;
}

interface OpenTask extends NewSpan {
  readonly cluster: string;
  readonly part: string;
  readonly requestedAt: EpochMs;
  launchedAt?: EpochMs;
  host?: string;
}

/** TaskManagers are requested once the JobManager is placed, which may wait for an offer. */
const actCountsMs = 10 * 60_000;
/** What never starts and never ends is forgotten first. */
const mostOpen = 20_000;
const mostClusters = 1_000;

export function createTracer({ randomHex, emit }: TracerParts): Tracer {
  const acts = new Map<string, SpanContext & { readonly at: EpochMs }>();
  const newSpan = (within: SpanContext | undefined): NewSpan => ({
    traceId: within?.traceId ?? randomHex(32),
    spanId: randomHex(16),
    ...(within && { parentSpanId: within.spanId }),
  });
  const onCluster = (cluster: string, at: EpochMs): NewSpan => {
    const act = acts.get(cluster);
    return newSpan(act !== undefined && at - act.at < actCountsMs ? act : undefined);
  };
  const hearTask = traceTasks({ newSpan, onCluster, emit });
  return {
    begin({ cluster, name, at, parent }) {
      const span = newSpan(parent);
      keep(acts, mostClusters, cluster, { ...span, at });
      return (to, status) =>
        emit({
          ...{ ...span, name, kind: 'server', from: at, to },
          attributes: { 'flink_mesos.cluster': cluster, 'http.response.status_code': status },
          ...(status >= 400 && { failure: `HTTP ${status}` }),
        });
    },
    hear({ at, fact }) {
      hearTask(fact, at);
      if (fact.kind === 'job.running') {
        const from = at - fact.sinceSubmitMs;
        const attributes = { 'flink_mesos.cluster': fact.cluster, 'flink_mesos.job': fact.job };
        emit({ ...onCluster(fact.cluster, from), name: 'job starts', kind: 'internal', from, to: at, attributes });
      }
      if (fact.kind === 'cluster.deleted') acts.delete(fact.cluster);
    },
  };
}

type NewSpan = SpanContext & { readonly parentSpanId?: string };

interface TaskParts extends Pick<TracerParts, 'emit'> {
  readonly newSpan: (within: SpanContext) => NewSpan;
  readonly onCluster: (cluster: string, at: EpochMs) => NewSpan;
}

/** From its request until it is RUNNING or has ended, with the wait for an offer and the start in it. */
function traceTasks({ newSpan, onCluster, emit }: TaskParts): (fact: Fact, at: EpochMs) => void {
  const tasks = new Map<string, OpenTask>();
  const step = (task: OpenTask, name: string, from: EpochMs, to: EpochMs) =>
    emit({ ...newSpan(task), name, kind: 'internal', from, to, attributes: {} });
  const close = (id: string, task: OpenTask, to: EpochMs, failure?: string) => {
    tasks.delete(id);
    emit({ ...spanOf(id, task, to), ...(failure !== undefined && { failure }) });
  };
  return (fact, at) => {
    if (fact.kind === 'task.requested') {
      const { group: cluster, part } = fact;
      keep(tasks, mostOpen, fact.taskId, { ...onCluster(cluster, at), cluster, part, requestedAt: at });
      return;
    }
    if (fact.kind !== 'task.launched' && fact.kind !== 'task.updated' && fact.kind !== 'task.ended') return;
    const task = tasks.get(fact.taskId);
    if (task === undefined) return;
    if (fact.kind === 'task.launched') {
      task.launchedAt = at;
      task.host = fact.hostname;
      step(task, 'wait for an offer', task.requestedAt, at);
    } else if (fact.kind === 'task.ended') {
      close(fact.taskId, task, at, `${fact.end.state}${fact.end.reason === undefined ? '' : `, ${fact.end.reason}`}`);
    } else if (fact.state === 'TASK_RUNNING') {
      step(task, 'start', task.launchedAt ?? at, at);
      close(fact.taskId, task, at);
    }
  };
}

function spanOf(id: string, task: OpenTask, to: EpochMs): Span {
  const { traceId, spanId, parentSpanId, cluster, part, requestedAt: from, host } = task;
  return {
    ...{ traceId, spanId, name: `task ${part}`, kind: 'internal', from, to },
    ...(parentSpanId !== undefined && { parentSpanId }),
    attributes: {
      'flink_mesos.cluster': cluster,
      'flink_mesos.task': id,
      ...(host !== undefined && { 'host.name': host }),
    },
  };
}

/** The newest last; beyond the bound the oldest goes. */
function keep<Value>(map: Map<string, Value>, most: number, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}
