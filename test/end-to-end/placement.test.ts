/** Constraints and reasons on the embedded Mesos, with agents of two racks and real Flink. */
import test from 'ava';
import type { MesosAgentView, OfferRoundView, TaskWhyView } from '../../src/dispatcher/why-views.ts';
import type { Api } from './support/api.ts';
import { type EmbeddedStack, startEmbeddedStack } from './support/embedded-stack.ts';
import { eventually, flinkMesos } from './support/process.ts';
import { exampleJar } from './support/stack.ts';

let stack: EmbeddedStack;
let api: Api;

const inZone = (zone: string) => ({ fault_domain: { region: { name: 'eu' }, zone: { name: zone } } });

test.before(async () => {
  const { version } = await exampleJar();
  stack = await startEmbeddedStack(
    [
      { attributes: 'rack:r1;disk:ssd', domain: inZone('eu-1') },
      { attributes: 'rack:r2', domain: inZone('eu-2') },
    ],
    ['--role', 'flink,batch', '--flink-version', version],
  );
  api = stack.api;
});

test.after.always(async () => {
  await stack?.close();
});

async function racks(cluster: string): Promise<Record<string, string[]>> {
  const agents = await api.get<MesosAgentView[]>('/v1/agents');
  const rackOf = new Map(agents.map(({ agentId, attributes }) => [agentId, attributes.rack ?? '']));
  const tasks = (await api.tasks(cluster)).filter(({ phase }) => phase === 'launched');
  const byPart = Object.groupBy(tasks, ({ part }) => part);
  const racksOf = (part: string) => (byPart[part] ?? []).map(({ agentId }) => rackOf.get(agentId ?? '') ?? '').sort();
  return { jobManager: racksOf('jobmanager'), taskManagers: racksOf('taskmanager') };
}

test.serial(
  'LC-17: a cluster with constraints runs where they say, every TaskManager on a rack of its own',
  async (t) => {
    await api.send('POST', '/v1/clusters', {
      name: 'placed',
      jobManager: { cpus: 0.5, constraints: [['rack', 'IS', 'r2']] },
      taskManager: { cpus: 0.5, constraints: [['rack', 'UNIQUE']] },
      taskManagers: { mode: 'fixed', count: 2 },
      placement: { role: 'batch' },
    });
    await api.clusterRunning('placed', 2);
    t.deepEqual(await racks('placed'), { jobManager: ['r2'], taskManagers: ['r1', 'r2'] });
    await api.send('DELETE', '/v1/clusters/placed');
    await api.clusterGone('placed');
  },
);

test.serial('regions and zones are the fault domains of the agents', async (t) => {
  await api.send('POST', '/v1/clusters', {
    name: 'zoned',
    jobManager: {
      cpus: 0.5,
      constraints: [
        ['@region', 'IS', 'eu'],
        ['@zone', 'IS', 'eu-2'],
      ],
    },
    taskManager: { cpus: 0.5, constraints: [['@zone', 'UNIQUE']], preferences: [['@zone', 'APART', 'placed']] },
    taskManagers: { mode: 'fixed', count: 2 },
    placement: { together: true, fitness: { parts: [{ by: 'spread', of: 'memory' }, { by: 'former-agent' }] } },
  });
  await api.clusterRunning('zoned', 2);
  const agents = await api.get<MesosAgentView[]>('/v1/agents');
  t.deepEqual(agents.map(({ domain }) => domain?.zone).sort(), ['eu-1', 'eu-2']);
  t.deepEqual(await racks('zoned'), { jobManager: ['r2'], taskManagers: ['r1', 'r2'] });
  await api.send('DELETE', '/v1/clusters/zoned');
  await api.clusterGone('zoned');
});

test.serial(
  'what cannot be placed waits and says why: over the API, on the command line, offer by offer',
  async (t) => {
    await api.send('POST', '/v1/clusters', {
      name: 'stuck',
      jobManager: { cpus: 0.5 },
      taskManager: { cpus: 0.5, constraints: [['rack', 'MAX_PER', '1']] },
      taskManagers: { mode: 'fixed', count: 3 },
    });
    const why = await reasonOf('stuck', /^of 2 agents: .*2 ruled out by rack MAX_PER 1$/);
    t.is(why.state, 'none-fits');
    t.deepEqual(why.ruledOut.at(-1), { reason: 'constraint', what: 'rack MAX_PER 1', agents: 2 });
    t.deepEqual(await racks('stuck').then(({ taskManagers }) => taskManagers), ['r1', 'r2']);

    const said = flinkMesos(['why', why.task, '--url', api.url]);
    await said.said(/waits because +of 2 agents: .*2 ruled out by rack MAX_PER 1/);
    await said.said(/2 +constraint rack MAX_PER 1/);
    const declined = await eventually('a declined offer', async () => {
      const rounds = await api.get<OfferRoundView[]>('/v1/offers');
      return rounds.flatMap(({ offers }) => offers).find((offer) => offer.why === 'no task that waits fits');
    });
    t.like(declined, { outcome: 'declined', role: 'flink' });
  },
);

test.serial(
  'with offer constraints the master offers only what suits; the reason names what was asked for',
  async (t) => {
    await api.send('POST', '/v1/clusters', {
      name: 'nowhere',
      jobManager: { cpus: 0.5, constraints: [['rack', 'IS', 'r9']] },
      placement: { role: 'batch' },
    });
    await reasonOf('nowhere', /ruled out by rack IS r9/);
    const events = await api.get<{ kind: string; data: { roles?: string[] } }[]>('/v1/events?limit=1000');
    t.true(events.some(({ kind, data }) => kind === 'offers.constrained' && data.roles?.includes('batch')));
  },
);

test.serial('a kept place: its volume and reservations outlast the TaskManager, and go with the cluster', async (t) => {
  await api.send('POST', '/v1/clusters', {
    name: 'keeper',
    taskManager: { cpus: 0.5, kept: { volumeMiB: 64, volumePath: 'state' } },
    placement: { role: 'batch' },
  });
  await api.clusterRunning('keeper', 1);
  const places = async () => {
    const agents = await api.get<MesosAgentView[]>('/v1/agents');
    return agents.flatMap(({ agentId, places }) => places.map((place) => ({ agentId, ...place })));
  };
  const [first] = await places();
  t.like(first, { cluster: 'keeper', resources: { cpus: 0.5, memMiB: 1728, diskMiB: 1088, ports: 0 } });
  await api.send('POST', `/v1/tasks/${first?.task}/restart`);
  const successor = await eventually('a successor at the same place', async () => {
    const running = await api.running('keeper', 'taskmanager');
    return running.find(({ id, agentId }) => id !== first?.task && agentId === first?.agentId);
  });
  t.true((await stack.operator({ type: 'GET_AGENTS' })).includes(first?.id ?? '?'));
  t.deepEqual(await places(), [{ ...(first as NonNullable<typeof first>), task: successor.id }]);
  await api.send('DELETE', '/v1/clusters/keeper');
  await eventually('nothing is kept', async () => (await places()).length === 0);
  t.false((await stack.operator({ type: 'GET_AGENTS' })).includes(first?.id ?? '?'));
});

/** Before all agents are known there are others. */
function reasonOf(cluster: string, words: RegExp): Promise<TaskWhyView> {
  return eventually(`${cluster} waits: ${words}`, async () =>
    (await api.get<TaskWhyView[]>('/v1/why')).find((each) => each.cluster === cluster && words.test(each.why)),
  );
}
