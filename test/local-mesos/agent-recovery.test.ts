import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import type { AgentEntry } from '../../src/local-mesos/model/agent-io.ts';
import { startAgent } from '../../src/local-mesos/server/agent-server.ts';
import { birthOf } from '../../src/local-mesos/server/process-table.ts';
import { processesUnder } from '../../src/local-mesos/server/process-tree.ts';
import { startLocalAgents } from '../../src/local-mesos/server/start-local-mesos.ts';
import { temporaryDirectory, until, untilFile } from './support/agent-fixture.ts';
import { agentId, frameworkId, frameworkInfo, taskInfo } from './support/agent-model.ts';
import { killHard, serveLinks, startAgentProcess } from './support/linked-agent.ts';
import { createScriptedMaster } from './support/scripted-master.ts';

function sandboxOf(workDir: string, id: string): string {
  return join(workDir, 'agents/0/slaves', agentId, 'frameworks', frameworkId, 'executors', id, 'runs/latest');
}

test('LM-62: tasks outlive kill -9 of their agent; the next one goes on with them', async (t) => {
  const workDir = temporaryDirectory(t);
  const master = createScriptedMaster();
  const { address } = await serveLinks(t, master);
  const child = await startAgentProcess(t, address, workDir);
  master.sh('exits', 'echo $$ > pid; while [ ! -e go ]; do sleep 0.05; done; exit 5');
  master.sh('killed', 'echo $$ > pid; sleep 1000');
  master.sh('ends-meanwhile', 'echo $$ > pid; while [ ! -e go ]; do sleep 0.05; done; exit 0');
  const volatile = taskInfo('volatile', { command: { value: 'touch up; sleep 1000' } });
  master.send({
    type: 'RUN_TASK',
    framework: frameworkInfo({ id: { value: 'other' as typeof frameworkId }, checkpoint: false }),
    task: volatile,
  });
  for (const id of ['exits', 'killed', 'ends-meanwhile']) {
    await master.update(id, 'TASK_RUNNING');
    await untilFile(join(sandboxOf(workDir, id), 'pid'));
  }
  await master.update('volatile', 'TASK_STARTING');
  const pid = Number(readFileSync(join(sandboxOf(workDir, 'exits'), 'pid'), 'utf8'));
  const birth = birthOf(pid);
  await killHard(child);

  writeFileSync(join(sandboxOf(workDir, 'ends-meanwhile'), 'go'), '');
  await until(() => processesUnder(workDir).every(([, sandbox]) => !sandbox.includes('ends-meanwhile')));
  t.is(birthOf(pid), birth, 'the task did not notice');

  const before = master.received.length;
  const second = await startAgentProcess(t, address, workDir);
  const register = master.received.slice(before).find(({ type }) => type === 'REGISTER');
  t.true(register?.type === 'REGISTER');
  const again = register?.type === 'REGISTER' ? register.again : undefined;
  t.deepEqual(again?.tasks.map((task) => `${task.info.task_id.value} ${task.latestState}`).sort(), [
    'ends-meanwhile TASK_FAILED',
    'exits TASK_RUNNING',
    'killed TASK_RUNNING',
  ]);
  t.deepEqual(
    again?.frameworks.map(({ id }) => id?.value),
    [frameworkId],
  );
  t.like(await master.ended('ends-meanwhile'), { state: 'TASK_FAILED', reason: 'REASON_EXECUTOR_TERMINATED' });
  t.is(birthOf(pid), birth, 'the same process still runs');
  await until(() => processesUnder(workDir).every(([, sandbox]) => !sandbox.includes('volatile')));

  writeFileSync(join(sandboxOf(workDir, 'exits'), 'go'), '');
  t.like(await master.ended('exits'), { state: 'TASK_FAILED', message: 'Command exited with status 5' });
  master.kill('killed');
  t.like(await master.ended('killed'), { state: 'TASK_KILLED', message: 'Command terminated with signal Terminated' });
  await killHard(second);
});

test('LM-62: an update that was not acknowledged is carried on by the next agent', async (t) => {
  const workDir = temporaryDirectory(t);
  const master = createScriptedMaster({ acknowledge: false });
  const { address } = await serveLinks(t, master);
  const child = await startAgentProcess(t, address, workDir);
  master.sh('t', 'exit 0');
  const starting = await master.update('t', 'TASK_STARTING');
  await until(() => processesUnder(workDir).length === 0);
  await untilSaved(workDir, 'TASK_FINISHED');
  await killHard(child);
  const before = master.received.length;
  const { close } = await startLocalAgents({ master: address, workDir, agents: 1 });
  await until(() => master.received.slice(before).some(({ type }) => type === 'STATUS_UPDATE'));
  t.is(master.updates('t').at(-1)?.uuid, starting.uuid);
  for (const state of ['TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED'])
    master.acknowledge(await master.update('t', state));
  t.like(await master.ended('t'), { state: 'TASK_FINISHED' });
  await close();
});

test('close with keepTasks leaves them to the next agent on the same work directory', async (t) => {
  const workDir = temporaryDirectory(t);
  const master = createScriptedMaster();
  const { address } = await serveLinks(t, master);
  const first = await startLocalAgents({ master: address, workDir, agents: 1 });
  await first.agents[0]?.registered;
  master.sh('t', 'echo $$ > pid; sleep 1000');
  await master.update('t', 'TASK_RUNNING');
  await untilFile(join(sandboxOf(workDir, 't'), 'pid'));
  await first.close({ keepTasks: true });
  t.not(processesUnder(workDir).length, 0);
  t.false(master.received.some(({ type }) => type === 'UNREGISTER'));
  const second = await startLocalAgents({ master: address, workDir, agents: 1 });
  await second.agents[0]?.registered;
  t.is(second.agents[0]?.agentId, agentId);
  master.kill('t');
  t.is((await master.ended('t')).state, 'TASK_KILLED');
  await second.close();
});

test('a process that closed its agent with keepTasks ends, and a kill that was under way is carried on', async (t) => {
  const workDir = temporaryDirectory(t);
  const script = fileURLToPath(new URL('support/keep-tasks-process.ts', import.meta.url));
  const [code] = await once(spawn(process.execPath, [script, workDir], { stdio: 'ignore' }), 'exit');
  t.is(code, 0);
  t.not(processesUnder(workDir).length, 0);
  const [file = ''] = globSync(join(workDir, 'meta/tasks/*.json'));
  const entry = JSON.parse(readFileSync(file, 'utf8')) as AgentEntry;
  writeFileSync(file, JSON.stringify({ ...entry, kill: { cause: 'asked', forceAt: Date.now() + 600_000 } }));
  const master = createScriptedMaster();
  const agent = await startAgent({ workDir, dial: master.dial });
  t.like(await master.ended('t'), { state: 'TASK_KILLED', message: 'Command terminated with signal Terminated' });
  await agent.close();
});

test('a checkpoint that cannot be read is named, and nothing is touched', async (t) => {
  const workDir = temporaryDirectory(t);
  const meta = join(workDir, 'agents/0/meta');
  mkdirSync(meta, { recursive: true });
  writeFileSync(join(meta, 'agent.json'), '{');
  const problem = await t.throwsAsync(startLocalAgents({ master: '127.0.0.1:1', workDir, agents: 1 }));
  t.like(problem, { code: 'STORE_CORRUPT' });
  t.is(readFileSync(join(meta, 'agent.json'), 'utf8'), '{');
});

async function untilSaved(workDir: string, state: string): Promise<void> {
  const saved = () => globSync(join(workDir, 'agents/0/meta/tasks/*.json')).map((file) => readFileSync(file, 'utf8'));
  await until(() => saved().some((text) => text.includes(state)));
}
