/** LM-71: the event stream of operators, told in order, and the same in the end as what GET_STATE says. */
import test from 'ava';
import fc from 'fast-check';
import type { StreamId } from '../../../src/local-mesos/model/master-io.ts';
import { answerTo } from '../../../src/local-mesos/model/operator-view.ts';
import type { MasterEvent } from '../../../src/mesos-api-client/protocol/operator.ts';
import { createPlayer, moves } from '../support/master-player.ts';
import {
  accept,
  acknowledge,
  brought,
  createWorld,
  lastOffer,
  launch,
  launchOn,
  report,
  statusUpdate,
  task,
  type World,
  wholeAgent,
} from '../support/master-world.ts';

const stream = 'operator' as StreamId;
const typesOf = (events: readonly MasterEvent[]) =>
  events.map(({ type }) => type).filter((type) => type !== 'HEARTBEAT');

function watched(): World {
  const world = createWorld();
  world.submit({ kind: 'operator-subscribe', stream });
  return world;
}

test('LM-71 a snapshot and a HEARTBEAT at once, more of them every interval, until the stream is closed', (t) => {
  const world = createWorld({ heartbeatMs: 15_000 });
  const agent = world.addAgent();
  world.submit({ kind: 'operator-subscribe', stream });
  const [first] = world.told;
  t.like(first, { type: 'SUBSCRIBED', subscribed: { heartbeat_interval_seconds: 15 } });
  t.is(
    first?.type === 'SUBSCRIBED' ? first.subscribed.get_state?.get_agents?.agents?.[0]?.agent_info.id?.value : '',
    agent.id,
  );
  world.advance(45_000);
  t.is(world.told.filter(({ type }) => type === 'HEARTBEAT').length, 4);
  world.submit({ kind: 'stream-closed', stream });
  world.advance(45_000);
  t.is(world.told.length, 5);
});

test('LM-71 a framework and its task from beginning to end, TASK_UPDATED once for each state', (t) => {
  const world = watched();
  const agent = world.addAgent();
  const framework = world.subscribe();
  launchOn(world, framework, ['t']);
  world.send(agent, statusUpdate(framework, agent.id, 't', 'TASK_STARTING'));
  world.send(agent, statusUpdate(framework, agent.id, 't', 'TASK_STARTING'));
  world.call(framework, acknowledge(agent.id, 't', 'TASK_STARTING'));
  world.send(agent, statusUpdate(framework, agent.id, 't', 'TASK_RUNNING'));
  const healthy = statusUpdate(framework, agent.id, 't', 'TASK_RUNNING');
  const reason = 'REASON_TASK_HEALTH_CHECK_STATUS_UPDATED';
  world.send(agent, { ...healthy, status: { ...healthy.status, reason, healthy: true } });
  const offer = lastOffer(framework);
  world.call(framework, accept([offer.id.value], [launch(task('bad', agent.id, 99))]));
  world.submit({ kind: 'stream-closed', stream: framework.stream });
  const again = world.subscribe({ id: framework.id });
  world.call(again, { type: 'TEARDOWN' });
  t.deepEqual(typesOf(world.told), [
    'SUBSCRIBED',
    'AGENT_ADDED',
    'FRAMEWORK_ADDED',
    'TASK_ADDED',
    'TASK_UPDATED',
    'TASK_UPDATED',
    'TASK_UPDATED',
    'FRAMEWORK_UPDATED',
    'TASK_UPDATED',
    'FRAMEWORK_REMOVED',
  ]);
  t.like(world.told.at(-2), {
    task_updated: {
      state: 'TASK_KILLED',
      status: { reason: 'REASON_FRAMEWORK_REMOVED', message: `Framework ${framework.id} removed` },
    },
  });
});

test('LM-71 an unreachable agent: its tasks are told, it is not; back, it is added again, and so are they', (t) => {
  const world = watched();
  const agent = world.addAgent();
  const framework = world.subscribe();
  launchOn(world, framework, ['t']);
  report(world, framework, agent, 't', 'TASK_RUNNING');
  const before = world.told.length;
  agent.answersPings = false;
  world.advance(200_000);
  t.deepEqual(typesOf(world.told.slice(before)), ['TASK_UPDATED']);
  world.addAgent(wholeAgent, { id: agent.id, tasks: [brought(world, framework, agent.id, 't', 'TASK_RUNNING')] });
  t.deepEqual(typesOf(world.told.slice(before)), ['TASK_UPDATED', 'TASK_ADDED', 'AGENT_ADDED']);
  t.like(
    world.told.findLast(({ type }) => type === 'TASK_ADDED'),
    { task_added: { task: { state: 'TASK_RUNNING' } } },
  );
});

test('LM-71 an agent that leaves in good order is removed', (t) => {
  const world = watched();
  const agent = world.addAgent();
  world.send(agent, { type: 'UNREGISTER' });
  t.deepEqual(world.told.at(-1), { type: 'AGENT_REMOVED', agent_removed: { agent_id: { value: agent.id } } });
});

test('the oldest of more than 1,000 operators is pushed out', (t) => {
  const world = createWorld();
  for (let count = 0; count <= 1000; count += 1) {
    world.submit({ kind: 'operator-subscribe', stream: `o${count}` as StreamId });
  }
  t.is(world.master.state.operatorStreams.size, 1000);
  t.false(world.master.state.operatorStreams.has('o0' as StreamId));
});

interface Kept {
  readonly tasks: Map<string, string>;
  readonly frameworks: Set<string>;
}

/** What somebody knows who only reads the stream. Ended tasks are of no interest. */
function follow(events: readonly MasterEvent[]): Kept {
  const tasks = new Map<string, string>();
  const frameworks = new Set<string>();
  for (const event of events) {
    if (event.type === 'TASK_ADDED') {
      const { framework_id, task_id, state } = event.task_added.task;
      tasks.set(`${framework_id.value} ${task_id.value}`, state);
    } else if (event.type === 'TASK_UPDATED') {
      const { framework_id, status, state } = event.task_updated;
      tasks.set(`${framework_id.value} ${status.task_id.value}`, state);
    } else if (event.type === 'FRAMEWORK_ADDED') {
      frameworks.add(event.framework_added.framework.framework_info.id?.value ?? '');
    } else if (event.type === 'FRAMEWORK_REMOVED') {
      frameworks.delete(event.framework_removed.framework_info.id?.value ?? '');
    }
  }
  return { tasks, frameworks };
}

test('LM-71 LM-72 whatever happens, who reads the stream knows the tasks and frameworks that GET_STATE shows', (t) => {
  fc.assert(
    fc.property(fc.array(moves, { minLength: 10, maxLength: 60, size: 'max' }), (history) => {
      const { world, play } = createPlayer();
      world.submit({ kind: 'operator-subscribe', stream });
      const snapshot = world.told[0];
      const before =
        snapshot?.type === 'SUBSCRIBED' ? (snapshot.subscribed.get_state?.get_frameworks?.frameworks ?? []) : [];
      for (const move of history.filter(({ kind }) => kind !== 'restart')) {
        play(move);
      }
      const { tasks, frameworks } = follow(world.told);
      const { get_tasks, get_frameworks } = answerTo(world.master.state, [], 'GET_STATE') as {
        get_tasks: { tasks: { framework_id: { value: string }; task_id: { value: string }; state: string }[] };
        get_frameworks: { frameworks: { framework_info: { id?: { value: string } } }[] };
      };
      for (const { framework_id, task_id, state } of get_tasks.tasks) {
        const told = tasks.get(`${framework_id.value} ${task_id.value}`);
        if (told !== state) {
          throw new Error(`task ${task_id.value} is ${state}, the stream said ${told}`);
        }
      }
      const known = new Set([...before.map(({ framework_info }) => framework_info.id?.value ?? ''), ...frameworks]);
      for (const { framework_info } of get_frameworks.frameworks) {
        if (!known.has(framework_info.id?.value ?? '')) {
          throw new Error(`framework ${framework_info.id?.value} was never told of`);
        }
      }
    }),
    { numRuns: 200, includeErrorInReport: true },
  );
  t.pass();
});
