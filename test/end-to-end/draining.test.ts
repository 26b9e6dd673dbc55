/**
 * Agents of an elastic cluster are drained under its job: one that was announced to go is empty by then, and nothing is lost; on
 * one that nobody announced Mesos ends the TaskManager at once, and another one takes its place. Real Flink.
 */
import test, { type ExecutionContext } from 'ava';
import type { TaskView } from '../../src/dispatcher/dispatcher.ts';
import type { MesosAgentView } from '../../src/dispatcher/why-views.ts';
import { type Api, idsOf } from './support/api.ts';
import { type EmbeddedStack, startEmbeddedStack } from './support/embedded-stack.ts';
import { type FlinkJobs, jobsOf, type Testimony } from './support/flink-jobs.ts';
import { announceMaintenance, registeredFirst } from './support/leaving-agents.ts';
import { eventually } from './support/process.ts';
import { exampleJar } from './support/stack.ts';

let stack: EmbeddedStack;
let api: Api;
let jobs: FlinkJobs;
let before: Testimony;

test.before(async () => {
  const { version, jar } = await exampleJar();
  // One for the JobManager; two TaskManagers, each on an agent of its own, and an agent more.
  const hostnames = ['localhost', '127.0.0.1', '127.0.0.2', '127.0.0.3'];
  stack = await startEmbeddedStack(
    hostnames.map((hostname) => ({ hostname })),
    ['--flink-version', version],
  );
  api = stack.api;
  const elsewhere = ['hostname', 'UNLIKE', 'localhost'];
  await api.send('POST', '/v1/clusters', {
    name: 'tides',
    taskManagers: { mode: 'elastic', min: 0, max: 4, spare: 0 },
    jobManager: { cpus: 0.25, constraints: [['hostname', 'IS', 'localhost']] },
    taskManager: { cpus: 0.25, memoryMiB: 1024, constraints: [elsewhere, ['hostname', 'UNIQUE']] },
    configuration: { 'taskmanager.memory.managed.fraction': '0.1' },
  });
  await api.clusterRunning('tides', 0);
  jobs = jobsOf(api, 'tides');
  await jobs.witness(jar);
  await jobs.running();
  await jobs.checkpointed();
  before = await jobs.testimony();
});

test.after.always(async () => {
  await stack?.close();
});

test.serial('an agent that was announced to go is empty when it is drained: others were there first', async (t) => {
  const [leaving, staying, jobManager] = await threeOf();
  const earlier = await jobs.restores();
  await announceMaintenance(stack, leaving.hostname);
  const heir = await heirOf(leaving, staying);
  t.true(await registeredFirst(api, t.log, [leaving], [heir]), 'it was registered before the other one ended');
  await goesOn(t, jobManager, [staying, heir], 'restored');
  // Flink repeats for three seconds what it has said of checkpoints.
  const restores = await eventually('the restore counted', async () => {
    const count = await jobs.restores();
    return count > earlier && count;
  });
  // What is announced for maintenance cannot be drained.
  await announceMaintenance(stack);
  await drain(leaving);
  await goesOn(t, jobManager, [staying, heir], 'undisturbed');
  t.is(await jobs.restores(), restores);
  await stack.operator({ type: 'REACTIVATE_AGENT', reactivate_agent: { agent_id: { value: leaving.agentId } } });
});

test.serial(
  'MA-57: a TaskManager on one that is drained unannounced is replaced elsewhere, and does not count as failed',
  async (t) => {
    const [leaving, staying, jobManager] = await threeOf();
    const restores = await jobs.restores();
    await drain(leaving);
    await eventually('the job restored', async () => (await jobs.restores()) > restores);
    await api.clusterRunning('tides', 2);
    const heir = await heirOf(leaving, staying);
    await goesOn(t, jobManager, [staying, heir], 'restored');
    const ended = (await api.tasks('tides')).find(({ id }) => id === leaving.id);
    t.is(ended?.reason, 'REASON_AGENT_DRAINING');
    // Between two attempts of a job Flink may let go whom it has just asked for: that one may be lost, and another one comes.
    const lost = (await api.events()).filter(({ kind }) => kind === 'taskmanager.lost');
    t.false(lost.some(({ data }) => data.taskId === leaving.id));
  },
);

/** Two TaskManagers on two agents, and the JobManager. */
async function threeOf(): Promise<readonly [TaskView, TaskView, TaskView]> {
  const [leaving, staying] = await api.running('tides', 'taskmanager');
  const [jobManager] = await api.running('tides', 'jobmanager');
  if (leaving === undefined || staying === undefined || jobManager === undefined)
    throw new Error('somebody is missing');
  return [leaving, staying, jobManager];
}

/** The one that is there for it, on another agent. */
function heirOf(leaving: TaskView, staying: TaskView): Promise<TaskView> {
  return eventually('another one in its place', async () => {
    const running = await api.running('tides', 'taskmanager');
    if (running.length !== 2 || running.some(({ agentId }) => agentId === leaving.agentId)) return false;
    return running.find(({ id }) => id !== staying.id);
  });
}

/** Until nothing of anybody runs there. */
async function drain({ agentId }: TaskView): Promise<void> {
  await stack.operator({ type: 'DRAIN_AGENT', drain_agent: { agent_id: { value: agentId } } });
  await eventually('the agent is drained', async () =>
    (await api.get<MesosAgentView[]>('/v1/agents')).some(
      (agent) => agent.agentId === agentId && agent.state === 'drained',
    ),
  );
}

/** The same job with the same state, on the same JobManager and these TaskManagers. */
async function goesOn(
  t: ExecutionContext,
  jobManager: TaskView,
  taskManagers: readonly TaskView[],
  how: 'restored' | 'undisturbed',
): Promise<void> {
  await api.clusterRunning('tides', 2);
  await jobs.running();
  await jobs.checkpointed();
  t.deepEqual(idsOf(await api.running('tides')), idsOf([jobManager, ...taskManagers]));
  t.is((await api.jobs('tides'))[0]?.resumed, 0, 'Flink itself restored it');
  const { born, violations, starts } = await jobs.testimony(before.starts + (how === 'restored' ? 1 : 0));
  t.deepEqual({ born, violations }, { born: before.born, violations: 0 });
  before = { born, violations, starts };
}
