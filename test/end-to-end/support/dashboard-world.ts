/** A fake scheduler with clusters, jobs, tasks and events in every state that the dashboard draws. */
import type { FactView, TaskView } from '../../../src/dispatcher/dispatcher.ts';
import type { FakeDispatcher } from '../../api/support/fake-dispatcher.ts';
import { fillMesos } from './mesos-world.ts';

const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
const noFit = 'no offer fits: 12 agents: memory 4096 MiB wanted, at most 3072 free; 3 agents: no free port';

/** Ten tasks of two clusters; with `tasks` so many more of a third cluster. */
export async function fillWorld(dispatcher: FakeDispatcher, tasks = 0): Promise<void> {
  dispatcher.startedAt = minutesAgo(200);
  dispatcher.setInfo({
    mesos: { state: 'subscribed', master: 'mesos-1.example:5050' as never, since: 1_750_000_000_000 as never },
  });
  await fillPayments(dispatcher);
  await fillSearch(dispatcher);
  if (tasks > 0) await fillLarge(dispatcher, tasks);
  fillMesos(dispatcher, tasks > 0 ? 1000 : 15);
}

async function fillPayments(dispatcher: FakeDispatcher): Promise<void> {
  await dispatcher.createCluster({
    name: 'payments',
    taskManager: { cpus: 2, memoryMiB: 4096, slots: 2 },
    taskManagers: { mode: 'fixed', count: 4 },
    configuration: { 'state.backend.type': 'rocksdb', 'execution.checkpointing.interval': '30 s' },
  });
  dispatcher.setCluster('payments', {
    phase: 'running',
    createdAt: minutesAgo(190),
    jobManager: { taskId: 'payments-jobmanager-1', state: 'TASK_RUNNING', url: 'http://127.0.0.1:31000' },
    taskManagers: { wanted: 4, registered: 4 },
    slots: { total: 8, free: 2 },
    jobs: { running: 2, all: 3 },
  });
  for (const [name, state] of [
    ['Fraud detection', 'RUNNING'],
    ['Ledger', 'RUNNING'],
    ['Backfill', 'FINISHED'],
  ] as const) {
    const { id } = await dispatcher.submitJob('payments', { jar: 'a' });
    dispatcher.setJob('payments', id, { name, state, stateSince: minutesAgo(40), submittedAt: minutesAgo(41) });
  }
  addTask(dispatcher, 'payments-jobmanager-1', 'payments', 'jobmanager', 1);
  for (let n = 1; n <= 4; n++) addTask(dispatcher, `payments-taskmanager-${n}`, 'payments', 'taskmanager', n);
}

async function fillSearch(dispatcher: FakeDispatcher): Promise<void> {
  await dispatcher.createCluster({ name: 'search', taskManagers: { mode: 'fixed', count: 3 } });
  dispatcher.setCluster('search', {
    phase: 'recovering',
    createdAt: minutesAgo(100),
    jobManager: { taskId: 'search-jobmanager-1', state: 'TASK_RUNNING', url: 'http://127.0.0.1:31004' },
    taskManagers: { wanted: 3, registered: 1 },
    slots: { total: 1, free: 0 },
    jobs: { running: 0, all: 1 },
    waitingFor: '2 of 3 TaskManagers (2 without an offer yet)',
  });
  const { id } = await dispatcher.submitJob('search', { jar: 'a' });
  dispatcher.setJob('search', id, { name: 'Index', state: 'RESTARTING', stateSince: minutesAgo(2), resumed: 1 });
  addTask(dispatcher, 'search-jobmanager-1', 'search', 'jobmanager', 2);
  addTask(dispatcher, 'search-taskmanager-1', 'search', 'taskmanager', 3);
  dispatcher.addTask({
    ...addTask(dispatcher, 'search-taskmanager-2', 'search', 'taskmanager', 5),
    id: 'search-taskmanager-0',
  });
  dispatcher.setTask('search-taskmanager-0', {
    phase: 'ended',
    state: 'TASK_FAILED',
    endedAt: minutesAgo(3),
    reason: 'REASON_CONTAINER_LIMITATION_MEMORY',
    message: 'Memory limit exceeded: Requested: 1728MB Maximum Used: 1729MB',
  });
  for (const name of ['search-taskmanager-2', 'search-taskmanager-3']) {
    const waiting = { phase: 'waiting', state: 'WAITING', requestedAt: minutesAgo(3), whyWaiting: noFit } as const;
    if (name.endsWith('3')) dispatcher.addTask({ id: name, cluster: 'search', ...waiting, ...nowhere });
    else dispatcher.setTask(name, { ...waiting, ...nowhere });
  }
  addEvents(dispatcher);
}

const nowhere = {
  launchedAt: undefined,
  runningAt: undefined,
  agentId: undefined,
  hostname: undefined,
  ports: undefined,
} as object;

async function fillLarge(dispatcher: FakeDispatcher, tasks: number): Promise<void> {
  await dispatcher.createCluster({ name: 'large', taskManagers: { mode: 'fixed', count: tasks - 1 } });
  dispatcher.setCluster('large', {
    phase: 'running',
    jobManager: { taskId: 'large-jobmanager', state: 'TASK_RUNNING', url: 'http://127.0.0.1:31008' },
    taskManagers: { wanted: tasks - 1, registered: tasks - 1 },
    slots: { total: tasks - 1, free: 17 },
  });
  addTask(dispatcher, 'large-jobmanager', 'large', 'jobmanager', 0);
  for (let n = 1; n < tasks; n++) addTask(dispatcher, `large-taskmanager-${n}`, 'large', 'taskmanager', n % 1000);
}

function addTask(dispatcher: FakeDispatcher, id: string, cluster: string, part: string, host: number): TaskView {
  dispatcher.addTask({
    id,
    cluster,
    part,
    requestedAt: minutesAgo(60),
    launchedAt: new Date(Date.parse(minutesAgo(60)) + 840).toISOString(),
    runningAt: new Date(Date.parse(minutesAgo(60)) + 4_300).toISOString(),
    agentId: `0c1f6e2a-S${host}`,
    hostname: `agent-${host}.example`,
  });
  return dispatcher.task(id);
}

function addEvents(dispatcher: FakeDispatcher): void {
  const told = (kind: string, level: FactView['level'], text: string, data: Record<string, unknown>, minutes: number) =>
    dispatcher.addFact(kind, text, { level, data, at: minutesAgo(minutes) });
  told('master.subscribed', 'info', 'registered at mesos-1.example:5050 as framework-1', {}, 200);
  for (let n = 1; n <= 4; n++) {
    const data = { taskId: `payments-taskmanager-${n}`, group: 'payments', part: 'taskmanager' };
    told('task.requested', 'info', `task ${data.taskId} wanted (taskmanager of payments)`, data, 61);
    told('offer.received', 'debug', `offer from agent-${n}.example: 8 cpus, 16384 MiB memory, 4 ports`, {}, 60.5);
    told(
      'task.launched',
      'info',
      `task ${data.taskId} launched on agent-${n}.example (rpc 31000, data 31001), 0.8 s after it was wanted`,
      data,
      60,
    );
    told('task.updated', 'info', `task ${data.taskId} is TASK_RUNNING, 3.5 s after its launch`, data, 60);
  }
  const lost = { taskId: 'search-taskmanager-0', group: 'search', part: 'taskmanager' };
  told(
    'task.ended',
    'warn',
    `task ${lost.taskId} has ended: TASK_FAILED: REASON_CONTAINER_LIMITATION_MEMORY, Memory limit exceeded`,
    lost,
    3,
  );
  told(
    'taskmanager.lost',
    'warn',
    'TaskManager search-taskmanager-0 of search lost; a new one is launched now',
    { ...lost, cluster: 'search' },
    3,
  );
  told(
    'job.changed',
    'warn',
    'job "Index" (job-4) of search is RESTARTING (was RUNNING)',
    { cluster: 'search', job: 'job-4' },
    2,
  );
  told(
    'task.waiting',
    'info',
    `task search-taskmanager-2 waits: ${noFit}`,
    { ...lost, taskId: 'search-taskmanager-2' },
    2,
  );
}
