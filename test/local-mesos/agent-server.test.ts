import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import test from 'ava';
import { startAgent } from '../../src/local-mesos/server/agent-server.ts';
import { environmentOf } from '../../src/local-mesos/server/process-table.ts';
import { processesUnder } from '../../src/local-mesos/server/process-tree.ts';
import { agentFixture, temporaryDirectory, until, untilFile } from './support/agent-fixture.ts';
import { frameworkId, frameworkInfo, taskInfo } from './support/agent-model.ts';
import { createScriptedMaster } from './support/scripted-master.ts';

test('LM-29: a command runs as a process in its sandbox', async (t) => {
  const { master, read, sandbox } = await agentFixture(t);
  master.sh('t', 'pwd; echo to-stderr >&2');
  t.is((await master.ended('t')).state, 'TASK_FINISHED');
  t.deepEqual(
    master.updates('t').map(({ state }) => state),
    ['TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED'],
  );
  const run = master.updates('t')[0]?.container_status?.container_id as { value: string };
  t.is(read('t', 'stdout').trim(), join(sandbox('t'), '..', run.value));
  t.is(read('t', 'stderr'), 'to-stderr\n');
});

for (const [command, state, message] of [
  ['exit 0', 'TASK_FINISHED', 'Command exited with status 0'],
  ['exit 3', 'TASK_FAILED', 'Command exited with status 3'],
  ['exit 143', 'TASK_FAILED', 'Command exited with status 143'],
  ['no-such-command', 'TASK_FAILED', 'Command exited with status 127'],
  ['kill -SEGV $$', 'TASK_FAILED', 'Command terminated with signal Segmentation fault'],
  ['kill -TERM $$', 'TASK_FAILED', 'Command terminated with signal Terminated'],
  ['kill -KILL $$', 'TASK_FAILED', 'Command terminated with signal Killed'],
] as const)
  test(`LM-33: '${command}' is ${state}, ${message}`, async (t) => {
    const { master } = await agentFixture(t);
    master.sh('t', command);
    t.like(await master.ended('t'), { state, message, source: 'SOURCE_EXECUTOR' });
  });

test('LM-68: the environment is that of Mesos, nothing of the agent, and the command wins', async (t) => {
  process.env.SECRET_OF_THE_AGENT = 'x';
  const { master, read, sandbox, agent } = await agentFixture(t);
  const variables = [
    { name: 'MESOS_SANDBOX', value: '/mine' },
    { name: 'PATH', value: '/usr/bin:/bin:/x' },
    { name: 'S', type: 'SECRET' as const, secret: { type: 'VALUE' as const, value: { data: 'aHVzaA==' } } },
  ];
  master.run('own', {
    command: { shell: false, value: '/usr/bin/env', arguments: ['env'], environment: { variables } },
  });
  master.run('plain', { command: { shell: false, value: '/usr/bin/env', arguments: ['/usr/bin/env'] } });
  await master.ended('own');
  await master.ended('plain');
  const environment = parse(read('plain', 'stdout'));
  const directory = environment.MESOS_DIRECTORY ?? '';
  t.true(directory.startsWith(join(sandbox('plain'), '..')));
  t.deepEqual(environment, {
    LIBPROCESS_IP: '127.0.0.1',
    LIBPROCESS_PORT: '0',
    MESOS_AGENT_ENDPOINT: `127.0.0.1:${agent.port}`,
    MESOS_ALLOCATION_ROLE: '*',
    MESOS_CHECKPOINT: '1',
    MESOS_DIRECTORY: directory,
    MESOS_EXECUTOR_ID: 'plain',
    MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: '5secs',
    MESOS_FRAMEWORK_ID: frameworkId,
    MESOS_HTTP_COMMAND_EXECUTOR: '0',
    MESOS_RECOVERY_TIMEOUT: '15mins',
    MESOS_SANDBOX: directory,
    MESOS_SLAVE_ID: 'm-S0',
    MESOS_SLAVE_PID: `slave(1)@127.0.0.1:${agent.port}`,
    MESOS_SUBSCRIPTION_BACKOFF_MAX: '2secs',
    PATH: '/usr/bin:/bin',
  });
  t.like(parse(read('own', 'stdout')), { MESOS_SANDBOX: '/mine', PATH: '/usr/bin:/bin:/x', S: 'hush' });
  t.false((await (await fetch(`${agent.url}/state`)).text()).includes('hush'));
});

test('LM-69: shell true is sh -c; shell false gives arguments as argv, argv[0] included', async (t) => {
  const { master, read } = await agentFixture(t);
  master.run('argv', {
    command: { shell: false, value: '/bin/sh', arguments: ['my-name', '-c', 'echo "$0|$1"', 'a b', '$HOME'] },
  });
  master.run('name', { command: { shell: false, value: '/bin/cat', arguments: ['other', '/proc/self/cmdline'] } });
  master.sh('shell', 'echo "$0" one | tr a-z A-Z');
  for (const id of ['argv', 'name', 'shell']) await master.ended(id);
  t.is(read('argv', 'stdout'), 'a b|$HOME\n');
  t.is(read('name', 'stdout').split('\0')[0], 'other');
  t.is(read('shell', 'stdout'), '/BIN/SH ONE\n');
});

test('LM-42: a tree that ignores SIGTERM ends by SIGKILL after its grace', async (t) => {
  const { master, sandbox } = await agentFixture(t);
  const grace = { kill_policy: { grace_period: { nanoseconds: 2e8 } } };
  master.sh('t', 'trap "touch asked" TERM; touch up; while :; do sleep 0.05; done', grace);
  await untilFile(join(sandbox('t'), 'up'));
  master.kill('t');
  t.like(await master.ended('t'), { state: 'TASK_KILLED', message: 'Command terminated with signal Killed' });
  t.true(existsSync(join(sandbox('t'), 'asked')));
});

test('LM-47: children that left for sessions of their own die with their task', async (t) => {
  const { master, sandbox, workDir } = await agentFixture(t);
  master.sh('t', '(setsid sh -c "trap : TERM; touch up; while :; do sleep 0.1; done" &) ; sleep 1000', {
    kill_policy: { grace_period: { nanoseconds: 3e8 } },
  });
  await untilFile(join(sandbox('t'), 'up'));
  master.kill('t');
  t.is((await master.ended('t')).state, 'TASK_KILLED');
  t.deepEqual(processesUnder(workDir), []);
});

test('LM-47: what a command left in the background ends when the command ends', async (t) => {
  const { master, workDir } = await agentFixture(t);
  master.sh('t', 'setsid sleep 1000 & exit 0');
  t.is((await master.ended('t')).state, 'TASK_FINISHED');
  t.deepEqual(processesUnder(workDir), []);
});

test('LM-44: a KILL while the fetcher waits: DURING_LAUNCH, and no process ever', async (t) => {
  const asked = Promise.withResolvers<void>();
  const server = createServer(() => asked.resolve()).listen(0, '127.0.0.1');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const { master, sandbox, agent } = await agentFixture(t);
  master.run('t', { command: { value: 'touch ran', uris: [{ value: `http://127.0.0.1:${port}/slow` }] } });
  await asked.promise;
  master.kill('t');
  t.like(await master.ended('t'), { state: 'TASK_KILLED', reason: 'REASON_TASK_KILLED_DURING_LAUNCH' });
  await agent.close();
  t.false(existsSync(join(sandbox('t'), 'ran')));
});

test('LM-48: max_completion_time ends a task by SIGTERM, FAILED with its reason', async (t) => {
  const { master } = await agentFixture(t);
  master.sh('t', 'exec sleep 1000', { max_completion_time: { nanoseconds: 2e8 } });
  t.like(await master.ended('t'), {
    state: 'TASK_FAILED',
    reason: 'REASON_MAX_COMPLETION_TIME_REACHED',
    message: 'Command terminated with signal Terminated',
  });
});

test('LM-61: a framework that is shut down leaves no process', async (t) => {
  const { master, workDir, sandbox } = await agentFixture(t);
  master.sh('t', 'touch up; sleep 1000');
  await untilFile(join(sandbox('t'), 'up'));
  master.send({ type: 'SHUTDOWN_FRAMEWORK', frameworkId });
  await until(() => processesUnder(workDir).length === 0);
  t.pass();
});

test('an agent that the master sends away ends its tasks and itself', async (t) => {
  const { master, agent, sandbox, workDir, reports } = await agentFixture(t);
  master.sh('t', 'touch up; sleep 1000');
  await untilFile(join(sandbox('t'), 'up'));
  master.send({ type: 'SHUTDOWN', message: 'marked gone' });
  t.is(await agent.ended, 'marked gone');
  t.deepEqual(processesUnder(workDir), []);
  t.true(reports.some((text) => text.includes('marked gone')));
});

test('commands that cannot run here fail with a sentence', async (t) => {
  const { master } = await agentFixture(t);
  master.run('docker', { container: { type: 'DOCKER' } });
  t.like(await master.ended('docker'), {
    state: 'TASK_FAILED',
    reason: 'REASON_CONTAINER_LAUNCH_FAILED',
    message: 'Failed to launch container: this agent runs no DOCKER containers',
  });
});

test('LM-75: close ends every child at any moment, frees the port, and the next agent is a new one', async (t) => {
  const workDir = temporaryDirectory(t);
  const master = createScriptedMaster();
  const agent = await startAgent({ workDir, dial: master.dial });
  await agent.registered;
  for (const id of ['a', 'b', 'c']) master.sh(id, 'trap "" TERM; setsid sleep 1000 & sleep 1000');
  await master.update('a', 'TASK_RUNNING');
  await agent.close();
  t.deepEqual(processesUnder(workDir), []);
  t.is(master.received.at(-1)?.type, 'UNREGISTER');
  await t.throwsAsync(fetch(agent.url));
  t.false(existsSync(join(workDir, 'meta', 'agent.json')));
  t.deepEqual(readdirSync(join(workDir, 'meta', 'tasks')), []);
});

test('one work directory is for one agent at a time', async (t) => {
  const { workDir, master } = await agentFixture(t);
  await t.throwsAsync(startAgent({ workDir, dial: master.dial }), { message: /another local Mesos uses/ });
});

test('a port that is taken is a problem that names it', async (t) => {
  const { agent, master } = await agentFixture(t);
  const workDir = temporaryDirectory(t);
  const problem = await t.throwsAsync(startAgent({ workDir, dial: master.dial, port: agent.port }));
  t.like(problem, { code: 'PORT_IN_USE' });
});

test('old sandboxes are removed, the newest and those in use stay', async (t) => {
  const { master, workDir, sandbox } = await agentFixture(t, { keepSandboxes: 1 });
  master.sh('runs', 'sleep 1000');
  await master.update('runs', 'TASK_RUNNING');
  for (const id of ['one', 'two', 'three']) {
    master.sh(id, 'true');
    await master.ended(id);
  }
  const executors = () => readdirSync(join(sandbox('runs'), '../../..')).sort();
  await until(() => executors().length === 2);
  t.deepEqual(executors(), ['runs', 'three']);
  t.true(existsSync(join(workDir, 'slaves')));
});

test('what the agent keeps on disk is readable by its user alone', async (t) => {
  const { master, workDir } = await agentFixture(t, {}, false);
  master.run('t', { command: { value: 'sleep 1000', environment: { variables: [{ name: 'S', value: 'hush' }] } } });
  await master.update('t', 'TASK_STARTING');
  const { statSync } = await import('node:fs');
  const tasks = join(workDir, 'meta', 'tasks');
  const [file] = readdirSync(tasks).filter((name) => name.endsWith('.json'));
  t.true(readFileSync(join(tasks, file ?? ''), 'utf8').includes('hush'));
  t.is(statSync(join(tasks, file ?? '')).mode & 0o077, 0);
});

test('a link that breaks is made again, and unacknowledged updates come again at once', async (t) => {
  const { master } = await agentFixture(t, {}, false);
  master.sh('t', 'sleep 1000');
  await master.update('t', 'TASK_STARTING');
  const before = master.received.length;
  master.cut();
  await until(() => master.received.slice(before).some((one) => one.type === 'STATUS_UPDATE'));
  const [register, update] = master.received.slice(before);
  t.like(register, { type: 'REGISTER', again: { agentId: 'm-S0' } });
  t.like(update, { type: 'STATUS_UPDATE', status: { state: 'TASK_STARTING' } });
});

test('frameworks that do not checkpoint are told so by MESOS_CHECKPOINT', async (t) => {
  const { master, workDir } = await agentFixture(t);
  master.send({
    type: 'RUN_TASK',
    framework: frameworkInfo({ checkpoint: false }),
    task: taskInfo('t', { command: { value: 'sleep 1000' } }),
  });
  await master.update('t', 'TASK_RUNNING');
  t.true(processesUnder(workDir).every(([pid]) => environmentOf(pid, 'MESOS_CHECKPOINT') === '0'));
});

function parse(text: string): Record<string, string> {
  const lines = text.trim().split('\n');
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

test('LM-42: tasks that are ended by force are told as such, every one of many', async (t) => {
  const { master } = await agentFixture(t);
  const ids = Array.from({ length: 12 }, (_, index) => `deaf-${index}`);
  const kill_policy = { grace_period: { nanoseconds: 100e6 } };
  for (const id of ids)
    master.run(id, { command: { value: 'trap "" TERM; touch deaf; while :; do sleep 1; done' }, kill_policy });
  for (const id of ids) {
    await until(() => master.updates(id).length === 2);
    master.kill(id);
  }
  for (const id of ids) t.is((await master.ended(id)).state, 'TASK_KILLED', id);
});
