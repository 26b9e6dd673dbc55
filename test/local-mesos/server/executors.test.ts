/** Executors of frameworks with real processes: programs that speak the executor HTTP API, and groups of tasks. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { type LocalMesos, startLocalMesos } from '../../../src/local-mesos/server/start-local-mesos.ts';
import type { ExecutorInfo, Offer, TaskInfo } from '../../../src/mesos-api-client/protocol/mesos.ts';
import { type Framework, subscribe } from '../../conformance/framework.ts';
import { ask } from '../../conformance/http.ts';
import { freshId, launch, scalar, task } from '../../conformance/tasks.ts';
import { temporaryDirectory, until } from '../support/agent-fixture.ts';

const program = fileURLToPath(new URL('../support/echo-executor.ts', import.meta.url));
const waits = { patienceMs: 20_000, quietMs: 300 };

interface Setting {
  readonly workDir: string;
  readonly mesos: LocalMesos;
  readonly framework: Framework;
}

async function setting(t: ExecutionContext, agent: object = {}): Promise<Setting> {
  const workDir = temporaryDirectory(t);
  const agents = [
    { hostname: 'agent-1.example', resources: 'cpus:4;mem:2048;disk:1000;ports:[31000-31099]', ...agent },
  ];
  const mesos = await startLocalMesos({ workDir, agents });
  t.teardown(() => mesos.close());
  const capabilities = ['MULTI_ROLE', 'RESERVATION_REFINEMENT', 'PARTITION_AWARE', 'TASK_KILLING_STATE'];
  const framework = await subscribe({ host: '127.0.0.1', port: mesos.port }, waits, { capabilities });
  t.teardown(() => framework.cut());
  return { workDir, mesos, framework };
}

function executorOf(framework: Framework, command = `exec ${process.execPath} echo-executor.ts`): ExecutorInfo {
  return {
    type: 'CUSTOM',
    executor_id: { value: freshId('executor') as never },
    framework_id: { value: framework.id as never },
    command: { value: command, uris: [{ value: program }] },
    resources: [scalar('cpus', 0.1), scalar('mem', 32)],
  };
}

function taskOn(offer: Offer, executor: ExecutorInfo): TaskInfo {
  const { command: _command, ...rest } = task(offer, 'on-executor', '');
  return { ...rest, executor };
}

async function runOn({ framework }: Setting, executor: ExecutorInfo, count = 1): Promise<string[]> {
  const offer = await framework.offer();
  const tasks = Array.from({ length: count }, () => taskOn(offer, executor));
  await framework.accept([offer], [launch(...tasks)], 0);
  return tasks.map(({ task_id }) => task_id.value);
}

function tell({ framework, mesos }: Setting, executor: ExecutorInfo, said: string) {
  const agent_id = { value: mesos.agents[0]?.agentId };
  const data = Buffer.from(said).toString('base64');
  return framework.call('MESSAGE', { message: { agent_id, executor_id: executor.executor_id, data } });
}

function sandboxOf({ workDir, mesos, framework }: Setting, executor: ExecutorInfo): string {
  const parts = ['agents', '0', 'slaves', String(mesos.agents[0]?.agentId), 'frameworks', framework.id];
  return join(workDir, ...parts, 'executors', executor.executor_id.value, 'runs', 'latest');
}

test('MA-58 LM-29 several tasks on one custom executor: messages, updates, a kill, and its end', async (t) => {
  const all = await setting(t);
  const { framework } = all;
  const executor = executorOf(framework);
  const [one = '', two = '', three = ''] = await runOn(all, executor, 3);
  for (const id of [one, two, three]) await framework.update(id, 'TASK_RUNNING');
  await tell(all, executor, 'hello');
  const echo = await framework.take('MESSAGE');
  t.is(Buffer.from(echo.message.data, 'base64').toString(), 'echo hello');
  t.is(echo.message.executor_id.value, executor.executor_id.value);
  await tell(all, executor, `finish ${one}`);
  const finished = await framework.update(one, 'TASK_FINISHED');
  t.is(finished.source, 'SOURCE_EXECUTOR');
  await framework.call('KILL', { kill: { task_id: { value: two } } });
  await framework.update(two, 'TASK_KILLED');
  await tell(all, executor, 'exit 7');
  const failed = await framework.update(three, 'TASK_FAILED');
  t.is(failed.reason, 'REASON_EXECUTOR_TERMINATED');
  const { failure } = await framework.take('FAILURE');
  t.is(failure.status, 1792);
  t.is(failure.executor_id?.value, executor.executor_id.value);
});

/** A machine that is busy with other tests is no executor that hangs. */
const patient = { executorTimes: { reregistrationMs: 15_000, shutdownGraceMs: 15_000 } };

test('LM-62 an executor and its tasks outlive their agent', async (t) => {
  const all = await setting(t, patient);
  const { framework, mesos } = all;
  const executor = executorOf(framework);
  const [id = ''] = await runOn(all, executor);
  await framework.update(id, 'TASK_RUNNING');
  const [agent] = mesos.agents;
  await agent?.kill();
  await agent?.restart();
  await until(() => readFileSync(join(sandboxOf(all, executor), 'stdout'), 'utf8').split('SUBSCRIBED').length === 3);
  await tell(all, executor, 'still there');
  const echo = await framework.take('MESSAGE');
  t.is(Buffer.from(echo.message.data, 'base64').toString(), 'echo still there');
  await tell(all, executor, `finish ${id}`);
  await framework.update(id, 'TASK_FINISHED');
});

test('LM-62 an executor that does not come back after a restart of its agent is ended with its tasks', async (t) => {
  const all = await setting(t, { executorTimes: { reregistrationMs: 300 } });
  const { framework, mesos } = all;
  const executor = executorOf(framework);
  const [id = ''] = await runOn(all, executor);
  await framework.update(id, 'TASK_RUNNING');
  const [agent] = mesos.agents;
  await framework.call('RECONCILE', { reconcile: {} });
  const { container_status: status } = await framework.update(id, 'TASK_RUNNING');
  await agent?.kill();
  for (const child of childrenOf(status?.executor_pid ?? 0)) process.kill(child, 'SIGSTOP');
  await agent?.restart();
  const gone = await framework.update(id, 'TASK_GONE');
  t.is(gone.message, 'Executor did not reregister within 300ms');
});

function childrenOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children === '' ? [] : children.split(' ').map(Number);
}

test('LM-29 an executor that never registers fails its tasks', async (t) => {
  const all = await setting(t, { executorTimes: { registrationMs: 400 } });
  const [id = ''] = await runOn(all, executorOf(all.framework, 'exec sleep 1000'));
  const failed = await all.framework.update(id, 'TASK_FAILED');
  t.is(failed.reason, 'REASON_EXECUTOR_REGISTRATION_TIMEOUT');
  t.is(failed.message, 'Executor did not register within 400ms');
});

test('LM-61 LM-47 SHUTDOWN ends an executor in good order, and a stubborn one by force', async (t) => {
  const all = await setting(t, patient);
  const { framework, mesos } = all;
  const agent_id = { value: mesos.agents[0]?.agentId };
  const shutDown = ({ executor_id }: ExecutorInfo) =>
    framework.call('SHUTDOWN', { shutdown: { executor_id, agent_id } });
  const polite = executorOf(framework);
  const [first = ''] = await runOn(all, polite);
  await framework.update(first, 'TASK_RUNNING');
  await shutDown(polite);
  t.is((await framework.take('FAILURE')).failure.status, 0);
  const stubborn = { ...executorOf(framework), shutdown_grace_period: { nanoseconds: 2e8 } };
  const [second = ''] = await runOn(all, stubborn);
  await framework.update(second, 'TASK_RUNNING');
  await tell(all, stubborn, 'stubborn');
  await tell(all, stubborn, 'heard');
  await framework.take('MESSAGE');
  await shutDown(stubborn);
  await framework.update(second, 'TASK_FAILED');
  t.is((await framework.take('FAILURE')).failure.status, 9);
});

test('LM-29 LM-42 a group runs in containers nested in that of its executor, and ends with the kill of one', async (t) => {
  const all = await setting(t);
  const { framework } = all;
  const { command: _command, ...info } = executorOf(framework);
  const executor = { ...info, type: 'DEFAULT' as const, resources: [...(info.resources ?? []), scalar('disk', 32)] };
  const offer = await framework.offer();
  const tasks = ['a', 'b'].map((name) => task(offer, name, 'pwd; exec sleep 1000'));
  const [one = '', two = ''] = tasks.map(({ task_id }) => task_id.value);
  await framework.accept([offer], [{ type: 'LAUNCH_GROUP', launch_group: { executor, task_group: { tasks } } }], 0);
  const running = await framework.update(one, 'TASK_RUNNING');
  await framework.update(two, 'TASK_RUNNING');
  const sandbox = join(sandboxOf(all, executor), 'tasks', one);
  const container = running.container_status?.container_id;
  await until(() => existsSync(join(sandbox, 'stdout')) && readFileSync(join(sandbox, 'stdout'), 'utf8') !== '');
  const pwd = readFileSync(join(sandbox, 'stdout'), 'utf8').trim();
  t.true(pwd.endsWith(`/runs/${container?.parent?.value}/containers/${container?.value}`), pwd);
  const path = `/frameworks/${framework.id}/executors/${executor.executor_id.value}/runs/latest/tasks/${one}/stdout`;
  const agent = { host: '127.0.0.1', port: all.mesos.agents[0]?.port ?? 0 };
  const read = await ask(agent, { method: 'GET', path: `/files/read?offset=0&path=${encodeURIComponent(path)}` });
  t.is(JSON.parse(read.text).data.trim(), pwd);
  await framework.call('KILL', { kill: { task_id: { value: one } } });
  await framework.update(one, 'TASK_KILLED');
  await framework.update(two, 'TASK_KILLING');
  await framework.update(two, 'TASK_KILLED');
  t.is((await framework.take('FAILURE')).failure.status, 0);
});

test('LM-47 a container nested in that of a default executor ends with it, and is known no more', async (t) => {
  const { framework, mesos } = await setting(t);
  const { command: _command, ...info } = executorOf(framework);
  const executor = { ...info, type: 'DEFAULT' as const, resources: [...(info.resources ?? []), scalar('disk', 32)] };
  const offer = await framework.offer();
  const only = task(offer, 'only', 'exec sleep 1000');
  await framework.accept(
    [offer],
    [{ type: 'LAUNCH_GROUP', launch_group: { executor, task_group: { tasks: [only] } } }],
    0,
  );
  const running = await framework.update(only.task_id.value, 'TASK_RUNNING');
  const say = async (verb: string, more: object = {}) => {
    const container_id = { value: 'beside', parent: running.container_status?.container_id?.parent };
    const type = `${verb}_NESTED_CONTAINER`;
    const body = { type, [type.toLowerCase()]: { container_id, ...more } };
    return ask({ host: '127.0.0.1', port: mesos.agents[0]?.port ?? 0 }, { path: '/api/v1', body });
  };
  t.is((await say('LAUNCH', { command: { value: 'exec sleep 1000' } })).status, 200);
  const waiting = say('WAIT');
  await framework.call('KILL', { kill: { task_id: only.task_id } });
  await framework.take('FAILURE');
  t.regex((await waiting).text, /"exit_status":9/);
  t.is((await say('WAIT')).status, 404);
});

test('LM-62 a group outlives its agent, and the end of one meanwhile is known', async (t) => {
  const all = await setting(t);
  const { framework, mesos } = all;
  const { command: _command, ...info } = executorOf(framework);
  const executor = { ...info, type: 'DEFAULT' as const, resources: [...(info.resources ?? []), scalar('disk', 32)] };
  const offer = await framework.offer();
  const tasks = [
    task(offer, 'ends', 'while [ ! -e go ]; do sleep 0.05; done'),
    task(offer, 'stays', 'exec sleep 1000'),
  ];
  const [ends = '', stays = ''] = tasks.map(({ task_id }) => task_id.value);
  await framework.accept([offer], [{ type: 'LAUNCH_GROUP', launch_group: { executor, task_group: { tasks } } }], 0);
  const { container_status: status } = await framework.update(ends, 'TASK_RUNNING');
  await framework.update(stays, 'TASK_RUNNING');
  const [agent] = mesos.agents;
  await agent?.kill();
  const sandbox = join(sandboxOf(all, executor), 'tasks', ends);
  writeFileSync(join(sandbox, 'go'), '');
  await until(
    () =>
      !existsSync(`/proc/${status?.executor_pid}`) ||
      readFileSync(`/proc/${status?.executor_pid}/stat`, 'utf8').includes(') Z '),
  );
  await agent?.restart();
  t.is((await framework.update(ends, 'TASK_FINISHED')).message, 'Command exited with status 0');
  await framework.call('KILL', { kill: { task_id: { value: stays } } });
  await framework.update(stays, 'TASK_KILLED');
});

test('LM-1 LM-2 LM-3 what is no call of an executor is refused as agents refuse it', async (t) => {
  const { mesos } = await setting(t);
  const agent = { host: '127.0.0.1', port: mesos.agents[0]?.port ?? 0 };
  const ids = { executor_id: { value: 'e' }, framework_id: { value: 'f' } };
  const say = async (body: unknown, headers?: Record<string, string>, path = '/api/v1/executor') => {
    const answer = await ask(agent, { path, body, ...(headers === undefined ? {} : { headers }) });
    return `${answer.status} ${answer.text}`;
  };
  const status = {
    task_id: { value: 't' },
    state: 'TASK_RUNNING',
    source: 'SOURCE_EXECUTOR',
    uuid: 'AAAAAAAAAAAAAAAAAAAAAA==',
  };
  const update = (more: object) => ({ ...ids, type: 'UPDATE', update: { status: { ...status, ...more } } });
  t.is((await ask(agent, { method: 'GET', path: '/api/v1/executor' })).headers.allow, 'POST');
  t.regex(await say('x', {}), /^400 Expecting 'Content-Type' to be present/);
  t.regex(await say('x', { 'Content-Type': 'text/plain' }), /^415 /);
  t.regex(await say('{'), /^400 Failed to parse body into JSON: /);
  t.regex(await say({ type: 'SUBSCRIBE' }), /^400 .*Missing required fields: executor_id, framework_id/);
  t.is(await say(ids), "400 Failed to validate Executor::Call: Expecting 'type' to be present");
  t.is(
    await say({ ...ids, type: 'SUBSCRIBE' }),
    "400 Failed to validate Executor::Call: Expecting 'subscribe' to be present",
  );
  t.regex(await say(update({ uuid: 'AA==' })), /^400 .*Not a valid UUID$/);
  t.regex(await say(update({ source: 'SOURCE_AGENT' })), /invalid source, expecting 'SOURCE_EXECUTOR'$/);
  t.regex(
    await say(update({ state: 'TASK_STAGING' })),
    /Received TASK_STAGING from executor e of framework f which is not allowed$/,
  );
  t.regex(
    await say(update({ executor_id: { value: 'x' } })),
    /ExecutorID in Call: e does not match ExecutorID in TaskStatus: x$/,
  );
  t.is(await say(update({})), '400 Framework cannot be found');
  t.regex(
    await say(
      { ...ids, type: 'SUBSCRIBE', subscribe: {} },
      { 'Content-Type': 'application/json', Accept: 'text/html' },
    ),
    /^406 /,
  );
  t.is(await say({ ...ids, type: 'HEARTBEAT' }, undefined, '/slave(1)/api/v1/executor'), '202 ');
  t.regex(await say({ ...ids, type: 'UNKNOWN' }), /^501 /);
});
