/** The operator API of an agent and its older pages, asked while tasks of all kinds run. */
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { startLocalMesos } from '../../../src/local-mesos/server/start-local-mesos.ts';
import { createAgentApi } from '../../../src/mesos-api-client/operator-client.ts';
import { subscribe } from '../../conformance/framework.ts';
import { ask } from '../../conformance/http.ts';
import { freshId, launch, scalar, task } from '../../conformance/tasks.ts';
import { temporaryDirectory, untilFile } from '../support/agent-fixture.ts';

async function setting(t: ExecutionContext) {
  const agents = [
    { hostname: 'agent-1.example', attributes: 'rack:r1', resources: 'cpus:4;mem:2048;disk:1000;ports:[31000-31099]' },
  ];
  const workDir = temporaryDirectory(t);
  const mesos = await startLocalMesos({ workDir, agents });
  t.teardown(() => mesos.close());
  const waits = { patienceMs: 15_000, quietMs: 300 };
  const framework = await subscribe({ host: '127.0.0.1', port: mesos.port }, waits);
  t.teardown(() => framework.cut());
  const port = mesos.agents[0]?.port ?? 0;
  const api = createAgentApi(`127.0.0.1:${port}`);
  t.teardown(() => api.close());
  const get = async (path: string) =>
    JSON.parse((await ask({ host: '127.0.0.1', port }, { method: 'GET', path })).text);
  return { workDir, mesos, framework, api, get, port };
}

test('LM-72 an agent tells of its tasks, executors, containers and frameworks, now and before', async (t) => {
  const { mesos, framework, api, get } = await setting(t);
  const offer = await framework.offer();
  const secret = { environment: { variables: [{ name: 'TOKEN', value: 'do-not-show' }] } };
  const running = task(offer, 'running', 'x', { command: { value: 'exec sleep 1000; echo', ...secret } });
  const done = task(offer, 'done', 'true');
  const member = task(offer, 'member', 'exec sleep 1000');
  const executor = {
    type: 'DEFAULT' as const,
    executor_id: { value: freshId('group') as never },
    framework_id: { value: framework.id as never },
    resources: [scalar('cpus', 0.1), scalar('mem', 32), scalar('disk', 10)],
  };
  const group = { type: 'LAUNCH_GROUP' as const, launch_group: { executor, task_group: { tasks: [member] } } };
  await framework.accept([offer], [launch(running, done), group]);
  for (const { task_id } of [running, member]) await framework.update(task_id.value, 'TASK_RUNNING');
  await framework.update(done.task_id.value, 'TASK_FINISHED');
  const [r = '', d = '', m = ''] = [running, done, member].map(({ task_id }): string => task_id.value);

  const {
    launched_tasks: launched = [],
    completed_tasks: completed = [],
    ...others
  } = await untilDone(() => api.ask({ type: 'GET_TASKS' }));
  t.deepEqual(launched.map(({ task_id }) => task_id.value as string).sort(), [r, m].sort());
  t.deepEqual(
    completed.map(({ task_id, state }) => `${task_id.value} ${state}`),
    [`${d} TASK_FINISHED`],
  );
  t.deepEqual(others, { pending_tasks: [], queued_tasks: [], terminated_tasks: [] });
  t.deepEqual(
    completed[0]?.statuses?.map(({ state }) => state),
    ['TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED'],
  );
  t.is(launched.find(({ task_id }) => (task_id.value as string) === m)?.executor_id?.value, executor.executor_id.value);

  const { executors = [], completed_executors: past = [] } = await api.ask({ type: 'GET_EXECUTORS' });
  const made = executors.find(({ executor_info }) => (executor_info.executor_id.value as string) === r)?.executor_info;
  t.is(made?.name, `Command Executor (Task: ${r}) (Command: sh -c 'exec sleep 1...')`);
  t.deepEqual(
    made?.resources?.map(({ scalar: value }) => value?.value),
    [0.1, 32],
  );
  t.is(past.length, 1);

  const { containers = [] } = await api.ask({ type: 'GET_CONTAINERS' });
  const ofTask = containers.find(({ executor_id }) => (executor_id?.value as string) === r);
  t.is(ofTask?.resource_statistics?.cpus_soft_limit, 0.2);
  t.is(ofTask?.resource_statistics?.mem_limit_bytes, 64 * 2 ** 20);
  t.true(Number(ofTask?.resource_statistics?.mem_rss_bytes) > 0);
  t.true((ofTask?.container_status?.executor_pid ?? 0) > 0);
  t.is(containers.length, 2);
  const nested = await api.ask({ type: 'GET_CONTAINERS', get_containers: { show_nested: true } });
  t.is(nested.containers?.filter(({ container_id }) => container_id.parent !== undefined).length, 1);

  const { frameworks = [] } = await api.ask({ type: 'GET_FRAMEWORKS' });
  t.deepEqual(
    frameworks.map(({ framework_info }) => framework_info.id?.value as string),
    [framework.id],
  );
  const state = await api.ask({ type: 'GET_STATE' });
  t.deepEqual(state.get_tasks?.launched_tasks?.length, 2);
  t.false(JSON.stringify(state).includes('do-not-show'));

  const old = await get('/state');
  t.deepEqual(
    old.frameworks[0].executors.flatMap(({ tasks }: { tasks: { id: string }[] }) => tasks.map(({ id }) => id)).sort(),
    [r, m].sort(),
  );
  t.deepEqual(
    old.frameworks[0].completed_executors.map(({ id }: { id: string }) => id),
    [d],
  );
  t.false(JSON.stringify(old).includes('do-not-show'));
  t.is((await get('/containers')).length, 2);
  t.is((await get('/slave(1)/monitor/statistics')).length, 2);
  t.deepEqual(await get('/containers?container_id=none'), []);
  const metrics = await get('/metrics/snapshot');
  t.is(metrics['slave/tasks_running'], 2);
  t.is(metrics['slave/tasks_finished'], 1);
  t.is(metrics['slave/cpus_total'], 4);

  await framework.call('TEARDOWN');
  await framework.ended;
  const gone = await untilDone(async () => {
    const answer = await api.ask({ type: 'GET_FRAMEWORKS' });
    return { ...answer, completed_tasks: answer.completed_frameworks };
  });
  t.deepEqual(gone.frameworks, []);
  t.is(mesos.agents.length, 1);
});

/** What has ended is acknowledged a moment later. */
async function untilDone<Answer extends { completed_tasks?: readonly unknown[] }>(
  look: () => Promise<Answer>,
): Promise<Answer> {
  for (;;) {
    const answer = await look();
    if ((answer.completed_tasks ?? []).length > 0) return answer;
    await new Promise(setImmediate);
  }
}

test('what an agent is: GET_AGENT, flags, version, metrics, health', async (t) => {
  const { api, get } = await setting(t);
  t.deepEqual(await api.ask({ type: 'GET_HEALTH' }), { healthy: true });
  t.is((await api.ask({ type: 'GET_VERSION' })).version_info.version, '1.12.0');
  t.deepEqual(await api.ask({ type: 'GET_LOGGING_LEVEL' }), { level: 0 });
  const { flags = [] } = await api.ask({ type: 'GET_FLAGS' });
  t.is(flags.find(({ name }) => name === 'executor_registration_timeout')?.value, '1mins');
  t.deepEqual((await get('/flags')).flags.executor_reregistration_timeout, '2secs');
  const { agent_info: info } = await api.ask({ type: 'GET_AGENT' });
  t.is(info?.hostname, 'agent-1.example');
  t.deepEqual(info?.attributes, [{ name: 'rack', type: 'TEXT', text: { value: 'r1' } }]);
  const { metrics = [] } = await api.ask({ type: 'GET_METRICS', get_metrics: {} });
  t.is(metrics.find(({ name }) => name === 'slave/registered')?.value, 1);
  t.deepEqual(await api.ask({ type: 'GET_OPERATIONS' }), {});
  t.deepEqual(await api.ask({ type: 'GET_RESOURCE_PROVIDERS' }), {});
  t.deepEqual(await api.ask({ type: 'GET_CONTAINERS' }), {});
});

test('LM-1 LM-2 LM-3 calls of an agent’s operator API that are none are refused as agents refuse them', async (t) => {
  const { port } = await setting(t);
  const say = async (body: unknown, headers?: Record<string, string>, method = 'POST') => {
    const question = { method, path: '/api/v1', body, ...(headers === undefined ? {} : { headers }) };
    const answer = await ask({ host: '127.0.0.1', port }, question);
    return `${answer.status} ${answer.text}`;
  };
  t.regex(await say('', {}, 'GET'), /^405 /);
  t.is(await say('{}', {}), "400 Expecting 'Content-Type' to be present");
  t.regex(await say('{}', { 'Content-Type': 'text/plain' }), /^415 /);
  t.regex(await say('{'), /^400 /);
  t.is(await say({}), "400 Failed to validate agent::Call: Expecting 'type' to be present");
  t.is(await say({ type: 'GET_METRICS' }), "400 Failed to validate agent::Call: Expecting 'get_metrics' to be present");
  t.is(await say({ type: 'LIST_FILES' }), "400 Failed to validate agent::Call: Expecting 'list_files' to be present");
  t.is(await say({ type: 'READ_FILE', read_file: { path: '/x' } }), '400 Missing required fields: read_file.offset');
  t.regex(await say({ type: 'READ_FILE', read_file: { path: '/x', offset: -1 } }), /^400 /);
  t.is(await say({ type: 'READ_FILE', read_file: { path: '/x', offset: 0 } }), '404 ');
  t.regex(await say({ type: 'GET_STATE' }, { 'Content-Type': 'application/json', Accept: 'text/html' }), /^406 /);
  t.is(await say({ type: 'ATTACH_CONTAINER_OUTPUT' }), '501 501 Not Implemented.');
  const nested = (id: object) =>
    say({ type: 'LAUNCH_NESTED_CONTAINER', launch_nested_container: { container_id: id } });
  t.regex(await say({ type: 'LAUNCH_NESTED_CONTAINER' }), /Expecting 'launch_nested_container' to be present$/);
  t.regex(await nested({ value: 'a' }), /Expecting 'launch_nested_container.container_id.parent' to be present$/);
  t.regex(
    await nested({ value: '../a', parent: { value: 'p' } }),
    /'launch_nested_container.container_id' is invalid: /,
  );
  t.regex(await nested({ value: 'a', parent: { value: 'p' } }), /^400 Parent container p does not exist$/);
  t.is(
    await say({ type: 'SET_LOGGING_LEVEL', set_logging_level: { level: 1, duration: { nanoseconds: 1 } } }),
    '501 501 Not Implemented.',
  );
});

test('LM-47 containers nested by the agent’s API: launched, waited for, killed, removed, and ended with their parent', async (t) => {
  t.timeout(60_000);
  const { framework, port, mesos, workDir } = await setting(t);
  const offer = await framework.offer();
  const outer = task(offer, 'outer', 'exec sleep 1000');
  await framework.accept([offer], [launch(outer)], 0);
  const { container_status: status } = await framework.update(outer.task_id.value, 'TASK_RUNNING');
  const parent = status?.container_id;
  const say = async (verb: string, value: string, more: object = {}) => {
    const type = `${verb}_NESTED_CONTAINER`;
    const body = { type, [type.toLowerCase()]: { container_id: { value, parent }, ...more } };
    const answer = await ask({ host: '127.0.0.1', port }, { path: '/api/v1', body });
    return `${answer.status} ${answer.text}`;
  };
  t.is(await say('LAUNCH', 'short', { command: { value: 'pwd; test -d "$MESOS_SANDBOX"; exit 7' } }), '200 ');
  t.is(await say('LAUNCH', 'short', { command: { value: 'true' } }), '202 ');
  t.is(await say('WAIT', 'short'), '200 {"type":"WAIT_NESTED_CONTAINER","wait_nested_container":{"exit_status":1792}}');
  const path = `/frameworks/${framework.id}/executors/${outer.task_id.value}/runs/latest/containers/short/stdout`;
  const read = await ask(
    { host: '127.0.0.1', port },
    { method: 'GET', path: `/files/read?offset=0&path=${encodeURIComponent(path)}` },
  );
  t.regex(read.text, /containers\/short/);
  t.is(await say('REMOVE', 'short'), '200 ');
  const gone = await ask(
    { host: '127.0.0.1', port },
    { method: 'GET', path: `/files/read?offset=0&path=${encodeURIComponent(path)}` },
  );
  t.is(gone.status, 404);
  t.is(await say('REMOVE', 'short'), '200 ');
  t.is(await say('WAIT', 'short'), `404 Container ${parent?.value}.short cannot be found`);

  t.is(await say('LAUNCH', 'long', { command: { value: 'touch up; exec sleep 1000' } }), '200 ');
  const sandbox = ['agents/0/slaves', mesos.agents[0]?.agentId, 'frameworks', framework.id, 'executors', outer.name];
  await untilFile(join(workDir, ...sandbox.map(String), 'runs/latest/containers/long/up'));
  t.is(await say('REMOVE', 'long'), '500 Nested container has not terminated yet');
  t.is(await say('KILL', 'long', { signal: 15 }), '200 ');
  t.regex(await say('WAIT', 'long'), /"exit_status":15/);
  t.regex(await say('KILL', 'long'), /^404 /);
  t.is(
    await say('LAUNCH', 'image', { command: { value: 'x' }, container: { type: 'DOCKER', docker: { image: 'x' } } }),
    '400 The provided ContainerInfo is not supported',
  );

  t.is(await say('LAUNCH', 'orphan', { command: { value: 'exec sleep 1000' } }), '200 ');
  const waiting = say('WAIT', 'orphan');
  await framework.call('KILL', { kill: { task_id: outer.task_id } });
  await framework.update(outer.task_id.value, 'TASK_KILLED');
  t.regex(await waiting, /^200 /);
  for (const name of ['long', 'orphan'])
    t.is(await say('WAIT', name), `404 Container ${parent?.value}.${name} cannot be found`);
  t.is(await say('REMOVE', 'long'), '500 Unknown root container');
});
