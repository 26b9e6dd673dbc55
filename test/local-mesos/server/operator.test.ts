/** The operators' side of a running master over HTTP: the event stream, drains, the older pages. */
import test, { type ExecutionContext } from 'ava';
import { startLocalMesos } from '../../../src/local-mesos/server/start-local-mesos.ts';
import { createRecordDecoder } from '../../../src/mesos-api-client/protocol/recordio.ts';
import { type Framework, subscribe } from '../../conformance/framework.ts';
import { ask, json, open } from '../../conformance/http.ts';
import { runUntilRunning } from '../../conformance/tasks.ts';
import { temporaryDirectory } from '../support/agent-fixture.ts';

async function running(t: ExecutionContext, options: object = {}) {
  const agents = [{ hostname: 'agent-1.example', resources: 'cpus:4;mem:2048;ports:[31000-31099];cpus(web):1' }];
  const mesos = await startLocalMesos({ workDir: temporaryDirectory(t), agents, ...options });
  t.teardown(() => mesos.close());
  const target = { host: '127.0.0.1', port: mesos.port };
  return { mesos, target };
}

async function framework(t: ExecutionContext, target: { host: string; port: number }): Promise<Framework> {
  const subscribed = await subscribe(target, { patienceMs: 15_000, quietMs: 300 }, {});
  t.teardown(() => subscribed.cut());
  return subscribed;
}

test('LM-71 an operator that subscribes hears of a framework and its task', async (t) => {
  const { target } = await running(t);
  const response = await open(target, { path: '/api/v1', body: { type: 'SUBSCRIBE' } });
  t.is(response.statusCode, 200);
  t.false('mesos-stream-id' in response.headers);
  const scheduler = await framework(t, target);
  const task = runUntilRunning(scheduler, 'watched');
  const decoder = createRecordDecoder();
  const types: string[] = [];
  for await (const chunk of response) {
    for (const record of decoder.push(chunk as Buffer).records) {
      types.push((JSON.parse(record) as { type: string }).type);
    }
    if (types.filter((type) => type === 'TASK_UPDATED').length === 2) {
      break;
    }
  }
  await task;
  t.deepEqual(
    types.filter((type) => type !== 'HEARTBEAT'),
    ['SUBSCRIBED', 'FRAMEWORK_ADDED', 'TASK_ADDED', 'TASK_UPDATED', 'TASK_UPDATED'],
  );
});

test('LM-63 a task of an agent that is drained is killed, and the agent is DRAINED', async (t) => {
  const { target } = await running(t);
  const scheduler = await framework(t, target);
  const { id, offer } = await runUntilRunning(scheduler, 'drained');
  const drain_agent = { agent_id: offer.agent_id };
  t.is((await ask(target, { path: '/api/v1', body: { type: 'DRAIN_AGENT', drain_agent } })).status, 200);
  t.is((await scheduler.update(id, 'TASK_KILLED')).reason, 'REASON_AGENT_DRAINING');
  const state = async () => {
    const { text } = await ask(target, { path: '/api/v1', body: { type: 'GET_AGENTS' } });
    return JSON.parse(text).get_agents.agents[0].drain_info.state;
  };
  // The acknowledgement is on its way.
  for (let tries = 0; tries < 500 && (await state()) === 'DRAINING'; tries += 1);
  t.is(await state(), 'DRAINED');
});

test('LM-72 the older pages show the same agents, frameworks, tasks and roles as /state', async (t) => {
  const { target } = await running(t);
  const scheduler = await framework(t, target);
  const { id } = await runUntilRunning(scheduler, 'shown');
  // What is offered stays as it is between two questions.
  await scheduler.call('SUPPRESS');
  const page = async (path: string) => JSON.parse((await ask(target, { method: 'GET', path, headers: {} })).text);
  const state = await page('/state');
  const [slave] = (await page('/slaves')).slaves;
  t.like(slave, state.slaves[0]);
  t.is(slave.used_resources_full.length, 2);
  t.deepEqual((await page('/master/frameworks')).frameworks, state.frameworks);
  t.is((await page('/tasks')).tasks[0].id, id);
  t.deepEqual((await page('/tasks?limit=0')).tasks, []);
  t.deepEqual((await page('/slaves?slave_id=none')).slaves, []);
  t.is((await page('/state-summary')).slaves[0].TASK_RUNNING, 1);
  t.deepEqual(state.slaves[0].reserved_resources.web.cpus, 1);
  const roles = (await page('/roles')).roles;
  t.deepEqual(
    roles.map(({ name }: { name: string }) => name),
    ['*', 'web'],
  );
  t.is(roles[0].allocated.cpus, 0.1);
  t.deepEqual([await page('/quota'), await page('/weights'), await page('/maintenance/schedule')], [{}, [], {}]);
});

test('LM-17 with authentication the older pages are closed to others', async (t) => {
  const { target } = await running(t, { credentials: [{ principal: 'test', secret: 'secret' }] });
  for (const path of ['/slaves', '/roles', '/tasks', '/maintenance/status']) {
    t.is((await ask(target, { method: 'GET', path, headers: json })).status, 401, path);
  }
});
