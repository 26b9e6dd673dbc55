/** An agent is announced to be taken away: others are there first, then the TaskManagers on it go. Real Flink on the embedded Mesos. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { exampleClasses } from '../../examples/build.ts';
import type { JobView, TaskView } from '../../src/dispatcher/dispatcher.ts';
import type { MesosAgentView } from '../../src/dispatcher/why-views.ts';
import { type LocalMesos, startLocalMesos } from '../../src/local-mesos/server/start-local-mesos.ts';
import { type Api, apiAt } from './support/api.ts';
import { jobsOf } from './support/flink-jobs.ts';
import { eventually, flinkMesos, type Running } from './support/process.ts';
import { exampleJar, pidOfTask } from './support/stack.ts';

let directory: string;
let mesos: LocalMesos;
let scheduler: Running;
let api: Api;
let jar: string;

test.before(async () => {
  const example = await exampleJar();
  jar = example.jar;
  directory = await mkdtemp(join(tmpdir(), 'flink-mesos-'));
  // One for JobManagers, two for TaskManagers.
  mesos = await startLocalMesos({
    workDir: join(directory, 'mesos'),
    agents: [{ hostname: 'localhost' }, { hostname: '127.0.0.1' }, { hostname: '127.0.0.2' }],
  });
  scheduler = flinkMesos([
    ...['scheduler', '--data-dir', join(directory, 'scheduler'), '--mesos-master', new URL(mesos.masterUrl).host],
    ...['--listen', '127.0.0.1:0', '--flink-version', example.version],
  ]);
  api = apiAt((await scheduler.said(/API at (http:\/\/[^\s,]+)/))[1] ?? '');
});

test.after.always(async () => {
  await scheduler?.kill('SIGTERM');
  await mesos?.close();
  await rm(directory, { recursive: true, force: true });
});

test.serial(
  'an elastic cluster has its TaskManagers elsewhere before they have to go, and its job goes on',
  async (t) => {
    await create('tides', { mode: 'elastic', min: 0, max: 4, spare: 0 });
    const { upload, running, checkpointed, restores } = jobsOf(api, 'tides');
    const { id } = await api.send<JobView>('POST', '/v1/clusters/tides/jobs', {
      jar: await upload(jar),
      entryClass: exampleClasses.stateWitness,
      parallelism: 2,
      configuration: { 'execution.checkpointing.interval': '1 s' },
    });
    await running(id);
    await checkpointed(id);
    await calledOff(t, 'tides');
    const moved = await movedAway(t.log, 'tides', 2);
    t.true(moved.thereFirst, 'they were registered before the first of the others ended');
    await eventually('the job restored', async () => (await restores(id)) > 0);
    await running(id);
    t.is((await api.jobs('tides'))[0]?.resumed, 0);
    await api.send('DELETE', '/v1/clusters/tides');
    await schedule();
    await eventually('it is gone', async () => (await api.get<unknown[]>('/v1/clusters')).length === 0);
  },
);

test.serial('so has a cluster of a fixed number', async (t) => {
  await create('rocks', { mode: 'fixed', count: 1 });
  await api.clusterRunning('rocks', 1);
  t.true((await movedAway(t.log, 'rocks', 1)).thereFirst);
  await api.clusterRunning('rocks', 1);
});

test.serial('MA-57: a TaskManager on an agent that is drained is replaced when its end begins', async (t) => {
  const [before] = await api.running('rocks', 'taskmanager');
  await operator({ type: 'DRAIN_AGENT', drain_agent: { agent_id: { value: before?.agentId } } });
  const after = await eventually('another one', async () =>
    (await api.running('rocks', 'taskmanager')).find(({ id }) => id !== before?.id),
  );
  t.not(after.agentId, before?.agentId);
  await api.clusterRunning('rocks', 1);
  const sequenceOf = (kind: string, id = '') =>
    eventually(
      `${kind} of ${id}`,
      async () => (await api.events()).find((event) => event.kind === kind && event.data.taskId === id)?.sequence,
    );
  t.true((await sequenceOf('task.requested', after.id)) < (await sequenceOf('task.ended', before?.id)));
});

async function create(name: string, taskManagers: object): Promise<void> {
  await api.send('POST', '/v1/clusters', {
    name,
    taskManagers,
    jobManager: { cpus: 0.25, constraints: [['hostname', 'IS', 'localhost']] },
    taskManager: { cpus: 0.25, memoryMiB: 1024, constraints: [['hostname', 'UNLIKE', 'localhost']] },
    configuration: { 'taskmanager.memory.managed.fraction': '0.1' },
  });
  await eventually(`${name} runs`, async () => (await api.cluster(name)).phase === 'running');
}

/** While there is no room elsewhere: others are asked for, which wait, and then nobody needs them. */
async function calledOff(t: ExecutionContext, cluster: string): Promise<void> {
  const idsOf = (tasks: readonly TaskView[]) => tasks.map(({ id }) => id).sort();
  const running = await api.running(cluster, 'taskmanager');
  const before = idsOf(running);
  const [hostname = ''] = running.map((task) => task.hostname);
  const other = (await api.get<MesosAgentView[]>('/v1/agents')).find(
    (agent) => !['localhost', hostname].includes(agent.hostname),
  );
  const agent_id = { value: other?.agentId };
  await operator({ type: 'DEACTIVATE_AGENT', deactivate_agent: { agent_id } });
  const waiting = async () => (await api.tasks(cluster)).filter(({ phase }) => phase === 'waiting').length;
  await schedule(hostname);
  await eventually('others that wait', async () => (await waiting()) > 0);
  await schedule();
  await eventually('nobody waits', async () => (await waiting()) === 0);
  t.deepEqual(idsOf(await api.running(cluster, 'taskmanager')), before);
  t.true((await api.events()).some(({ kind }) => kind === 'agent.stays'));
  await operator({ type: 'REACTIVATE_AGENT', reactivate_agent: { agent_id } });
}

/** Announces that the agent of the TaskManagers is taken away soon, and waits until they are all elsewhere. */
async function movedAway(log: (text: string) => void, cluster: string, count: number) {
  const before = await eventually('TaskManagers', async () => {
    const found = await api.running(cluster, 'taskmanager');
    return found.length === count && found;
  });
  const hostname = before[0]?.hostname ?? '';
  const leaving = before.filter((task) => task.hostname === hostname);
  await schedule(hostname);
  const after = await eventually('all of them elsewhere', async () => {
    const found = await api.running(cluster, 'taskmanager');
    return found.length === count && found.every((task) => task.hostname !== hostname) && found;
  });
  await eventually('registered', async () => (await api.cluster(cluster)).taskManagers.registered === count);
  return {
    thereFirst: await registeredFirst(
      log,
      leaving,
      after.filter(({ id }) => before.every((task) => task.id !== id)),
    ),
  };
}

/** By the clock of this machine: at Flink, whose log says it (we look once a second), and at the scheduler. */
async function registeredFirst(log: (text: string) => void, leaving: readonly TaskView[], heirs: readonly TaskView[]) {
  const events = await eventually('the others ended', async () => {
    const found = await api.events();
    const has = (id: string) => found.some(({ kind, data }) => kind === 'task.ended' && data.taskId === id);
    return leaving.every(({ id }) => has(id)) && found;
  });
  const ended = leaving.map(({ id }) => {
    const event = events.find(({ kind, data }) => kind === 'task.ended' && data.taskId === id);
    return Date.parse(event?.at ?? '');
  });
  const [jobManager] = await api.running(heirs[0]?.cluster ?? '', 'jobmanager');
  const said = await readFile(`/proc/${await pidOfTask(jobManager?.id ?? '')}/cwd/stdout`, 'utf8');
  const there = heirs.map(({ id }) => {
    const line = said.split('\n').find((each) => each.includes(`Registering TaskManager with ResourceID ${id} `)) ?? '';
    return Date.parse(line.slice(0, 'yyyy-mm-dd hh:mm:ss,SSS'.length).replace(' ', 'T').replace(',', '.'));
  });
  log(`registered at ${there.join()}, ended at ${ended.join()}`);
  return Math.max(...there) < Math.min(...ended);
}

/** In half a minute, for an hour; without a host nothing is announced any more. */
async function schedule(hostname?: string): Promise<void> {
  const at = (ms: number) => ({ nanoseconds: ms * 1_000_000 });
  const window = {
    machine_ids: [{ hostname, ip: '127.0.0.1' }],
    unavailability: { start: at(Date.now() + 30_000), duration: at(3_600_000) },
  };
  await operator({
    type: 'UPDATE_MAINTENANCE_SCHEDULE',
    update_maintenance_schedule: { schedule: { windows: hostname === undefined ? [] : [window] } },
  });
}

async function operator(call: object): Promise<void> {
  const answer = await fetch(`${mesos.masterUrl}/api/v1`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(call),
  });
  if (!answer.ok) throw new Error(await answer.text());
}
