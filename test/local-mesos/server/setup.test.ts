/** What a local Mesos can be told at its start about roles, places and the pace of removals. */
import test from 'ava';
import { startLocalMesos } from '../../../src/local-mesos/server/start-local-mesos.ts';
import { createMasterApi } from '../../../src/mesos-api-client/operator-client.ts';
import { subscribe } from '../../conformance/framework.ts';
import { amount } from '../../conformance/tasks.ts';
import { temporaryDirectory } from '../support/agent-fixture.ts';

const waits = { patienceMs: 15_000, quietMs: 1_000 };
const agent = { resources: 'cpus:4;mem:2048;gpus:2;ports:[31000-31099]' };

test('LM-25 quotas and weights that it is started with hold, and hold again after a restart', async (t) => {
  const mesos = await startLocalMesos({
    workDir: temporaryDirectory(t),
    agents: [{ ...agent, resources: 'cpus:4;mem:2048;ports:[31000-31099]' }],
    quotas: [{ role: 'web', limits: { cpus: { value: 1 }, mem: { value: 512 } } }],
    weights: [{ role: 'web', weight: 2 }],
  });
  t.teardown(() => mesos.close());
  const told = async () => {
    const api = createMasterApi(`127.0.0.1:${mesos.port}`);
    const quota = await api.ask({ type: 'GET_QUOTA' });
    const weights = await api.ask({ type: 'GET_WEIGHTS' });
    await api.close();
    return [quota.status.configs, weights.weight_infos];
  };
  const before = await told();
  t.deepEqual(before, [
    [{ role: 'web', limits: { cpus: { value: 1 }, mem: { value: 512 } } }],
    [{ role: 'web', weight: 2 }],
  ]);
  const framework = await subscribe({ host: '127.0.0.1', port: mesos.port }, waits, { info: { roles: ['web'] } });
  t.teardown(() => framework.cut());
  const offer = await framework.offer();
  t.is(amount(offer, 'cpus'), 1);
  await mesos.master.restart();
  t.deepEqual(await told(), before);
});

test('a quota that is none is told, and nothing is left running', async (t) => {
  const quotas = [{ role: '-a', limits: {} }];
  const error = await t.throwsAsync(startLocalMesos({ workDir: temporaryDirectory(t), quotas }));
  t.regex(error.message, /refuses UPDATE_QUOTA: .*'-a' is invalid because it starts with a dash/);
});

test('GPUs and fault domains: offered to those who know of them', async (t) => {
  const place = (region: string) => ({ fault_domain: { region: { name: region }, zone: { name: `${region}-1` } } });
  const mesos = await startLocalMesos({
    workDir: temporaryDirectory(t),
    domain: place('eu'),
    agents: [
      { hostname: 'gpus.example', ...agent, domain: place('eu') },
      { hostname: 'far.example', resources: 'cpus:1;mem:512;ports:[31100-31199]', domain: place('us') },
    ],
  });
  t.teardown(() => mesos.close());
  const able = ['MULTI_ROLE', 'RESERVATION_REFINEMENT', 'GPU_RESOURCES', 'REGION_AWARE'];
  const plain = await subscribe({ host: '127.0.0.1', port: mesos.port }, waits);
  t.teardown(() => plain.cut());
  await plain.noOffer();
  const knowing = await subscribe({ host: '127.0.0.1', port: mesos.port }, waits, { capabilities: able });
  t.teardown(() => knowing.cut());
  const gpus = await knowing.offer(({ hostname }) => hostname === 'gpus.example');
  t.is(amount(gpus, 'gpus'), 2);
  const far = await knowing.offer(({ hostname }) => hostname === 'far.example');
  t.deepEqual(far.domain, place('us'));
});

test('LM-54 of many silent agents one is given up at a time, where a limit says so', async (t) => {
  const mesos = await startLocalMesos({
    workDir: temporaryDirectory(t),
    agents: 2,
    agentPingMs: 200,
    maxAgentPingTimeouts: 3,
    agentRemovalMs: 3_600_000,
  });
  t.teardown(() => mesos.close());
  const framework = await subscribe({ host: '127.0.0.1', port: mesos.port }, waits);
  t.teardown(() => framework.cut());
  for (const each of mesos.agents) each.pause();
  await framework.take('FAILURE');
  await framework.none('FAILURE');
  const api = createMasterApi(`127.0.0.1:${mesos.port}`);
  t.teardown(() => api.close());
  const { flags = [] } = await api.ask({ type: 'GET_FLAGS' });
  t.is(flags.find(({ name }) => name === 'agent_removal_rate_limit')?.value, '1/3600secs');
  for (const each of mesos.agents) each.resume();
});
