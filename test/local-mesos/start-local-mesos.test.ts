/** The whole embedded Mesos, spoken to as a scheduler speaks to it. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { processesUnder } from '../../src/local-mesos/server/process-tree.ts';
import { startLocalAgents, startLocalMaster, startLocalMesos } from '../../src/local-mesos/server/start-local-mesos.ts';
import type { FrameworkId, TaskId } from '../../src/mesos-api-client/protocol/ids.ts';
import type { FrameworkInfo, Offer, TaskStatus } from '../../src/mesos-api-client/protocol/mesos.ts';
import { createSchedulerClient } from '../../src/mesos-api-client/scheduler-client.ts';
import { temporaryDirectory, until, untilFile } from './support/agent-fixture.ts';

const framework: FrameworkInfo = {
  user: 'u',
  name: 'f',
  roles: ['*'],
  checkpoint: true,
  failover_timeout: 600,
  capabilities: ['MULTI_ROLE', 'RESERVATION_REFINEMENT', 'PARTITION_AWARE'].map((type) => ({ type })),
};

/** A scheduler that takes offers, launches on the first, and acknowledges. */
async function subscribe(t: ExecutionContext, port: number, id?: FrameworkId) {
  const client = createSchedulerClient();
  t.teardown(() => client.close());
  const identity = id === undefined ? {} : { id: { value: id } };
  const opened = await client.subscribe(`127.0.0.1:${port}`, {
    type: 'SUBSCRIBE',
    ...(id === undefined ? {} : { framework_id: { value: id } }),
    subscribe: { framework_info: { ...framework, ...identity } },
  });
  if (opened.kind !== 'opened') throw new Error('redirected');
  const { stream } = opened;
  const offers: Offer[] = [];
  const updates: TaskStatus[] = [];
  let frameworkId = id;
  const ended = (async () => {
    for await (const event of stream.events()) {
      if (event.type === 'SUBSCRIBED') frameworkId = event.subscribed.framework_id.value;
      if (event.type === 'OFFERS') offers.push(...(event.offers.offers ?? []));
      if (event.type !== 'UPDATE' || frameworkId === undefined) continue;
      const { status } = event.update;
      updates.push(status);
      const { uuid, agent_id, task_id } = status;
      if (uuid !== undefined && agent_id !== undefined)
        await stream.call({
          framework_id: { value: frameworkId },
          type: 'ACKNOWLEDGE',
          acknowledge: { agent_id, task_id, uuid },
        });
    }
  })().catch(() => undefined);
  await until(() => frameworkId !== undefined);
  const framework_id = { value: frameworkId as FrameworkId };
  return {
    frameworkId: framework_id.value,
    offers,
    updates,
    state: (task: string, state: string) =>
      until(() => updates.some((status) => status.task_id.value === task && status.state === state)),
    async launch(id: string, value: string): Promise<void> {
      await until(() => offers.length > 0);
      const [offer] = offers.splice(0);
      if (offer === undefined) return;
      const resources = [{ name: 'cpus', type: 'SCALAR' as const, scalar: { value: 0.1 } }];
      const task = {
        name: id,
        task_id: { value: id as TaskId },
        agent_id: offer.agent_id,
        resources,
        command: { value },
      };
      const operations = [{ type: 'LAUNCH' as const, launch: { task_infos: [task] } }];
      await stream.call({
        framework_id,
        type: 'ACCEPT',
        accept: { offer_ids: [offer.id], operations, filters: { refuse_seconds: 0 } },
      });
    },
    reconcile: () => stream.call({ framework_id, type: 'RECONCILE', reconcile: {} }),
    kill: (task: string) => stream.call({ framework_id, type: 'KILL', kill: { task_id: { value: task as TaskId } } }),
    async leave(): Promise<void> {
      stream.close();
      await ended;
    },
  };
}

test('LM-20: all agents offer what they have, ports apart from each other', async (t) => {
  const workDir = temporaryDirectory(t);
  const mesos = await startLocalMesos({ workDir, port: 0 });
  t.teardown(() => mesos.close());
  t.is(mesos.agents.length, 2);
  const scheduler = await subscribe(t, mesos.port);
  await until(() => scheduler.offers.length === 2);
  const ports = scheduler.offers.map(
    ({ resources }) => resources?.find(({ name }) => name === 'ports')?.ranges?.range?.[0],
  );
  t.deepEqual(
    ports.map((range) => (range === undefined ? 0 : range.end - range.begin + 1)),
    [99, 99],
  );
  t.not(ports[0]?.begin, ports[1]?.begin);
  await scheduler.leave();
});

test('LM-29, LM-42, LM-75: a task runs and is killed over the whole way; close leaves nothing', async (t) => {
  const workDir = temporaryDirectory(t);
  const mesos = await startLocalMesos({ workDir, port: 0, agents: 1 });
  const scheduler = await subscribe(t, mesos.port);
  await scheduler.launch('a', 'sleep 1000');
  await scheduler.state('a', 'TASK_RUNNING');
  await scheduler.launch('b', 'sleep 1000');
  await scheduler.state('b', 'TASK_RUNNING');
  await scheduler.kill('a');
  await scheduler.state('a', 'TASK_KILLED');
  await Promise.all([mesos.close(), mesos.close()]);
  await scheduler.leave();
  t.deepEqual(processesUnder(workDir), []);
  await t.throwsAsync(fetch(mesos.masterUrl));
  rmSync(workDir, { recursive: true });
  t.false(existsSync(workDir));
});

test('LM-53: a master that restarts under its agents finds their tasks running', async (t) => {
  const workDir = temporaryDirectory(t);
  const master = await startLocalMaster({ workDir, port: 0 });
  const agents = await startLocalAgents({ workDir, master: `127.0.0.1:${master.port}`, agents: 1 });
  t.teardown(() => agents.close());
  const before = await subscribe(t, master.port);
  await before.launch('a', 'echo $$ > pid; sleep 1000');
  await before.state('a', 'TASK_RUNNING');
  await master.close();
  await before.leave();
  const restarted = await startLocalMaster({ workDir, port: master.port });
  t.teardown(() => restarted.close());
  const after = await subscribe(t, master.port, before.frameworkId);
  await until(() => after.offers.length > 0);
  await after.reconcile();
  await until(() => after.updates.some(({ reason }) => reason === 'REASON_RECONCILIATION'));
  t.deepEqual([...new Set(after.updates.map(({ state }) => state))], ['TASK_RUNNING']);
  await after.kill('a');
  await after.state('a', 'TASK_KILLED');
  await after.leave();
});

test('LM-62: all in one process, closed with keepTasks and started again: same pid, same framework', async (t) => {
  const workDir = temporaryDirectory(t);
  const first = await startLocalMesos({ workDir, port: 0, agents: 1 });
  const before = await subscribe(t, first.port);
  await before.launch('a', 'echo $$ > "$MESOS_SANDBOX/../../../../../../../../pid"; sleep 1000');
  await before.state('a', 'TASK_RUNNING');
  const pidFile = join(workDir, 'agents/0/pid');
  await untilFile(pidFile);
  await first.close({ keepTasks: true });
  await before.leave();
  const pid = Number(readFileSync(pidFile, 'utf8'));
  const second = await startLocalMesos({ workDir, port: 0, agents: 1 });
  t.teardown(() => second.close());
  const after = await subscribe(t, second.port, before.frameworkId);
  await after.reconcile();
  await after.state('a', 'TASK_RUNNING');
  t.true(processesUnder(workDir).some(([one]) => one === pid));
  await after.leave();
});

test('two local Meses on one work directory: the second is told, the first goes on', async (t) => {
  const workDir = temporaryDirectory(t);
  const mesos = await startLocalMesos({ workDir, port: 0, agents: 1 });
  t.teardown(() => mesos.close());
  t.like(await t.throwsAsync(startLocalMesos({ workDir, port: 0 })), { code: 'STORE_LOCKED' });
  const other = { workDir, master: `127.0.0.1:${mesos.port}`, agents: 1 };
  t.like(await t.throwsAsync(startLocalAgents(other)), { code: 'STORE_LOCKED' });
  t.is((await fetch(`${mesos.masterUrl}/health`)).status, 200);
});

test('a port in use is a problem, and the work directory is free again', async (t) => {
  const workDir = temporaryDirectory(t);
  const mesos = await startLocalMesos({ workDir, port: 0, agents: 1 });
  const other = temporaryDirectory(t);
  t.like(await t.throwsAsync(startLocalMesos({ workDir: other, port: mesos.port })), { code: 'PORT_IN_USE' });
  const agents = [{ port: mesos.agents[0]?.port ?? 0 }];
  t.like(await t.throwsAsync(startLocalMesos({ workDir: other, port: 0, agents })), { code: 'PORT_IN_USE' });
  await mesos.close();
  const again = await startLocalMesos({ workDir: other, port: 0, agents: 1 });
  await again.close();
  t.pass();
});
