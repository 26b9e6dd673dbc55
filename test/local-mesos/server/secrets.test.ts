/** Secrets of tasks: as variables and as files, for the task alone. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { startLocalMesos } from '../../../src/local-mesos/server/start-local-mesos.ts';
import type { ContainerInfo } from '../../../src/mesos-api-client/protocol/mesos.ts';
import { subscribe } from '../../conformance/framework.ts';
import { ask } from '../../conformance/http.ts';
import { run } from '../../conformance/tasks.ts';
import { temporaryDirectory, until } from '../support/agent-fixture.ts';

const data = Buffer.from('do-not-show').toString('base64');
const secret = { type: 'VALUE' as const, value: { data } };

function asFile(path: string, more: object = { source: { type: 'SECRET', secret } }): ContainerInfo {
  return { type: 'MESOS', volumes: [{ mode: 'RW', container_path: path, ...more }] };
}

test('LM-68 a secret is a file for its task, shown by no page, and gone with the task', async (t) => {
  const workDir = temporaryDirectory(t);
  const mesos = await startLocalMesos({ workDir, agents: [{ resources: 'cpus:4;mem:2048;ports:[31000-31099]' }] });
  t.teardown(() => mesos.close());
  const master = { host: '127.0.0.1', port: mesos.port };
  const agent = { host: '127.0.0.1', port: mesos.agents[0]?.port ?? 0 };
  const framework = await subscribe(master, { patienceMs: 15_000, quietMs: 300 });
  t.teardown(() => framework.cut());
  const command = {
    value: 'test "$(cat etc/token)" = do-not-show && test "$TOKEN" = do-not-show && exec sleep 1000',
    environment: { variables: [{ name: 'TOKEN', type: 'SECRET' as const, secret }] },
  };
  const { id } = await run(framework, 'secret', '', { command, container: asFile('etc/token') });
  await framework.update(id, 'TASK_RUNNING');
  const kept = join(workDir, 'agents', '0', 'meta', 'secrets');
  t.is(readdirSync(kept).length, 1);
  const path = `/frameworks/${framework.id}/executors/${id}/runs/latest/etc/token`;
  const read = await ask(agent, { method: 'GET', path: `/files/read?offset=0&path=${encodeURIComponent(path)}` });
  t.is(read.status, 400, 'a link out of the sandbox');
  const pages = [
    await ask(master, { method: 'GET', path: '/state' }),
    await ask(agent, { method: 'GET', path: '/state' }),
    await ask(master, { path: '/api/v1', body: { type: 'GET_STATE' } }),
    await ask(agent, { path: '/api/v1', body: { type: 'GET_STATE' } }),
  ];
  for (const { text } of pages) {
    t.true(text.includes(id));
    t.false(text.includes('do-not-show') || text.includes(data));
  }
  await framework.call('KILL', { kill: { task_id: { value: id } } });
  await framework.update(id, 'TASK_KILLED');
  await until(() => readdirSync(kept).length === 0);
});

const refused: readonly (readonly [string, ContainerInfo, RegExp])[] = [
  ['outside of the sandbox', asFile('../token'), /must lie in the sandbox$/],
  ['at an absolute path', asFile('/etc/token'), /must lie in the sandbox$/],
  [
    'by reference',
    asFile('x', { source: { type: 'SECRET', secret: { type: 'REFERENCE' } } }),
    /Secret must have the 'value' field set$/,
  ],
  [
    'that is a volume of the host',
    asFile('x', { host_path: '/etc' }),
    /are not built into the embedded master: use a command task$/,
  ],
];

test('LM-38 secrets as files that are badly described are TASK_ERROR', async (t) => {
  const mesos = await startLocalMesos({ workDir: temporaryDirectory(t), agents: 1 });
  t.teardown(() => mesos.close());
  const framework = await subscribe({ host: '127.0.0.1', port: mesos.port }, { patienceMs: 15_000, quietMs: 300 });
  t.teardown(() => framework.cut());
  for (const [what, container, sentence] of refused) {
    const { id } = await run(framework, 'refused', 'true', { container });
    t.regex((await framework.update(id, 'TASK_ERROR')).message ?? '', sentence, what);
  }
});
