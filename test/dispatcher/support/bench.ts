/** A dispatcher over a runtime that keeps records in maps and lets the test say what was observed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { openArtifactStore } from '../../../src/artifacts/files.ts';
import { createDispatcher, type DispatcherParts } from '../../../src/dispatcher/create-dispatcher.ts';
import type { ClusterCommand, ClusterStatus } from '../../../src/flink/plan/clusters.ts';
import type { ClusterName, ClusterRecord } from '../../../src/flink/plan/records.ts';
import { revise } from '../../../src/flink/plan/revisions.ts';
import { Problem } from '../../../src/lib/problem.ts';
import type { TaskId } from '../../../src/mesos-api-client/protocol/ids.ts';
import { createUtilisationSeries } from '../../../src/observability/utilisation/series.ts';
import type { Fact, Runtime, StampedFact } from '../../../src/runtime/runtime.ts';
import type { AgentView, OfferRound, WhyView } from '../../../src/scheduler/model/offer-views.ts';
import type { RecordWrite } from '../../../src/scheduler/model/records.ts';
import type { SchedulerView } from '../../../src/scheduler/model/scheduler.ts';
import type { TaskRecord } from '../../../src/scheduler/model/task.ts';

export interface FakeRuntime extends Runtime {
  readonly records: Map<string, ClusterRecord>;
  readonly taskRecords: Map<string, TaskRecord>;
  readonly commands: ClusterCommand[];
  readonly writes: RecordWrite[];
  readonly restarted: string[];
  status: ClusterStatus;
  view: SchedulerView;
  whys: readonly WhyView[];
  rounds: readonly OfferRound[];
  mesosAgents: readonly AgentView[];
  tell(fact: Fact, at?: number): void;
  end(problem?: Problem): void;
}

const starting: ClusterStatus = { phase: 'starting', reachable: false, taskManagers: 0, slots: 0, freeSlots: 0 };

export function fakeRuntime(): FakeRuntime {
  const records = new Map<string, ClusterRecord>();
  const taskRecords = new Map<string, TaskRecord>();
  const listeners = new Set<(fact: StampedFact) => void>();
  const history: StampedFact[] = [];
  const ended = Promise.withResolvers<Problem | undefined>();
  const change = (name: ClusterName, more: (record: ClusterRecord) => Partial<ClusterRecord>) => {
    const record = records.get(name);
    if (record === undefined) throw new Problem('NOT_FOUND', name);
    records.set(name, { ...record, ...more(record) });
  };
  const self: FakeRuntime = {
    records,
    taskRecords,
    commands: [],
    writes: [],
    restarted: [],
    whys: [],
    rounds: [],
    mesosAgents: [],
    status: starting,
    view: { connection: { state: 'searching', since: 0 }, reconciled: false, offersHeld: 0, tasksWaiting: 0 },
    async uninstall() {
      self.view = { ...self.view, uninstall: { stage: 'tasks', since: 0, tasks: taskRecords.size, places: 0 } };
    },
    async submit(command) {
      self.commands.push(command);
      if (command.kind === 'create') records.set(command.cluster.name, command.cluster);
      if (command.kind === 'delete') change(command.cluster, () => ({ goal: 'delete' }));
      if (command.kind === 'submit') change(command.cluster, ({ jobs }) => ({ jobs: [...jobs, command.job] }));
      if (command.kind === 'update') {
        const { spec, distribution, configuration, jobs = 'checkpoint', ofOptions } = command;
        const source = ofOptions === undefined ? { byUser: true as const } : { ofOptions };
        const made = { distribution, configuration, ...source };
        change(command.cluster, (record) => ({ ...made, ...revise(record, spec, { at: 2000, jobs }) }));
      }
      if (command.kind === 'cancel') {
        change(command.cluster, ({ jobs }) => ({
          jobs: jobs.map((job) => (job.id === command.job ? { ...job, goal: 'cancel' } : job)),
        }));
      }
    },
    driver: async (name) => {
      throw new Problem('NOT_FOUND', name);
    },
    onClusterChange: () => () => undefined,
    async restartTask(taskId) {
      self.restarted.push(taskId);
    },
    async putRecords(writes) {
      self.writes.push(...writes);
    },
    clusters: () => [...records.values()],
    cluster: (name) => records.get(name),
    clusterStatus: () => self.status,
    observation: () => undefined,
    tasks: () => [...taskRecords.values()],
    tasksOf: (name) => [...taskRecords.values()].filter((task) => (task.spec.group as string) === name),
    task: (id: TaskId) => taskRecords.get(id),
    whyWaiting: (id) => (taskRecords.get(id)?.life.phase === 'waiting' ? 'no agent fits' : undefined),
    why: (id) => self.whys.find(({ taskId }) => taskId === id),
    whyAll: () => self.whys,
    offerRounds: () => self.rounds,
    agents: () => self.mesosAgents,
    scheduler: () => self.view,
    note: () => {},
    onFact(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    facts: (after, limit) => history.filter((each) => each.sequence > after).slice(0, limit),
    ended: ended.promise,
    stop: async () => undefined,
    tell(fact, at = 0) {
      const stamped = { sequence: history.length + 1, at, fact };
      history.push(stamped);
      for (const listener of listeners) listener(stamped);
    },
    end: (problem) => ended.resolve(problem),
  };
  return self;
}

export async function bench(t: ExecutionContext, more: Partial<DispatcherParts> = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-dispatcher-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  const runtime = (more.runtime as FakeRuntime | undefined) ?? fakeRuntime();
  const artifacts = more.artifacts ?? (await openArtifactStore(directory, Buffer.alloc(32)));
  const packed: string[] = [];
  const disposed: string[] = [];
  const dispatcher = createDispatcher({
    runtime,
    artifacts,
    flink: {
      read: async (url, path) => ({ url, path }),
      async disposeSavepoint(url, path) {
        disposed.push(`${url} ${path}`);
      },
    },
    mesos: {
      quotas: () => Promise.reject(new Problem('NOT_READY', 'no Mesos master is connected at present')),
      agents: () => Promise.reject(new Problem('NOT_READY', 'no Mesos master is connected at present')),
      list: () => Promise.reject(new Error('not asked for')),
      read: () => Promise.reject(new Error('not asked for')),
    },
    utilisation: createUtilisationSeries(),
    jars: [],
    distributions: {
      versions: () => ['2.3.0', '1.20.5'],
      async archive(version) {
        packed.push(version);
        return artifacts.put(`flink-${version}.tar`, Buffer.from(version), 100);
      },
    },
    defaultFlink: { version: '2.3.0', source: { version: '2.3.0' } },
    storage: 'file:///storage',
    describe: (fact) => ({ level: 'info', text: `it happened: ${fact.kind}`, data: {} }),
    version: '0.1.0',
    startedAt: 0,
    now: () => 1000,
    ...more,
  });
  return { runtime, artifacts, dispatcher, packed, disposed, directory };
}
