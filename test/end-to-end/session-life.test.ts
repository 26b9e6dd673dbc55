/**
 * The life of session clusters with real Flink: a large job, several that share, the least and the most that a cluster may
 * have, spare TaskManagers, slots of other sizes.
 */
import test from 'ava';
import { exampleClasses } from '../../examples/build.ts';
import type { JobView, TaskView } from '../../src/dispatcher/dispatcher.ts';
import type { ClusterSpec } from '../../src/flink/spec.ts';
import { jobsOf, uploadJar } from './support/flink-jobs.ts';
import { eventually } from './support/process.ts';
import { exampleJar, type Stack, startStack } from './support/stack.ts';

let stack: Stack;
let jar: string;

test.serial('a job of parallelism 20 gets what it needs, others share, and the maximum is one', async (t) => {
  const example = await exampleJar();
  stack = await startStack({ scheduler: ['--flink-version', example.version] });
  jar = await uploadJar(stack.api, example.jar);
  await create('wide', { taskManager: { slots: 10 }, taskManagers: { mode: 'elastic', min: 0, max: 3, spare: 0 } });
  t.is((await taskManagers('wide')).length, 0);
  const wide = await run('wide', 20);
  await allRun('wide', wide);
  t.is((await taskManagers('wide')).length, 2, 'twenty slots of ten each');

  const guest = await run('wide', 5);
  await allRun('wide', guest);
  t.is((await taskManagers('wide')).length, 3);
  const second = await run('wide', 5);
  await allRun('wide', second);
  t.is((await taskManagers('wide')).length, 3, 'what was left of the third was enough');

  const late = await run('wide', 10);
  const reason = /slots for "StateWitness": the cluster has the 3 TaskManagers that it may have at most/;
  await eventually('it waits, with the reason', async () =>
    reason.test((await stack.api.cluster('wide')).waitingFor ?? ''),
  );
  t.is((await stack.api.cluster('wide')).taskManagers.wanted, 3);
  await cancel('wide', wide);
  await allRun('wide', late);
  t.true((await ever('wide')).length <= 4, 'it took what had come free');
  t.true((await taskManagers('wide')).length <= 3);
  for (const job of [guest, second, late]) await cancel('wide', job);
  await eventually('what is idle goes back', async () => (await taskManagers('wide')).length === 0);
  await stack.api.send('DELETE', '/v1/clusters/wide');
});

test.serial('the minimum is there without a job, and spare ones beside those that work', async (t) => {
  await create('kept', { taskManagers: { mode: 'elastic', min: 1, max: 4, spare: 1 } });
  await eventually('the minimum', async () => (await taskManagers('kept')).length === 1);
  await stack.api.clusterRunning('kept', 1);
  const job = await run('kept', 1);
  await allRun('kept', job);
  await stack.api.clusterRunning('kept', 2);
  t.is((await ever('kept')).length, 2, 'the one that was there works, one is spare');
  await cancel('kept', job);
  // Looked at for longer than an idle one would stay.
  await eventually('back to the minimum', async () => (await taskManagers('kept')).length === 1);
  await stack.api.send('DELETE', '/v1/clusters/kept');
});

test.serial('slot groups of sizes of their own share a TaskManager; what cannot be met vanishes', async (t) => {
  await create('fine', {
    taskManagers: { mode: 'elastic', min: 0, max: 3, spare: 0 },
    configuration: { 'cluster.fine-grained-resource-management.enabled': 'true' },
  });
  const job = await run('fine', 1, exampleClasses.slotGroups);
  await allRun('fine', job);
  t.is((await taskManagers('fine')).length, 1, 'both fit into one');
  const flink = await stack.api.get<{ taskmanagers: { id: string }[] }>('/v1/clusters/fine/flink/taskmanagers');
  const path = `/v1/clusters/fine/flink/taskmanagers/${flink.taskmanagers[0]?.id}`;
  const { allocatedSlots } = await stack.api.get<{ allocatedSlots: { resource: { cpuCores: number } }[] }>(path);
  t.deepEqual(allocatedSlots.map(({ resource }) => resource.cpuCores).sort(), [0.25, 0.5]);
  await cancel('fine', job);
  await stack.api.send('DELETE', '/v1/clusters/fine');
  await eventually('all gone', async () => (await stack.api.get<unknown[]>('/v1/clusters')).length === 0);
});

test.after.always(async () => {
  await stack?.close();
});

async function create(cluster: string, spec: Omit<ClusterSpec, 'name'>): Promise<void> {
  const configuration = { 'resourcemanager.taskmanager-timeout': '5 s', ...spec.configuration };
  await stack.api.send('POST', '/v1/clusters', { name: cluster, ...spec, configuration });
  await eventually(`${cluster} runs`, async () => (await stack.api.cluster(cluster)).phase === 'running');
}

async function run(cluster: string, parallelism: number, entryClass: string = exampleClasses.stateWitness) {
  return stack.api.send<JobView>('POST', `/v1/clusters/${cluster}/jobs`, { jar, entryClass, parallelism });
}

async function cancel(cluster: string, { id }: JobView): Promise<void> {
  await stack.api.send('DELETE', `/v1/clusters/${cluster}/jobs/${id}`);
  await stack.api.jobInState(cluster, id, 'CANCELED');
}

function allRun(cluster: string, { id }: JobView): Promise<void> {
  return jobsOf(stack.api, cluster).running(id);
}

function taskManagers(cluster: string): Promise<TaskView[]> {
  return stack.api.present(cluster, 'taskmanager');
}

function ever(cluster: string): Promise<TaskView[]> {
  return stack.api.launched(cluster, 'taskmanager');
}
