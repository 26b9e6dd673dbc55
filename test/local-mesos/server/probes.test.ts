/** Checks that are really carried out, and memory that is really used. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { processesUnder } from '../../../src/local-mesos/server/process-tree.ts';
import { agentFixture, until } from '../support/agent-fixture.ts';

const times = { delay_seconds: 0, interval_seconds: 0.05, timeout_seconds: 5, grace_period_seconds: 0 };

test('LM-49: a command in the sandbox, with the environment of the task and its own', async (t) => {
  const { master } = await agentFixture(t);
  master.run('t', {
    command: { value: 'touch here; exec sleep 1000', environment: { variables: [{ name: 'A', value: '1' }] } },
    health_check: {
      ...times,
      type: 'COMMAND',
      command: {
        value: 'test -e here -a "$A$B" = 12 -a -n "$MESOS_SANDBOX"',
        environment: { variables: [{ name: 'B', value: '2' }] },
      },
      consecutive_failures: 1_000,
    },
  });
  await until(() => master.updates('t').some(({ healthy }) => healthy === true));
  t.pass();
});

test('LM-49: HTTP by status, and a port that takes connections', async (t) => {
  let status = 500;
  const server = createServer((_request, response) => response.writeHead(status).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const { master } = await agentFixture(t);
  const health_check = { ...times, type: 'HTTP' as const, http: { port, path: '/x' }, consecutive_failures: 1_000 };
  const check = { type: 'TCP' as const, tcp: { port }, delay_seconds: 0, interval_seconds: 0.05 };
  master.run('t', { command: { value: 'exec sleep 1000' }, health_check, check });
  await until(() => master.updates('t').some(({ healthy }) => healthy === false));
  status = 200;
  await until(() => master.updates('t').some(({ healthy }) => healthy === true));
  await until(() => master.updates('t').some(({ check_status }) => check_status?.tcp?.succeeded === true));
  t.pass();
});

test('LM-49: a probe that takes too long has failed, its processes are gone, and the task is killed for it', async (t) => {
  const { master, workDir } = await agentFixture(t);
  master.run('t', {
    command: { value: 'exec sleep 1000' },
    health_check: {
      ...times,
      timeout_seconds: 0.2,
      type: 'COMMAND',
      command: { value: 'sleep 1000 & sleep 1000' },
      consecutive_failures: 2,
    },
  });
  t.like(await master.ended('t'), { state: 'TASK_KILLED', healthy: false });
  t.deepEqual(processesUnder(workDir), []);
});

test('an agent that is closed in the middle of a probe leaves nothing', async (t) => {
  const { master, agent, workDir, read } = await agentFixture(t);
  master.run('t', {
    command: { value: 'exec sleep 1000' },
    health_check: { ...times, type: 'COMMAND', command: { value: 'echo probing; sleep 1000' } },
  });
  await until(() => master.updates('t').length > 1 && read('t', 'stdout').includes('probing'));
  await agent.close();
  t.deepEqual(processesUnder(workDir), []);
});

test('memory: what a whole tree of processes uses counts, where the agent was told to look', async (t) => {
  const { master } = await agentFixture(t, { limitMemory: true });
  const resources = [{ name: 'mem', type: 'SCALAR' as const, scalar: { value: 60 } }];
  const hog = `${process.execPath} -e "globalThis.hog = Buffer.alloc(100e6, 1); setInterval(() => {}, 1e6)"`;
  master.run('hog', { command: { value: `(${hog}) & wait` }, resources });
  master.run('small', { command: { value: 'exec sleep 1000' }, resources });
  t.like(await master.ended('hog'), { state: 'TASK_FAILED', reason: 'REASON_CONTAINER_LIMITATION_MEMORY' });
  t.false(master.updates('small').some(({ state }) => state === 'TASK_FAILED'));
});
