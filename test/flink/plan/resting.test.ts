/** Processes that an operator has paused: they end, nobody takes their places, and everything else goes on. */
import test from 'ava';
import { aCluster, clusterName, kindsOf, observed, World } from '../cluster-fixture.ts';

type Part = 'jobmanager' | 'taskmanager';

function up(standbys?: number): World {
  const highAvailability = { mode: 'zookeeper', quorum: 'zk:2181', path: '/flink', standbys: standbys ?? 0 } as const;
  const world = new World(
    aCluster({}, { taskManagers: { mode: 'fixed', count: 3 }, ...(standbys !== undefined && { highAvailability }) }),
  ).up();
  world.runAll();
  return world;
}

function rest(world: World, part: Part, index = 0) {
  const { taskId } = world.task(part, index).spec;
  world.take({ kind: 'command', command: { kind: 'rest', cluster: clusterName, part, taskId } });
  return taskId;
}

function resume(world: World, taskId: ReturnType<typeof rest>): void {
  world.take({ kind: 'command', command: { kind: 'resume', cluster: clusterName, taskId } });
}

const running = (world: World, part: Part) =>
  world.alive(part).flatMap(({ spec, goal }) => (goal.kind === 'run' ? [spec.taskId] : []));

test('the TaskManager that was named ends and no other, nobody takes its place, and the cluster lacks nothing', (t) => {
  const world = up();
  const [first, second, third] = running(world, 'taskmanager');
  const paused = rest(world, 'taskmanager', 1);
  t.is<unknown, unknown>(paused, second);
  t.deepEqual(kindsOf(world.plan()), ['kill']);
  t.deepEqual(running(world, 'taskmanager'), [first, third]);
  world.endKilled();
  world.see();
  t.deepEqual(world.plan(), []);
  t.is(world.clusters.status(clusterName, world.tasks).phase, 'running');
  world.restart();
  world.see();
  t.deepEqual(world.plan(), []);
  resume(world, paused);
  t.deepEqual(kindsOf(world.plan()), ['launch']);
});

test('others that are lost meanwhile are replaced; resumed twice is once', (t) => {
  const world = up();
  const paused = rest(world, 'taskmanager');
  world.plan();
  world.endKilled();
  world.end(world.task('taskmanager').spec.taskId);
  t.deepEqual(kindsOf(world.plan()), ['launch']);
  resume(world, paused);
  t.throws(() => resume(world, paused), { message: /is not paused/ });
});

test('without a JobManager jobs wait, and go on from their last checkpoint when it is resumed', (t) => {
  const world = up();
  world.runJob('1');
  const paused = rest(world, 'jobmanager');
  world.plan();
  world.endKilled();
  t.deepEqual(kindsOf(world.plan()), []);
  t.is(world.jobRecord('1').state, 'SUBMITTING');
  t.like(world.clusters.status(clusterName, world.tasks), { waitingFor: 'its JobManager to be resumed' });
  resume(world, paused);
  t.deepEqual(kindsOf(world.plan()), ['launch']);
  world.runAll();
  world.see();
  t.true(kindsOf(world.plan()).includes('submit-job'));
});

test('a standby takes over from the one that is paused, and nobody stands by in its place', (t) => {
  const world = up(1);
  world.see([observed('9')]);
  t.is(running(world, 'jobmanager').length, 2);
  rest(world, 'jobmanager');
  world.plan();
  world.endKilled();
  world.plan();
  t.is(world.record.jobManager?.taskId, running(world, 'jobmanager')[0]);
  t.is(running(world, 'jobmanager').length, 1);
});

test('of an elastic cluster none: Flink would ask for another one at once', (t) => {
  const world = new World(aCluster({}, { taskManagers: { mode: 'elastic', min: 0, max: 2, spare: 0 } }));
  const { taskId } = { taskId: 'any' as never };
  const command = { kind: 'rest', cluster: clusterName, part: 'taskmanager', taskId } as const;
  t.throws(() => world.take({ kind: 'command', command }), { message: /come and go with what its jobs need/ });
});
