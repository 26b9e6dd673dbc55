/** How an agent judges checks and health checks, with the answers of probes given. */
import test from 'ava';
import type { CheckOutcome, RunId } from '../../src/local-mesos/model/agent-io.ts';
import type { HealthCheck } from '../../src/mesos-api-client/protocol/checks.ts';
import { createDrivenAgent, signalsIn, updatesIn } from './support/agent-model.ts';

const ok: CheckOutcome = { kind: 'exited', status: 0 };
const bad: CheckOutcome = { kind: 'exited', status: 1 };
const quick: HealthCheck = {
  type: 'COMMAND',
  command: { value: 'x' },
  delay_seconds: 1,
  interval_seconds: 2,
  consecutive_failures: 2,
  grace_period_seconds: 0,
};

function running(health_check: HealthCheck) {
  const agent = createDrivenAgent();
  agent.register();
  const runId = agent.run('t', { health_check });
  agent.started(runId);
  agent.ackAll('t');
  /** Lets the next probe come and answers it; the updates that come of it, acknowledged. */
  const probe = (outcome: CheckOutcome) => {
    while (!agent.pass(500).some(({ kind }) => kind === 'probe'));
    agent.step({ kind: 'probed', runId, of: 'health', outcome });
    return agent.ackAll('t').map(({ state, healthy }) => [state, healthy]);
  };
  return { agent, runId, probe };
}

test('LM-49: the first probe comes after the delay, each next one an interval after the outcome', (t) => {
  const { agent, runId } = running(quick);
  const probes = (ms: number) => agent.pass(ms).filter(({ kind }) => kind === 'probe').length;
  t.is(probes(999), 0);
  t.is(probes(1), 1);
  t.is(probes(60_000), 0);
  agent.step({ kind: 'probed', runId, of: 'health', outcome: ok });
  t.is(probes(1_999), 0);
  t.is(probes(1), 1);
});

test('LM-49: healthy once at first and once after failures, unhealthy at every failure', (t) => {
  const { probe } = running({ ...quick, consecutive_failures: 9 });
  const outcomes = [ok, ok, bad, bad, ok, ok].map((outcome) => probe(outcome));
  t.deepEqual(outcomes, [
    [['TASK_RUNNING', true]],
    [],
    [['TASK_RUNNING', false]],
    [['TASK_RUNNING', false]],
    [['TASK_RUNNING', true]],
    [],
  ]);
});

test('LM-49: past the limit it is killed, KILLED with healthy false and no reason', (t) => {
  const { agent, runId, probe } = running(quick);
  probe(ok);
  probe(bad);
  agent.pass(2_000);
  const effects = agent.step({ kind: 'probed', runId, of: 'health', outcome: bad });
  t.deepEqual(signalsIn(effects), ['SIGTERM']);
  agent.ackAll('t');
  const [killed] = updatesIn(agent.ended(runId, { kind: 'signaled', signal: 15 }));
  t.like(killed, { state: 'TASK_KILLED', healthy: false, reason: undefined });
});

test('LM-49: failures count from the end of the grace period on, unless it was healthy before', (t) => {
  const never = running({ ...quick, grace_period_seconds: 4, consecutive_failures: 3 });
  t.deepEqual(
    [bad, bad, bad].map((outcome) => never.probe(outcome).length),
    [0, 0, 1],
  );
  const once = running({ ...quick, grace_period_seconds: 4, consecutive_failures: 3 });
  t.deepEqual(
    [ok, bad].map((outcome) => once.probe(outcome).length),
    [1, 1],
  );
});

test('LM-49: what an HTTP probe and a connection have to say', (t) => {
  const healthy = (outcome: CheckOutcome) => running({ ...quick, consecutive_failures: 9 }).probe(outcome)[0]?.[1];
  t.is(healthy({ kind: 'answered', status: 200 }), true);
  t.is(healthy({ kind: 'answered', status: 399 }), true);
  t.is(healthy({ kind: 'answered', status: 199 }), false);
  t.is(healthy({ kind: 'answered', status: 400 }), false);
  t.is(healthy({ kind: 'connected', succeeded: true }), true);
  t.is(healthy({ kind: 'connected', succeeded: false }), false);
  t.is(healthy({ kind: 'failed' }), false);
});

test('LM-49: a check is told when its outcome changes, beginning with none', (t) => {
  const agent = createDrivenAgent();
  agent.register();
  const check = { type: 'HTTP' as const, http: { port: 1 }, delay_seconds: 0, interval_seconds: 1 };
  const runId = agent.run('t', { check });
  agent.started(runId);
  const none = { type: 'HTTP', http: {} };
  t.deepEqual(
    agent.ackAll('t').map(({ state, check_status }) => [state, check_status]),
    [
      ['TASK_STARTING', none],
      ['TASK_RUNNING', none],
    ],
  );
  const told = (outcome: CheckOutcome) => {
    agent.step({ kind: 'probed', runId, of: 'check', outcome });
    return agent.ackAll('t').map(({ check_status }) => check_status?.http);
  };
  t.deepEqual(told({ kind: 'failed' }), []);
  t.deepEqual(told({ kind: 'answered', status: 500 }), [{ status_code: 500 }]);
  t.deepEqual(told({ kind: 'answered', status: 500 }), []);
  t.deepEqual(told({ kind: 'answered', status: 200 }), [{ status_code: 200 }]);
  t.deepEqual(signalsIn(agent.all), []);
});

test('nobody asks a task that is being killed or has ended', (t) => {
  const { agent, runId } = running(quick);
  agent.kill('t');
  t.false(agent.pass(3_000).some(({ kind }) => kind === 'probe'));
  t.deepEqual(agent.step({ kind: 'probed', runId, of: 'health', outcome: bad }), []);
  agent.ended(runId, { kind: 'signaled', signal: 9 });
  t.deepEqual(agent.step({ kind: 'probed', runId, of: 'health', outcome: bad }), []);
});

test('a framework that acknowledges nothing gathers a bounded number of updates', (t) => {
  const { agent, runId } = running({ ...quick, consecutive_failures: 1e9 });
  for (let round = 0; round < 1_000; round += 1) agent.step({ kind: 'probed', runId, of: 'health', outcome: bad });
  t.true((agent.entry('t')?.pending.length ?? 0) <= 100);
});

test('a restarted agent asks on', (t) => {
  const before = running(quick);
  const entry = structuredClone(before.agent.entry('t'));
  if (entry === undefined) throw new Error('there is no entry');
  const after = createDrivenAgent();
  const framework = before.agent.all.find((effect) => effect.kind === 'launch')?.framework;
  const frameworks = framework === undefined ? [] : [framework];
  after.step({ kind: 'recovered', agentId: 'm-S0' as never, frameworks, entries: [{ entry, alive: true }] });
  t.true(after.pass(1_000).some(({ kind }) => kind === 'probe'));
});

test('a task over its memory is ended without grace: FAILED by the agent, with the limit', (t) => {
  const agent = createDrivenAgent();
  agent.register();
  const mem = { name: 'mem', type: 'SCALAR' as const, scalar: { value: 64 } };
  const runId: RunId = agent.run('t', { resources: [mem] });
  agent.started(runId);
  agent.ackAll('t');
  t.deepEqual(signalsIn(agent.step({ kind: 'over-memory', runId, usedMiB: 80 })), ['SIGKILL']);
  const [failed] = updatesIn(agent.ended(runId, { kind: 'signaled', signal: 9 }));
  t.like(failed, {
    state: 'TASK_FAILED',
    source: 'SOURCE_AGENT',
    reason: 'REASON_CONTAINER_LIMITATION_MEMORY',
    message: 'Memory limit exceeded: Requested: 64MB Maximum Used: 80MB',
    limitation: { resources: [mem] },
  });
});
