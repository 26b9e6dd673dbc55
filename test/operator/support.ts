/** An operator over a runtime of maps. */
import type { ClusterStatus } from '../../src/flink/plan/clusters.ts';
import type { FlinkObservation } from '../../src/flink/plan/observation.ts';
import type { ClusterName, ClusterRecord } from '../../src/flink/plan/records.ts';
import { revisionLabels } from '../../src/flink/plan/revisions.ts';
import type { FrameworkId, TaskId } from '../../src/mesos-api-client/protocol/ids.ts';
import type { Configurations } from '../../src/operator/configurations.ts';
import { createOperator, type Operator } from '../../src/operator/operator.ts';
import type { GroupName, TaskRecord } from '../../src/scheduler/model/task.ts';
import { createFakeDispatcher } from '../api/support/fake-dispatcher.ts';
import { type FakeRuntime, fakeRuntime } from '../dispatcher/support/bench.ts';
import { aCluster, placement } from '../flink/cluster-fixture.ts';

export const configuration: Configurations = {
  all: [
    { version: 1, id: 'c1', at: 1, options: { role: '*' } },
    { version: 1, id: 'c2', at: 2, options: { role: 'flink' } },
  ],
  target: { version: 1, id: 'c2', at: 2, options: { role: 'flink' } },
  errors: [],
};

export interface World {
  readonly runtime: FakeRuntime;
  readonly operator: Operator;
  readonly dispatcher: ReturnType<typeof createFakeDispatcher>;
  cluster(change?: Partial<ClusterRecord>, spec?: Parameters<typeof aCluster>[1]): ClusterRecord;
  /** `since`: the revision that it was made of, if not of the first. */
  task(
    id: string,
    part: 'jobmanager' | 'taskmanager',
    life: 'waiting' | 'launched' | 'running',
    since?: string,
  ): TaskRecord;
  end(id: string): void;
  /** What was seen of Flink: the TaskManagers that it knows. */
  seen(...taskManagers: readonly string[]): void;
  phase(phase: ClusterStatus['phase']): void;
}

export function world(more: Partial<Parameters<typeof createOperator>[0]> = {}): World {
  const runtime = fakeRuntime();
  const dispatcher = createFakeDispatcher();
  let observation: FlinkObservation | undefined;
  const observed = { ...runtime, observation: () => observation, clusterStatus: () => runtime.status };
  const operator = createOperator({
    runtime: Object.assign(runtime, observed),
    dispatcher,
    configurations: configuration,
    frameworkName: 'prod/flink',
    apiUrl: 'http://10.0.0.9:8180',
    ...more,
  });
  return {
    runtime,
    operator,
    dispatcher,
    cluster(change = {}, spec = {}) {
      const record = aCluster(change, { taskManagers: { mode: 'fixed', count: 2 }, ...spec });
      runtime.records.set(record.name, record);
      return record;
    },
    task(id, part, life, since) {
      const record = aTask(id, part, life, since);
      runtime.taskRecords.set(id, record);
      return record;
    },
    end(id) {
      const record = runtime.taskRecords.get(id);
      if (record === undefined) throw new Error(id);
      const life = { phase: 'ended', end: { state: 'TASK_FAILED', at: 9, wanted: false } } as const;
      runtime.taskRecords.set(id, { ...record, life });
    },
    seen(...ids) {
      runtime.status = { ...runtime.status, reachable: true };
      observation = {
        cluster: 'words' as ClusterName,
        jobManager: 'jm' as TaskId,
        at: 5,
        kind: 'seen',
        taskManagers: ids.map((id) => ({ id, slots: 1, freeSlots: 1 })),
        jobs: [],
      };
    },
    phase(phase) {
      runtime.status = { ...runtime.status, phase };
    },
  };
}

export const frameworkId = 'framework-1' as FrameworkId;

function aTask(id: string, part: string, life: 'waiting' | 'launched' | 'running', since = '1'): TaskRecord {
  const labels = { a: 'b', [revisionLabels.since]: since };
  const process = { command: 'true', environment: { SECRET: 'x' }, uris: [], labels, killGraceMs: 1000 };
  const ports: Readonly<Record<string, number>> = part === 'jobmanager' ? { rpc: 31000, rest: 31001 } : { rpc: 31002 };
  const launched = { placement: placement({ ports }), stateAt: 2 };
  return {
    version: 1,
    spec: {
      taskId: id as TaskId,
      group: 'words' as GroupName,
      part,
      name: `words ${part}`,
      resources: { cpus: 1, memMiB: 64, diskMiB: 0, ports: Object.keys(ports) },
      process,
    },
    requestedAt: 1,
    goal: { kind: 'run' },
    life:
      life === 'waiting'
        ? { phase: 'waiting' }
        : life === 'launched'
          ? { phase: 'launched', state: 'TASK_STARTING', ...launched }
          : { phase: 'launched', state: 'TASK_RUNNING', runningAt: 2, ...launched },
  };
}
