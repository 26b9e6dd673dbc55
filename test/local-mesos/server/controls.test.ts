/** What tests can do to an embedded Mesos: pause, kill and start again its processes, and lose what passes between them. */
import test, { type ExecutionContext } from 'ava';
import {
  type LocalMesos,
  type LocalMesosOptions,
  startLocalMesos,
} from '../../../src/local-mesos/server/start-local-mesos.ts';
import type { Framework } from '../../conformance/framework.ts';
import { subscribe } from '../../conformance/framework.ts';
import { ask, json } from '../../conformance/http.ts';
import { run, runUntilRunning } from '../../conformance/tasks.ts';
import { temporaryDirectory } from '../support/agent-fixture.ts';

const waits = { patienceMs: 15_000, quietMs: 300 };
const smallAgent = { hostname: 'agent-1.example', resources: 'cpus:4;mem:2048;ports:[31000-31099]' };

async function start(t: ExecutionContext, options: LocalMesosOptions = {}): Promise<LocalMesos> {
  const mesos = await startLocalMesos({ workDir: temporaryDirectory(t), agents: [smallAgent], ...options });
  t.teardown(() => mesos.close());
  return mesos;
}

async function scheduler(t: ExecutionContext, mesos: LocalMesos, id?: string): Promise<Framework> {
  const again = id === undefined ? {} : { info: { id: { value: id as never } } };
  const framework = await subscribe({ host: '127.0.0.1', port: mesos.port }, waits, again);
  t.teardown(() => framework.cut());
  return framework;
}

test('it starts without any option, and leaves nothing behind', async (t) => {
  const mesos = await startLocalMesos();
  const framework = await scheduler(t, mesos);
  await framework.offer();
  await mesos.close();
  await t.throwsAsync(fetch(mesos.masterUrl));
});

test('LM-54, LM-55: an agent that is paused becomes unreachable, and is back when it goes on', async (t) => {
  const mesos = await start(t, { agentPingMs: 1_000, maxAgentPingTimeouts: 2 });
  const framework = await scheduler(t, mesos);
  const { id } = await runUntilRunning(framework, 'paused');
  const [agent] = mesos.agents;
  agent?.pause();
  await framework.update(id, 'TASK_UNREACHABLE');
  agent?.resume();
  const back = await framework.update(id, 'TASK_RUNNING');
  t.is(back.reason, 'REASON_AGENT_REREGISTERED');
});

test('LM-62: a task runs on while its agent is killed, and ends by a KILL that was sent meanwhile', async (t) => {
  const mesos = await start(t);
  const framework = await scheduler(t, mesos);
  const { id, info } = await runUntilRunning(framework, 'survivor');
  const [agent] = mesos.agents;
  const before = agent?.agentId;
  await agent?.kill();
  await framework.call('KILL', { kill: { task_id: info.task_id } });
  await framework.none('UPDATE');
  await agent?.restart();
  t.is(agent?.agentId, before);
  await framework.update(id, 'TASK_KILLED');
});

test('LM-19, LM-53: a master that is killed and in recovery answers 503, and 200 where the state is asked for', async (t) => {
  const mesos = await start(t);
  const target = { host: '127.0.0.1', port: mesos.port };
  const before = await scheduler(t, mesos);
  const { id } = await runUntilRunning(before, 'kept');
  await mesos.master.kill();
  await before.ended;
  await t.throwsAsync(fetch(mesos.masterUrl));
  const recovery = Promise.withResolvers<void>();
  await mesos.master.restart({ recovered: recovery.promise });
  for (const path of ['/api/v1/scheduler', '/api/v1', '/master/api/v1/scheduler']) {
    const answer = await ask(target, { path, headers: json, body: { type: 'GET_HEALTH' } });
    t.like(answer, { status: 503, text: 'Master has not finished recovery' });
  }
  t.is((await ask(target, { method: 'GET', path: '/state', headers: {} })).status, 200);
  recovery.resolve();
  const after = await scheduler(t, mesos, before.id);
  const offer = await after.offer();
  t.is(offer.hostname, 'agent-1.example');
  await after.call('RECONCILE', { reconcile: {} });
  await after.update(id, 'TASK_RUNNING');
});

test('a call is lost, or broken off before or behind the master', async (t) => {
  const fates = ['drop', 'break', 'break-answer'] as const;
  let next: (typeof fates)[number] | undefined;
  const mesos = await start(t, { faults: { call: ({ type }) => (type === 'RECONCILE' && next) || 'pass' } });
  const framework = await scheduler(t, mesos);
  const reconcile = (id: string) => framework.call('RECONCILE', { reconcile: { tasks: [{ task_id: { value: id } }] } });
  next = 'drop';
  t.is((await reconcile('dropped')).status, 202);
  next = 'break';
  await t.throwsAsync(reconcile('broken'));
  await framework.none('UPDATE');
  next = 'break-answer';
  await t.throwsAsync(reconcile('unanswered'));
  await framework.update('unanswered', 'TASK_UNKNOWN');
});

test('an event is lost, comes twice, or the stream breaks in its place', async (t) => {
  const mesos = await start(t, {
    faults: {
      event(event) {
        const id: string = event.type === 'UPDATE' ? event.update.status.task_id.value : '';
        return id === 'drop' || id === 'twice' || id === 'cut' ? id : 'pass';
      },
    },
  });
  const framework = await scheduler(t, mesos);
  const reconcile = (id: string) => framework.call('RECONCILE', { reconcile: { tasks: [{ task_id: { value: id } }] } });
  await reconcile('drop');
  await framework.none('UPDATE');
  await reconcile('twice');
  await framework.update('twice', 'TASK_UNKNOWN');
  await framework.update('twice', 'TASK_UNKNOWN');
  await reconcile('cut');
  await framework.ended;
  t.is((await reconcile('after')).status, 403);
});

test('LM-57: a launch that is lost between master and agent', async (t) => {
  let lose = true;
  const toAgent = ({ type }: { type: string }) => (type === 'RUN_TASK' && lose ? 'drop' : 'pass');
  const mesos = await start(t, { faults: { toAgent } });
  const framework = await scheduler(t, mesos);
  const { id } = await run(framework, 'lost', 'exec sleep 1000');
  await framework.none('UPDATE');
  lose = false;
  await mesos.agents[0]?.kill();
  await mesos.agents[0]?.restart();
  const status = await framework.update(id, 'TASK_DROPPED');
  t.is(status.reason, 'REASON_RECONCILIATION');
});
