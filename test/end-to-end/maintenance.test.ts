/** An agent is announced to be taken away: others are there first, then the TaskManagers on it go. Real Flink on the embedded Mesos. */
import test, { type ExecutionContext } from 'ava';
import type { MesosAgentView } from '../../src/dispatcher/why-views.ts';
import { type Api, idsOf } from './support/api.ts';
import { type EmbeddedStack, startEmbeddedStack } from './support/embedded-stack.ts';
import { jobsOf } from './support/flink-jobs.ts';
import { announceMaintenance, factOf, registeredFirst } from './support/leaving-agents.ts';
import { eventually } from './support/process.ts';
import { exampleJar } from './support/stack.ts';

let stack: EmbeddedStack;
let api: Api;
let jar: string;

test.before(async () => {
  const example = await exampleJar();
  jar = example.jar;
  // One for JobManagers, two for TaskManagers.
  const hostnames = ['localhost', '127.0.0.1', '127.0.0.2'];
  const agents = hostnames.map((hostname) => ({ hostname }));
  stack = await startEmbeddedStack(agents, ['--flink-version', example.version]);
  api = stack.api;
});

test.after.always(async () => {
  await stack?.close();
});

test.serial(
  'an elastic cluster has its TaskManagers elsewhere before they have to go, and its job goes on',
  async (t) => {
    await create('tides', { mode: 'elastic', min: 0, max: 4, spare: 0 });
    const { witness, running, checkpointed, restores } = jobsOf(api, 'tides');
    const { id } = await witness(jar);
    await running(id);
    await checkpointed(id);
    await calledOff(t, 'tides');
    const moved = await movedAway(t.log, 'tides', 2);
    t.true(moved.thereFirst, 'they were registered before the first of the others ended');
    await eventually('the job restored', async () => (await restores(id)) > 0);
    await running(id);
    t.is((await api.jobs('tides'))[0]?.resumed, 0);
    await api.send('DELETE', '/v1/clusters/tides');
    await announceMaintenance(stack);
    await api.clusterGone('tides');
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
  await stack.operator({ type: 'DRAIN_AGENT', drain_agent: { agent_id: { value: before?.agentId } } });
  const after = await eventually('another one', async () =>
    (await api.running('rocks', 'taskmanager')).find(({ id }) => id !== before?.id),
  );
  t.not(after.agentId, before?.agentId);
  await api.clusterRunning('rocks', 1);
  const [requested, ended] = [
    await factOf(api, 'task.requested', after.id),
    await factOf(api, 'task.ended', before?.id),
  ];
  t.true(requested.sequence < ended.sequence);
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
  const running = await api.running(cluster, 'taskmanager');
  const before = idsOf(running);
  const [hostname = ''] = running.map((task) => task.hostname);
  const other = (await api.get<MesosAgentView[]>('/v1/agents')).find(
    (agent) => !['localhost', hostname].includes(agent.hostname),
  );
  const agent_id = { value: other?.agentId };
  await stack.operator({ type: 'DEACTIVATE_AGENT', deactivate_agent: { agent_id } });
  const waiting = async () => (await api.tasks(cluster)).filter(({ phase }) => phase === 'waiting').length;
  await announceMaintenance(stack, hostname);
  await eventually('others that wait', async () => (await waiting()) > 0);
  await announceMaintenance(stack);
  await eventually('nobody waits', async () => (await waiting()) === 0);
  t.deepEqual(idsOf(await api.running(cluster, 'taskmanager')), before);
  t.true((await api.events()).some(({ kind }) => kind === 'agent.stays'));
  await stack.operator({ type: 'REACTIVATE_AGENT', reactivate_agent: { agent_id } });
}

/** Announces that the agent of the TaskManagers is taken away soon, and waits until they are all elsewhere. */
async function movedAway(log: (text: string) => void, cluster: string, count: number) {
  const before = await eventually('TaskManagers', async () => {
    const found = await api.running(cluster, 'taskmanager');
    return found.length === count && found;
  });
  const hostname = before[0]?.hostname ?? '';
  const leaving = before.filter((task) => task.hostname === hostname);
  await announceMaintenance(stack, hostname);
  const after = await eventually('all of them elsewhere', async () => {
    const found = await api.running(cluster, 'taskmanager');
    return found.length === count && found.every((task) => task.hostname !== hostname) && found;
  });
  await eventually('registered', async () => (await api.cluster(cluster)).taskManagers.registered === count);
  return {
    thereFirst: await registeredFirst(
      api,
      log,
      leaving,
      after.filter(({ id }) => before.every((task) => task.id !== id)),
    ),
  };
}
