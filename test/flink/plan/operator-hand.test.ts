/** An operator's hand in a plan: interrupted it launches nothing, what was replaced goes elsewhere, another number is a wish. */
import test from 'ava';
import type { PlanAction } from '../../../src/flink/plan/clusters.ts';
import { avoidingLeft, withLeft } from '../../../src/flink/plan/left-agents.ts';
import type { AgentId } from '../../../src/mesos-api-client/protocol/ids.ts';
import { aCluster, clusterName, World } from '../cluster-fixture.ts';

const pause = (world: World, paused: boolean) =>
  world.take({ kind: 'command', command: { kind: 'pause', cluster: clusterName, paused } });

const launches = (actions: readonly PlanAction[]) => actions.filter(({ kind }) => kind === 'launch').length;

test('interrupted, a cluster launches nothing; continued, it goes on', (t) => {
  const world = new World(aCluster());
  pause(world, true);
  t.is(launches(world.plan()), 0);
  t.true(world.stored?.paused);
  t.is(world.clusters.status(clusterName, world.tasks).waitingFor, 'its plan to be continued');
  world.restart();
  t.is(launches(world.plan()), 0);
  pause(world, false);
  t.is(launches(world.plan()), 1);
});

test('what waits for an offer is withdrawn, what runs is left alone', (t) => {
  const world = new World(aCluster({}, { taskManagers: { mode: 'fixed', count: 2 } }));
  world.plan();
  world.runAll();
  world.plan();
  world.run(world.task('taskmanager').spec.taskId);
  pause(world, true);
  const kills = world.plan().filter(({ kind }) => kind === 'kill');
  t.is(kills.length, 1);
  world.endKilled();
  world.end(world.task('taskmanager').spec.taskId);
  t.is(launches(world.plan()), 0);
  t.is(world.alive('jobmanager').length, 1);
  pause(world, false);
  t.is(launches(world.plan()), 2);
});

test('an agent that was left is avoided by the same part for ten minutes, and not returned to', (t) => {
  const agent = 'agent-1' as AgentId;
  const { left } = withLeft(undefined, 'taskmanager', agent, 1_000);
  const record = aCluster({ left: left ?? [] });
  const task = { part: 'taskmanager', prefer: { agentId: agent, forMs: 1 } } as never;
  const avoiding = avoidingLeft(record, task, 2_000);
  t.deepEqual(avoiding.placement?.preferences, [{ field: '@agent', operator: 'IS_NOT', value: 'agent-1' }]);
  t.is(avoiding.prefer, undefined);
  t.is(avoidingLeft(record, task, 1_000 + 11 * 60_000), task);
  const other = { part: 'jobmanager' } as never;
  t.is(avoidingLeft(record, other, 2_000), other);
});

const scale = (world: World, taskManagers: number) =>
  world.take({ kind: 'command', command: { kind: 'scale', cluster: clusterName, taskManagers } });

test('another number of TaskManagers: what is missing is launched, what is too much ended, the youngest first', (t) => {
  const world = new World(aCluster({}, { taskManagers: { mode: 'fixed', count: 1 } }));
  world.plan();
  world.runAll();
  world.plan();
  world.runAll();
  scale(world, 3);
  t.is(launches(world.plan()), 2);
  t.deepEqual(world.kinds().slice(-1), ['cluster.scaled']);
  world.runAll();
  world.restart();
  scale(world, 1);
  const ended = world.plan().filter(({ kind }) => kind === 'kill');
  t.is(ended.length, 2);
  world.endKilled();
  t.deepEqual(world.plan(), []);
  t.is(world.alive('taskmanager').length, 1);
  scale(world, 1);
  t.is(world.kinds().filter((kind) => kind === 'cluster.scaled').length, 2, 'the same number is no change');
});

test('an elastic cluster has the TaskManagers that its jobs need: no number is taken', (t) => {
  const elastic = { mode: 'elastic', min: 0, max: 4, spare: 0 } as const;
  const world = new World(aCluster({}, { taskManagers: elastic }));
  t.throws(() => scale(world, 2), { message: /come and go with what its jobs need/ });
  t.deepEqual(world.stored?.spec.taskManagers ?? elastic, elastic);
});
