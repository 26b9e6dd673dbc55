/** Reservations and volumes with real agents: what they hold outlives tasks and the agent's process. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { startLocalMesos } from '../../../src/local-mesos/server/start-local-mesos.ts';
import type { Resource } from '../../../src/mesos-api-client/protocol/mesos.ts';
import type { OfferOperation } from '../../../src/mesos-api-client/protocol/operations.ts';
import { subscribe } from '../../conformance/framework.ts';
import { ask } from '../../conformance/http.ts';
import { launch, scalar, task } from '../../conformance/tasks.ts';

const reserved = (name: string, value: number): Resource => ({
  ...scalar(name, value),
  reservations: [{ type: 'DYNAMIC', role: 'web', principal: 'p' }],
});
const volume: Resource = {
  ...reserved('disk', 100),
  disk: { persistence: { id: 'v1', principal: 'p' }, volume: { mode: 'RW', container_path: 'data/here' } },
};

test('LM-62 a volume keeps what a task wrote over the end of the task and of the agent, until it is destroyed', async (t) => {
  const workDir = mkdtempSync(join(tmpdir(), 'volumes-'));
  const agents = [{ hostname: 'agent-1.example', resources: 'cpus:4;mem:2048;disk:1000;ports:[31000-31099]' }];
  const mesos = await startLocalMesos({ workDir, agents });
  t.teardown(async () => {
    await mesos.close();
    rmSync(workDir, { recursive: true, force: true });
  });
  const target = { host: '127.0.0.1', port: mesos.port };
  const framework = await subscribe(
    target,
    { patienceMs: 15_000, quietMs: 300 },
    { info: { roles: ['web'], principal: 'p' } },
  );
  t.teardown(() => framework.cut());
  const first = await framework.offer();
  const writer = task(first, 'writer', 'echo kept > data/here/file', {
    resources: [scalar('cpus', 0.1), scalar('mem', 32), volume],
  });
  const operations: OfferOperation[] = [
    { type: 'RESERVE', reserve: { resources: [reserved('disk', 100)] } },
    { type: 'CREATE', create: { volumes: [volume] }, id: { value: 'create' as never } },
  ];
  await framework.accept([first], [...operations, launch(writer)], 0);
  await framework.update(writer.task_id.value, 'TASK_FINISHED');
  const [agent] = mesos.agents;
  await agent?.kill();
  await agent?.restart();
  const has = (offer: { resources?: Resource[] }) =>
    offer.resources?.some(({ disk }) => disk?.persistence?.id === 'v1') ?? false;
  const second = await framework.offer(has);
  const reader = task(second, 'reader', 'test "$(cat data/here/file)" = kept', {
    resources: [scalar('cpus', 0.1), scalar('mem', 32), volume],
  });
  await framework.accept([second], [launch(reader)], 0);
  await framework.update(reader.task_id.value, 'TASK_FINISHED');
  const file = join(workDir, 'agents', '0', 'volumes', 'roles', 'web', 'v1', 'file');
  t.is(readFileSync(file, 'utf8'), 'kept\n');
  const agent_id = second.agent_id;
  const destroyed = await ask(target, {
    path: '/api/v1',
    body: { type: 'DESTROY_VOLUMES', destroy_volumes: { agent_id, volumes: [volume] } },
  });
  t.is(destroyed.status, 202, destroyed.text);
  t.false(existsSync(file));
});
