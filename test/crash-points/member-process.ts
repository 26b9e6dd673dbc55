/**
 * A scheduler of the production parts, but that its clusters are processes that sleep, and that it dies at a point. When it
 * leads it waits until all is as it should be, then makes, ends and restarts things until it is dead.
 */
import process from 'node:process';
import { createClusters } from '../../src/flink/plan/planner.ts';
import type { ClusterName } from '../../src/flink/plan/records.ts';
import type { Renderer } from '../../src/flink/render/render.ts';
import { createRandom } from '../../src/lib/random.ts';
import { becomeLeader } from '../../src/main/leadership.ts';
import { createSchedulerClient } from '../../src/mesos-api-client/scheduler-client.ts';
import { loadRecords } from '../../src/runtime/load-records.ts';
import { type RuntimeParts, startRuntime } from '../../src/runtime/loop.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import type { MasterAddress } from '../../src/scheduler/model/master.ts';
import type { TaskSpec } from '../../src/scheduler/model/task.ts';
import { createScheduler } from '../../src/scheduler/scheduler.ts';
import { openZooKeeper } from '../../src/zookeeper/connect.ts';
import { aCluster } from '../flink/cluster-fixture.ts';
import type { FromMember, MemberOptions, ToMember } from './messages.ts';
import { crossings, mortalClient, mortalStore } from './points.ts';

const options = JSON.parse(process.argv[2] ?? '') as MemberOptions;
const SESSION_TIMEOUT_MS = 2_000;
const MOST_CLUSTERS = 3;
const TASK_MANAGERS = 2;

const random = createRandom(options.seed);
const silence = { info: () => undefined, warn: () => undefined };

process.on('disconnect', () => process.exit(0));

const leadership = await becomeLeader({
  openSession: () => openZooKeeper({ hosts: [options.zooKeeper], sessionTimeoutMs: SESSION_TIMEOUT_MS }),
  root: options.root,
  where: options.root,
  startStandby: async () => {
    tell({ kind: 'standby' });
    return { close: async () => undefined };
  },
  logger: silence,
});
void leadership.lost.then(() => process.exit(16));
const crossing = crossings(options.crash);
const records = await loadRecords(leadership.store);
tell({ kind: 'leads', clusters: records.clusters.map(({ name, goal, launches }) => ({ name, goal, launches })) });
const runtime = await startRuntime({
  scheduler: createScheduler(
    {
      framework: {
        user: 'nobody',
        name: 'crash-points',
        failover_timeout: 600,
        checkpoint: true,
        roles: ['*'],
        capabilities: [{ type: 'MULTI_ROLE' }, { type: 'PARTITION_AWARE' }, { type: 'TASK_KILLING_STATE' }],
      },
      seed: options.seed,
      unreachableAfterMs: 0,
      launchTimeoutMs: 5_000,
      killRetryMs: 1_000,
      endedTasksKept: 5,
    },
    records.scheduler,
  ),
  clusters: createClusters(records.clusters, sleepers(options.startsFile)),
  store: mortalStore(leadership.store, crossing),
  client: mortalClient(createSchedulerClient(), crossing),
  flinkRest: nobodyThere(),
  artifacts: { path: () => undefined },
  masters: [options.mesosMaster as MasterAddress],
});
void runtime.ended.then((problem) => process.exit(problem?.exitCode ?? 0));
runtime.onFact(({ fact }) => {
  if (fact.kind === 'master.subscribed') tell({ kind: 'subscribed', frameworkId: fact.frameworkId });
});
process.on('message', (message: ToMember) => {
  if (message.kind === 'clear') void clear();
});
await settle();
for (let step = 0; ; step += 1) {
  await act(step);
  await settle();
}

async function act(step: number): Promise<void> {
  const present = runtime.clusters().map(({ name }) => name);
  const chance = random.next();
  if (present.length === 0 || (chance < 0.4 && present.length < MOST_CLUSTERS)) {
    return create(`${options.name}x${step}` as ClusterName);
  }
  const chosen = present[Math.floor(random.next() * present.length)];
  if (chosen === undefined) return;
  if (chance < 0.7) return remove(chosen);
  const tasks = runtime.tasksOf(chosen).filter(({ life }) => life.phase === 'launched');
  const task = tasks[Math.floor(random.next() * tasks.length)];
  if (task !== undefined) await runtime.restartTask(task.spec.taskId, 'by chance');
}

async function create(name: ClusterName): Promise<void> {
  const spec = { name, taskManagers: { mode: 'fixed', count: TASK_MANAGERS } } as const;
  await runtime.submit({
    kind: 'create',
    cluster: aCluster({ name, incarnation: options.name, createdAt: options.startedAt }, spec),
  });
  tell({ kind: 'created', cluster: name });
}

async function remove(name: ClusterName): Promise<void> {
  tell({ kind: 'asks-deletion', cluster: name });
  await runtime.submit({ kind: 'delete', cluster: name });
  tell({ kind: 'deleted', cluster: name });
}

async function clear(): Promise<void> {
  for (const { name, goal } of runtime.clusters()) if (goal === 'run') await remove(name);
}

/** Waits until all is as it should be, says so, and waits for the word to go on. */
async function settle(): Promise<void> {
  await until(runtime, isSettled);
  const goneOn = new Promise<void>((resolve) => {
    const hear = (message: ToMember): void => {
      if (message.kind !== 'go-on') return;
      process.off('message', hear);
      resolve();
    };
    process.on('message', hear);
  });
  const tasks = runtime.tasks().flatMap(({ spec, life }) => (life.phase === 'launched' ? [spec.taskId] : []));
  tell({ kind: 'settled', tasks });
  await goneOn;
}

function isSettled(): boolean {
  if (!runtime.scheduler().reconciled) return false;
  const clusters = runtime.clusters();
  if (clusters.some(({ goal }) => goal === 'delete')) return false;
  const living = runtime.tasks().filter(({ life }) => life.phase !== 'ended');
  const allRun = living.every(
    ({ life, goal }) => goal.kind === 'run' && life.phase === 'launched' && life.state === 'TASK_RUNNING',
  );
  return allRun && living.length === clusters.length * (1 + TASK_MANAGERS);
}

function until({ onFact }: Runtime, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!holds()) return;
      stop();
      resolve();
    };
    const stop = onFact(() => setImmediate(look));
    setImmediate(look);
  });
}

function tell(message: FromMember): void {
  if (process.connected) process.send?.(message);
}

/** Each task says that it starts, and sleeps under its own id until it is ended. */
function sleepers(startsFile: string): Renderer {
  const task = (
    part: string,
    cluster: string,
    taskId: TaskSpec['taskId'],
    environment: Record<string, string>,
  ): TaskSpec => ({
    taskId,
    group: cluster as TaskSpec['group'],
    part,
    name: taskId,
    resources: { cpus: 0.01, memMiB: 8, diskMiB: 0, ports: ['rpc'] },
    process: {
      command: `printf '%s\\n' "$TASK_ID" >> '${startsFile}' && exec sleep 100000`,
      environment,
      uris: [],
      labels: {},
      killGraceMs: 1_000,
    },
  });
  return {
    jobManager: ({ name }, taskId) => task('jobmanager', name, taskId, {}),
    taskManager: ({ name }, taskId, { hostname, rpcPort }) =>
      task('taskmanager', name, taskId, { JOBMANAGER_HOST: hostname, JOBMANAGER_PORT: String(rpcPort) }),
    worker: () => {
      throw new Error('no cluster of these is elastic');
    },
    restUrl: ({ hostname }) => `http://${hostname}:1`,
    checkpointDirectory: () => 'file:///nowhere',
  };
}

/** No part of Flink is there; whatever is asked of one is refused. */
function nobodyThere(): RuntimeParts['flinkRest'] {
  return new Proxy({} as RuntimeParts['flinkRest'], {
    get: () => () => Promise.reject(new Error('nobody is there')),
  });
}
