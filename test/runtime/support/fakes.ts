/** The neighbours of the loop as recorders: a journal of what reached whom, in order, and scripts for their answers. */
import { setImmediate as nextRound } from 'node:timers/promises';
import type { ClusterFrame, ClusterInput, Clusters } from '../../../src/flink/plan/clusters.ts';
import type { FlinkObservation } from '../../../src/flink/plan/observation.ts';
import type { ArtifactRef, ClusterName, ClusterRecord, JobId, JobRecord } from '../../../src/flink/plan/records.ts';
import type { FlinkRest } from '../../../src/flink/rest/flink-rest.ts';
import type { FrameworkId, TaskId } from '../../../src/mesos-api-client/protocol/ids.ts';
import type { SchedulerCall, SchedulerEvent } from '../../../src/mesos-api-client/protocol/scheduler.ts';
import type { SchedulerClient, SchedulerStream } from '../../../src/mesos-api-client/scheduler-client.ts';
import { type RuntimeParts, startRuntime } from '../../../src/runtime/loop.ts';
import type { Runtime } from '../../../src/runtime/runtime.ts';
import type { TurnPace } from '../../../src/runtime/turn-pace.ts';
import type { Frame, MesosCall } from '../../../src/scheduler/model/frame.ts';
import type { Input } from '../../../src/scheduler/model/input.ts';
import type { MasterAddress, SubscriptionId } from '../../../src/scheduler/model/master.ts';
import type { Scheduler } from '../../../src/scheduler/model/scheduler.ts';
import type { GroupName, TaskRecord } from '../../../src/scheduler/model/task.ts';
import type { Store, StoredRecord, StoreWrite } from '../../../src/store/store.ts';
import { type ManualClock, manualClock } from './clock.ts';

export const name = 'alpha' as ClusterName;
export const group = 'alpha' as GroupName;
export const subscription = 1 as SubscriptionId;
export const master = '127.0.0.1:5050' as MasterAddress;
export const artifact: ArtifactRef = { digest: 'a'.repeat(64), fileName: 'job.jar', bytes: 3 };

export function taskId(text: string): TaskId {
  return text as TaskId;
}

export function waitingTask(id: string, part = 'taskmanager'): TaskRecord {
  const process = { command: 'true', environment: {}, uris: [], labels: {}, killGraceMs: 1000 };
  const resources = { cpus: 1, memMiB: 64, diskMiB: 0, ports: [] };
  return {
    version: 1,
    spec: { taskId: taskId(id), group, part, name: id, resources, process },
    requestedAt: 0,
    goal: { kind: 'run' },
    life: { phase: 'waiting' },
  };
}

export function endedTask(id: string): TaskRecord {
  return { ...waitingTask(id), life: { phase: 'ended', end: { state: 'TASK_FINISHED', at: 1, wanted: false } } };
}

export function job(id: string, more: Partial<JobRecord> = {}): JobRecord {
  return {
    id: id as JobId,
    spec: { jar: 'job' },
    jar: artifact,
    submittedAt: 0,
    goal: 'run',
    state: 'SUBMITTING',
    stateSince: 0,
    resumed: 0,
    ...more,
  };
}

export function cluster(more: Partial<ClusterRecord> = {}): ClusterRecord {
  return {
    version: 1,
    name,
    incarnation: 'abcdef',
    spec: {
      name,
      flink: { version: '2.3.0' },
      jobManager: { cpus: 0.5, memoryMiB: 1024, diskMiB: 0 },
      taskManager: { cpus: 1, memoryMiB: 1024, diskMiB: 0, slots: 1 },
      taskManagers: { mode: 'fixed', count: 1 },
      configuration: {},
      environment: {},
    },
    distribution: { kind: 'home', version: '2.3.0', path: '/opt/flink' },
    configuration: artifact,
    createdAt: 0,
    goal: 'run',
    launches: 0,
    failures: [],
    jobs: [],
    ...more,
  };
}

export function call(type: 'REVIVE' | 'SUPPRESS', of: SubscriptionId = subscription): MesosCall {
  return { kind: 'call', subscription: of, call: schedulerCall(type) };
}

export function schedulerCall(type: 'REVIVE' | 'SUPPRESS'): SchedulerCall {
  return { framework_id: { value: 'f' as FrameworkId }, type };
}

export function subscribe(of: SubscriptionId = subscription, at: MasterAddress = master): MesosCall {
  const framework_info = { user: 'u', name: 'n' };
  return {
    kind: 'subscribe',
    subscription: of,
    master: at,
    call: { type: 'SUBSCRIBE', subscribe: { framework_info } },
  };
}

export const put = (key: string, value: unknown = { version: 1 }) =>
  ({ kind: 'put', collection: 'settings', key, value }) as const;

export interface FakeScheduler extends Scheduler {
  readonly inputs: Input[];
  /** What a step answers; nothing by default. */
  script: (input: Input) => Partial<Frame>;
  readonly known: Map<TaskId, TaskRecord>;
}

function fakeScheduler(journal: string[] = []): FakeScheduler {
  const known = new Map<TaskId, TaskRecord>();
  const inputs: Input[] = [];
  const self: FakeScheduler = {
    inputs,
    known,
    script: () => ({}),
    step(input) {
      inputs.push(input);
      journal.push(`step ${input.kind === 'command' ? `${input.kind} ${input.command.kind}` : input.kind}`);
      return { persist: [], calls: [], timers: [], facts: [], ...self.script(input) };
    },
    take: (input) => self.step(input),
    match: () => ({ persist: [], calls: [], timers: [], facts: [] }),
    conclude: () => ({ persist: [], calls: [], timers: [], facts: [] }),
    view: () => ({ connection: { state: 'standby' }, reconciled: false, offersHeld: 0, tasksWaiting: 0 }),
    task: (id) => known.get(id),
    tasks: () => [...known.values()],
    tasksOf: (of) => [...known.values()].filter((task) => task.spec.group === of),
    whyWaiting: () => undefined,
    why: () => undefined,
    whyAll: () => [],
    offerRounds: () => [],
    agents: () => [],
  };
  return self;
}

export interface FakeClusters extends Clusters {
  readonly inputs: ClusterInput[];
  readonly known: Map<ClusterName, ClusterRecord>;
  onAccept: (input: ClusterInput) => Partial<ClusterFrame>;
  onPlan: (cluster: ClusterName, tasks: readonly TaskRecord[], now: number) => Partial<ClusterFrame>;
  jobManagers: ReturnType<Clusters['targets']>;
  seen: FlinkObservation | undefined;
}

function fakeClusters(journal: string[] = []): FakeClusters {
  const known = new Map<ClusterName, ClusterRecord>([[name, cluster()]]);
  const inputs: ClusterInput[] = [];
  const empty: ClusterFrame = { persist: [], actions: [], facts: [] };
  const self: FakeClusters = {
    inputs,
    known,
    onAccept: () => ({}),
    onPlan: () => ({}),
    jobManagers: [],
    seen: undefined,
    accept(input) {
      inputs.push(input);
      journal.push(`accept ${input.kind}`);
      return { ...empty, ...self.onAccept(input) };
    },
    plan(of, tasks, now) {
      journal.push(`plan ${of}`);
      return { ...empty, ...self.onPlan(of, tasks, now) };
    },
    records: () => [...known.values()],
    record: (of) => known.get(of),
    status: () => ({ phase: 'starting', reachable: false, taskManagers: 0, slots: 0, freeSlots: 0 }),
    observation: () => self.seen,
    targets: () => self.jobManagers,
  };
  return self;
}

export interface FakeStore extends Store {
  readonly commits: (readonly StoreWrite[])[];
  /** Every commit waits for it. */
  gate: Promise<void>;
}

export function fakeStore(journal: string[] = [], records: readonly StoredRecord[] = []): FakeStore {
  const commits: (readonly StoreWrite[])[] = [];
  const self: FakeStore = {
    commits,
    gate: Promise.resolve(),
    load: async () => records,
    async commit(writes) {
      commits.push(writes);
      journal.push(`commit ${writes.map((write) => write.key).join(' ')}`);
      await self.gate;
      journal.push('committed');
    },
    close: async () => undefined,
  };
  return self;
}

/** Events are pushed by the test; calls are recorded and answered as told. */
export interface FakeStream extends SchedulerStream {
  push(event: SchedulerEvent): void;
  fail(error: Error): void;
  readonly sent: SchedulerCall[];
  answer: (call: SchedulerCall) => Promise<void>;
  readonly closed: boolean;
}

export function fakeStream(journal: string[] = [], streamId = 's1'): FakeStream {
  const waiting: ({ event: SchedulerEvent } | { error: Error })[] = [];
  let wake = Promise.withResolvers<void>();
  let closed = false;
  const sent: SchedulerCall[] = [];
  const add = (item: { event: SchedulerEvent } | { error: Error }) => {
    waiting.push(item);
    wake.resolve();
  };
  const self: FakeStream = {
    streamId,
    sent,
    answer: async () => undefined,
    push: (event) => add({ event }),
    fail: (error) => add({ error }),
    async *events() {
      for (;;) {
        for (const item of waiting.splice(0)) {
          if ('error' in item) throw item.error;
          yield item.event;
        }
        await wake.promise;
        wake = Promise.withResolvers();
      }
    },
    async call(message) {
      sent.push(message);
      journal.push(`call ${message.type}`);
      await self.answer(message);
    },
    close() {
      closed = true;
    },
    get closed() {
      return closed;
    },
  };
  return self;
}

export interface FakeClient extends SchedulerClient {
  /** What each attempt to subscribe gets. */
  onSubscribe: (at: string) => Promise<Awaited<ReturnType<SchedulerClient['subscribe']>>>;
}

export function fakeClient(journal: string[] = []): FakeClient {
  const self: FakeClient = {
    onSubscribe: async () => ({ kind: 'opened', stream: fakeStream(journal) }),
    async subscribe(at) {
      journal.push(`subscribe ${at}`);
      return self.onSubscribe(at);
    },
    close: async () => undefined,
  };
  return self;
}

export function fakeRest(journal: string[] = []): { -readonly [Part in keyof FlinkRest]: FlinkRest[Part] } {
  return {
    prove: async () => undefined,
    async observe() {
      journal.push('observe');
      return { taskManagers: [], jobs: [] };
    },
    async uploadJar() {
      journal.push('upload');
      return 'jar-id';
    },
    async run() {
      journal.push('run');
    },
    async cancel() {
      journal.push('cancel');
    },
    async savepoint() {
      journal.push('savepoint');
      return 'file:/sp/1';
    },
    async stop() {
      journal.push('stop');
      return 'file:/sp/2';
    },
    async rescale() {
      journal.push('rescale');
    },
    async disposeSavepoint() {
      journal.push('dispose');
    },
    async shutDown() {
      journal.push('shut down');
    },
    read: async () => ({}),
    newestCheckpoint: async () => undefined,
    close: async () => undefined,
  };
}

export interface Bench {
  readonly journal: string[];
  readonly clock: ManualClock;
  readonly scheduler: FakeScheduler;
  readonly clusters: FakeClusters;
  readonly store: FakeStore;
  readonly client: FakeClient;
  readonly rest: ReturnType<typeof fakeRest>;
  readonly pace: TurnPace;
  start(more?: Partial<RuntimeParts>): Promise<Runtime>;
}

/** Turns as close as they can be, in no time that a test would have to wait for. */
const eachRound: TurnPace = { ready: () => nextRound(), turned: () => undefined };

export function bench(): Bench {
  const journal: string[] = [];
  const clock = manualClock();
  const loud: ManualClock = {
    ...clock,
    after(delayMs, run) {
      journal.push(`timer ${delayMs}`);
      return clock.after(delayMs, run);
    },
    get waiting() {
      return clock.waiting;
    },
  };
  const self = {
    journal,
    clock,
    scheduler: fakeScheduler(journal),
    clusters: fakeClusters(journal),
    store: fakeStore(journal),
    client: fakeClient(journal),
    rest: fakeRest(journal),
    pace: eachRound,
  };
  const artifacts = { path: () => '/artifacts/x' };
  return {
    ...self,
    async start(more = {}) {
      const parts = { ...self, clock: loud, flinkRest: self.rest, artifacts, masters: [master], ...more };
      const runtime = await startRuntime(parts);
      await turnOf(runtime);
      journal.length = 0;
      return runtime;
    },
  };
}

/** Resolves when all that was queued before has been through its turn. */
export async function turnOf(runtime: Runtime): Promise<void> {
  await runtime.putRecords([]);
}

/** Lets everything that needs no clock come to rest. */
export async function quiet(): Promise<void> {
  for (let round = 0; round < 10; round++) await nextRound();
}
