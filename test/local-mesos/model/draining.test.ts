/** LM-63: agents that are drained, deactivated and given back, as the master and as the agent see it. */
import test from 'ava';
import { answerTo } from '../../../src/local-mesos/model/operator-view.ts';
import type { AgentId } from '../../../src/mesos-api-client/protocol/ids.ts';
import type { MasterAgent } from '../../../src/mesos-api-client/protocol/operator-messages.ts';
import {
  createDrivenAgent,
  frameworkId,
  frameworkInfo,
  signalsIn,
  statesIn,
  taskInfo,
  updatesIn,
} from '../support/agent-model.ts';
import {
  brought,
  createWorld,
  launchOn,
  offersOf,
  partitionAware,
  report,
  statusesOf,
  statusUpdate,
  typesOf,
  type World,
  wholeAgent,
} from '../support/master-world.ts';

const drain = (world: World, id: AgentId, more: object = {}) =>
  world.operate({ type: 'DRAIN_AGENT', drain_agent: { agent_id: { value: id }, ...more } });
const deactivate = (world: World, id: AgentId) =>
  world.operate({ type: 'DEACTIVATE_AGENT', deactivate_agent: { agent_id: { value: id } } });
const reactivate = (world: World, id: AgentId) =>
  world.operate({ type: 'REACTIVATE_AGENT', reactivate_agent: { agent_id: { value: id } } });
const agentsOf = (world: World) => (answerTo(world.master.state, [], 'GET_AGENTS') as { agents: MasterAgent[] }).agents;

function prepared() {
  const world = createWorld();
  const agent = world.addAgent();
  const framework = world.subscribe();
  launchOn(world, framework, ['t']);
  report(world, framework, agent, 't', 'TASK_RUNNING');
  world.call(framework, { type: 'REVIVE' });
  return { world, agent, framework };
}

test('LM-63 DRAIN: offers are rescinded, the agent is told, and it is DRAINED only when its tasks are acknowledged', (t) => {
  const { world, agent, framework } = prepared();
  t.is(drain(world, agent.id, { max_grace_period: { seconds: 2 } })?.status, 200);
  t.is(framework.events.at(-1)?.type, 'RESCIND');
  const config = { max_grace_period: { nanoseconds: 2e9 }, mark_gone: false };
  t.deepEqual(agent.received.at(-1), { type: 'DRAIN', config });
  t.like(agentsOf(world)[0], { active: false, deactivated: true, drain_info: { state: 'DRAINING', config } });
  t.deepEqual(reactivate(world, agent.id)?.text, 'Agent is still in the DRAINING state');
  world.send(agent, statusUpdate(framework, agent.id, 't', 'TASK_KILLED'));
  t.is(agentsOf(world)[0]?.drain_info?.state, 'DRAINING', 'not acknowledged');
  report(world, framework, agent, 't', 'TASK_KILLED');
  t.deepEqual(reactivate(world, agent.id)?.text, 'Agent is still in the DRAINING state', 'not in the registry');
  world.advance(30);
  t.like(agentsOf(world)[0], {
    drain_info: { state: 'DRAINED', config },
    estimated_drain_start_time: { nanoseconds: 1e12 },
  });
  const before = offersOf(framework).length;
  world.call(framework, { type: 'REVIVE' });
  world.advance(3000);
  t.is(offersOf(framework).length, before);
  t.is(reactivate(world, agent.id)?.status, 200);
  t.is(offersOf(framework).length, before + 1);
  t.like(agentsOf(world)[0], { active: true, deactivated: false });
  t.false('drain_info' in (agentsOf(world)[0] ?? {}));
});

test('LM-63 with mark_gone the agent is gone when it is drained', (t) => {
  const { world, agent, framework } = prepared();
  drain(world, agent.id, { mark_gone: true });
  report(world, framework, agent, 't', 'TASK_GONE_BY_OPERATOR');
  world.advance(30);
  t.deepEqual(typesOf(framework).slice(-2), ['UPDATE', 'FAILURE']);
  t.is(agent.received.at(-1)?.type, 'SHUTDOWN');
  t.deepEqual(agentsOf(world), []);
  world.call(framework, {
    type: 'RECONCILE',
    reconcile: { tasks: [{ task_id: { value: 't' }, agent_id: { value: agent.id } }] },
  });
  t.is(statusesOf(framework).at(-1)?.state, 'TASK_GONE_BY_OPERATOR');
});

test('LM-63 DEACTIVATE leaves tasks alone, and can be said twice', (t) => {
  const { world, agent, framework } = prepared();
  t.is(reactivate(world, agent.id)?.text, 'Agent is not deactivated');
  t.is(deactivate(world, agent.id)?.status, 200);
  t.is(deactivate(world, agent.id)?.status, 200);
  t.is(framework.events.at(-1)?.type, 'RESCIND');
  t.false(agent.received.some(({ type }) => type === 'DRAIN'));
  t.is(reactivate(world, agent.id)?.status, 200);
  t.is(framework.events.at(-1)?.type, 'OFFERS');
});

test('LM-63 unknown agents are 400, those of a maintenance schedule too', (t) => {
  const { world, agent } = prepared();
  for (const act of [drain, deactivate]) {
    t.like(act(world, 'none' as AgentId), { status: 400, text: 'Unknown agent' });
  }
  const windows = [
    { machine_ids: [{ hostname: 'localhost', ip: '127.0.0.1' }], unavailability: { start: { nanoseconds: 1 } } },
  ];
  world.operate({ type: 'UPDATE_MAINTENANCE_SCHEDULE', update_maintenance_schedule: { schedule: { windows } } });
  t.like(drain(world, agent.id), {
    status: 400,
    text: `Agent ${agent.id} is part of a maintenance schedule under Machine localhost (127.0.0.1)`,
  });
});

test('LM-63 an agent that is away when it is to be drained is told when it is back, by the next master too', (t) => {
  const { world, agent, framework } = prepared();
  world.closeLink(agent);
  drain(world, agent.id);
  t.false(agent.received.some(({ type }) => type === 'DRAIN'));
  const frameworks = [world.master.state.frameworks.get(framework.id)?.info ?? t.fail()];
  const again = { id: agent.id, frameworks, tasks: [brought(world, framework, agent.id, 't', 'TASK_RUNNING')] };
  const back = world.addAgent(wholeAgent, again);
  t.is(back.received.filter(({ type }) => type === 'DRAIN').length, 1);
  world.restartMaster();
  const later = world.addAgent(wholeAgent, again);
  t.is(later.received.filter(({ type }) => type === 'DRAIN').length, 1);
  t.is(agentsOf(world)[0]?.drain_info?.state, 'DRAINING');
});

test('an agent is given up no more often than the limit says; one that answers meanwhile stays', (t) => {
  const world = createWorld({ agentRemovalMs: 60_000 });
  const agents = Array.from({ length: 3 }, () => world.addAgent());
  for (const agent of agents) {
    agent.answersPings = false;
  }
  const left = () => world.master.state.agents.size;
  world.advance(75_000);
  t.is(left(), 2);
  world.advance(55_000);
  t.is(left(), 2);
  const last = agents.find(({ id }) => world.master.state.agents.has(id)) ?? t.fail();
  last.answersPings = true;
  world.send(last, { type: 'PONG' });
  world.advance(30_000);
  t.is(left(), 1);
  world.advance(600_000);
  t.is(left(), 1);
  t.true(world.master.state.agents.has(last.id));
});

test('LM-63 an agent ends its tasks for it: KILLING and KILLED bear the reason, and no new task is taken', (t) => {
  const driven = createDrivenAgent();
  driven.register();
  driven.started(driven.run('a'));
  driven.run('b');
  driven.ackAll('a');
  const effects = driven.tell({ type: 'DRAIN', config: { mark_gone: false } });
  t.deepEqual(signalsIn(effects), ['SIGTERM']);
  t.true(effects.some(({ kind }) => kind === 'abandon'));
  t.deepEqual(
    updatesIn(effects).map(({ state, reason }) => [state, reason]),
    [
      ['TASK_KILLING', 'REASON_AGENT_DRAINING'],
      ['TASK_KILLED', 'REASON_AGENT_DRAINING'],
    ],
  );
  const dropped = driven.tell({ type: 'RUN_TASK', framework: frameworkInfo(), task: taskInfo('c') });
  t.like(updatesIn(dropped)[0], { state: 'TASK_DROPPED', reason: 'REASON_AGENT_DRAINING' });
  const saved = dropped.find(({ kind }) => kind === 'save-agent');
  t.true(saved?.kind === 'save-agent' && saved.drain !== undefined, 'a restart of the agent goes on with it');
});

test('LM-63 with mark_gone a PARTITION_AWARE framework hears GONE_BY_OPERATOR twice: at the signal and at the end', (t) => {
  const driven = createDrivenAgent();
  driven.register();
  const runId = driven.run('a');
  driven.started(runId);
  driven.ackAll('a');
  driven.tell({ type: 'DRAIN', config: { mark_gone: true } });
  const [first] = driven.ackAll('a');
  t.like(first, { state: 'TASK_GONE_BY_OPERATOR', reason: 'REASON_AGENT_DRAINING' });
  t.is(driven.entry('a')?.phase, 'running', 'acknowledged, but the process still has its grace');
  t.deepEqual(signalsIn(driven.pass(3_000)), ['SIGKILL']);
  const end = driven.ended(runId, { kind: 'signaled', signal: 9 });
  t.deepEqual(statesIn(end), ['TASK_GONE_BY_OPERATOR']);
  driven.ackAll('a');
  t.is(driven.entry('a'), undefined);
  t.is(driven.run('b').length > 0, true, 'drained to its end, it takes tasks again');
});

test('LM-43 the grace of a drain and of a KILL counts with the HTTP command executor only, and only shortens', (t) => {
  const forcedAfter = (http: boolean, act: (driven: ReturnType<typeof createDrivenAgent>) => void) => {
    const driven = createDrivenAgent([], { httpCommandExecutor: http });
    driven.register();
    driven.started(driven.run('a', { kill_policy: { grace_period: { nanoseconds: 6e9 } } }));
    const since = driven.now;
    act(driven);
    for (let waited = 0; waited < 60_000; waited += 100) {
      if (signalsIn(driven.pass(100)).includes('SIGKILL')) {
        return driven.now - since;
      }
    }
    return undefined;
  };
  const drainIn = (seconds: number) => (driven: ReturnType<typeof createDrivenAgent>) =>
    driven.tell({ type: 'DRAIN', config: { max_grace_period: { nanoseconds: seconds * 1e9 } } });
  const killIn =
    (...graces: number[]) =>
    (driven: ReturnType<typeof createDrivenAgent>) => {
      for (const seconds of graces) {
        driven.tell({
          type: 'KILL_TASK',
          frameworkId,
          taskId: 'a' as never,
          gracePeriod: { nanoseconds: seconds * 1e9 },
        });
      }
    };
  t.deepEqual(
    [forcedAfter(false, drainIn(1)), forcedAfter(true, drainIn(1)), forcedAfter(true, drainIn(60))],
    [6_000, 1_000, 6_000],
  );
  t.deepEqual(
    [forcedAfter(false, killIn(20, 5)), forcedAfter(true, killIn(20, 5)), forcedAfter(true, killIn(5, 20))],
    [6_000, 5_000, 5_000],
  );
});

test('capabilities and pid of an agent are those that it is', (t) => {
  const world = createWorld();
  world.addAgent(wholeAgent, undefined, { ip: '10.0.0.7' });
  t.is(agentsOf(world)[0]?.pid, 'slave(1)@10.0.0.7:5051');
  t.true(agentsOf(world)[0]?.capabilities?.some(({ type }) => type === 'AGENT_DRAINING'));
  t.is(world.subscribe({ capabilities: partitionAware }).events.length > 0, true);
});
