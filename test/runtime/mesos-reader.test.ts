/** What is looked up at Mesos, at the embedded one: agents as the master has them, and files where they lie. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test from 'ava';
import { Problem } from '../../src/lib/problem.ts';
import { startLocalMesos } from '../../src/local-mesos/index.ts';
import type { AgentId } from '../../src/mesos-api-client/protocol/ids.ts';
import { makeScalar } from '../../src/mesos-api-client/protocol/resources.ts';
import { createMesosReader } from '../../src/runtime/mesos-reader.ts';
import { quotasOf } from '../../src/runtime/role-quotas.ts';
import type { MasterAddress } from '../../src/scheduler/model/master.ts';
import { agentFixture } from '../local-mesos/support/agent-fixture.ts';
import { agentId, frameworkId } from '../local-mesos/support/agent-model.ts';
import { fakeOperator } from './support/fake-operator.ts';

const at = (port: number) => ({ state: 'subscribed', master: `127.0.0.1:${port}` as MasterAddress, since: 0 }) as const;

test('agents are told as the master has them, and the answer serves for some seconds', async (t) => {
  const mesos = await startLocalMesos({ agents: 2 });
  t.teardown(() => mesos.close());
  let now = 0;
  const reader = createMesosReader({ options: {}, connection: () => at(mesos.port), now: () => now });
  const first = await reader.agents();
  t.is(first.agents.length, 2);
  t.deepEqual(first.maintenance, []);
  t.is(await reader.agents(), first);
  now = 10_000;
  t.not(await reader.agents(), first);
});

test('quotas are told with what their roles hold, and of masters before 1.9 as well', async (t) => {
  const limits = { cpus: { value: 4 }, mem: { value: 4096.5 } };
  const mesos = await startLocalMesos({ agents: 1, quotas: [{ role: 'flink', limits }] });
  t.teardown(() => mesos.close());
  const reader = createMesosReader({ options: {}, connection: () => at(mesos.port), now: () => 0 });
  t.deepEqual(await reader.quotas(), [{ role: 'flink', limits: { cpus: 4, mem: 4096.5 }, held: {} }]);
  const resources = [makeScalar('cpus', 1.1), makeScalar('cpus', 2.2)];
  const roles = [{ name: 'flink', weight: 1, resources }];
  const old = { infos: [{ role: 'flink', guarantee: [makeScalar('cpus', 4)] }] };
  t.deepEqual(quotasOf(old, roles), [{ role: 'flink', limits: { cpus: 4 }, held: { cpus: 3.3 } }]);
  t.deepEqual(quotasOf({ configs: [{ role: 'only-guaranteed' }] }, roles), []);
});

test('LM-70: a file is read at its agent, byte for byte, and a directory listed', async (t) => {
  const { agent, master, sandbox } = await agentFixture(t);
  master.sh('w', 'printf "out\\n"');
  await master.ended('w');
  writeFileSync(join(sandbox('w'), 'bin.dat'), Buffer.from([0, 0xff, 0x62, 0x22]));
  const operator = await fakeOperator(t, { agentId, pid: `slave(1)@${new URL(agent.url).host}` });
  const reader = createMesosReader({ options: {}, connection: () => at(operator.port), now: Date.now });
  t.teardown(() => reader.close());
  const root = `/frameworks/${frameworkId}/executors/w/runs/latest`;
  t.deepEqual((await reader.list(agentId, root))?.map(({ path }) => path).sort(), [
    `${root}/bin.dat`,
    `${root}/stderr`,
    `${root}/stdout`,
  ]);
  t.deepEqual(await reader.list(agentId, `${root}/stdout`), []);
  t.is(await reader.list(agentId, '/frameworks/none'), undefined);
  const whole = await reader.read(agentId, `${root}/bin.dat`, 0, 100);
  t.deepEqual([whole?.size, [...(whole?.bytes ?? [])]], [4, [0, 0xff, 0x62, 0x22]]);
  const part = await reader.read(agentId, `${root}/bin.dat`, 2, 1);
  t.deepEqual([part?.size, [...(part?.bytes ?? [])]], [4, [0x62]]);
  t.is(await reader.read(agentId, `${root}/none`, 0, 1), undefined);
  const outside = await t.throwsAsync<Problem>(reader.read(agentId, `${root}/../../../../../../..`, 0, 1));
  t.true(outside instanceof Problem);
});

test('the pieces of a file come over the connections of those before, which are closed with the reader', async (t) => {
  let connections = 0;
  const agent = createServer(async (request, response) => {
    const { read_file: asked } = JSON.parse((await request.toArray()).join(''));
    const data = Buffer.from('piece by piece')
      .subarray(asked.offset, asked.offset + asked.length)
      .toString('base64');
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ type: 'READ_FILE', read_file: { size: 14, data } }));
  });
  agent.on('connection', () => {
    connections += 1;
  });
  agent.listen(0, '127.0.0.1');
  await once(agent, 'listening');
  const operator = await fakeOperator(t, {
    agentId,
    pid: `slave(1)@127.0.0.1:${(agent.address() as AddressInfo).port}`,
  });
  const reader = createMesosReader({ options: {}, connection: () => at(operator.port), now: Date.now });
  let text = '';
  for (let offset = 0; offset < 14; offset += 1) text += (await reader.read(agentId, '/log', offset, 1))?.bytes;
  t.is(text, 'piece by piece');
  // The next piece may be asked for before the connection of the last one is free.
  t.true(connections <= 2, `${connections} connections`);
  const closed = new Promise((resolve) => agent.close(resolve));
  await reader.close();
  await closed;
});

test('who cannot be asked is named, in words', async (t) => {
  const lost = createMesosReader({ options: {}, connection: () => ({ state: 'standby' }), now: Date.now });
  t.like(await t.throwsAsync(lost.agents()), { code: 'NOT_READY' });
  const operator = await fakeOperator(t, { agentId, pid: 'slave(1)@127.0.0.1:1' });
  const reader = createMesosReader({ options: {}, connection: () => at(operator.port), now: Date.now });
  t.teardown(() => reader.close());
  t.like(await t.throwsAsync(reader.list(agentId, '/frameworks')), { code: 'UNREACHABLE' });
  const unknown = await t.throwsAsync<Problem>(reader.list('nobody' as AgentId, '/frameworks'));
  t.is(unknown?.message, 'agent nobody is not connected to the Mesos master');
  operator.refuse(403);
  const refused = createMesosReader({ options: {}, connection: () => at(operator.port), now: Date.now });
  t.like(await t.throwsAsync(refused.agents()), { code: 'MASTER_REFUSED' });
});
