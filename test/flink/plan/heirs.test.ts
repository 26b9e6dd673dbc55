/** TaskManagers in place of others that were lost: where they would rather run, and whose state they may take. */
import test from 'ava';
import type { AgentId } from '../../../src/mesos-api-client/protocol/ids.ts';
import type { TaskEnd } from '../../../src/scheduler/model/task.ts';
import { onAgent, spreadOut, type World } from '../cluster-fixture.ts';

const heirsOf = (world: World) =>
  world.waiting('taskmanager').map(({ spec }) => spec.process.environment.FLINK_MESOS_SUCCESSOR_OF);

function lose(world: World, index: number, end: Partial<TaskEnd> = {}): string {
  const { taskId } = world.task('taskmanager', index).spec;
  world.end(taskId, end);
  return taskId;
}

test('the one in place of a lost one would rather run where that one ran, for a second', (t) => {
  const world = spreadOut();
  const lost = lose(world, 1);
  world.plan();
  const [heir] = world.waiting('taskmanager');
  t.deepEqual(heir?.spec.prefer, { agentId: 'agent-2' as AgentId, forMs: 1000 });
  t.deepEqual(heirsOf(world), [lost]);
  t.is(heir?.spec.process.environment.FLINK_MESOS_HERITAGE, undefined);
});

test('of two that were lost together each has an heir of its own', (t) => {
  const world = spreadOut();
  const lost = [lose(world, 0), lose(world, 0)];
  world.plan();
  t.deepEqual(heirsOf(world).sort(), lost.sort());
  t.deepEqual(
    world
      .waiting('taskmanager')
      .map(({ spec }) => spec.prefer?.agentId)
      .sort(),
    ['agent-1', 'agent-2'] as AgentId[],
  );
});

for (const state of ['TASK_UNREACHABLE', 'TASK_GONE', 'TASK_LOST'] as const) {
  test(`nobody goes back to an agent whose task was ${state}`, (t) => {
    const world = spreadOut();
    const lost = lose(world, 0, { state });
    world.plan();
    t.deepEqual(heirsOf(world), [lost]);
    t.is(world.waiting('taskmanager')[0]?.spec.prefer, undefined);
  });
}

test('an heir that fails soon is not followed to its agent', (t) => {
  const world = spreadOut();
  lose(world, 0);
  world.plan();
  const heir = world.waiting('taskmanager')[0]?.spec.taskId;
  world.runAll(onAgent('agent-1'));
  world.pass(5_000);
  if (heir !== undefined) world.end(heir);
  world.plan();
  world.pass(60_000);
  world.plan();
  t.deepEqual(heirsOf(world), [heir]);
  t.is(world.waiting('taskmanager')[0]?.spec.prefer, undefined);
});

test('who was meant to end has no heir', (t) => {
  const world = spreadOut();
  const { taskId } = world.task('taskmanager', 0).spec;
  world.end(taskId, { wanted: true, state: 'TASK_KILLED' });
  world.plan();
  t.deepEqual(heirsOf(world), [undefined]);
});

test('with local recovery it waits longer for its agent, and is told whose state it may take and whose is to go', (t) => {
  const world = spreadOut({ taskManager: { localRecovery: { directory: '/var/lib/flink/' } } });
  const first = lose(world, 0);
  world.plan();
  const [heir] = world.waiting('taskmanager');
  t.is(heir?.spec.prefer?.forMs, 15_000);
  t.like(heir?.spec.process.environment, {
    FLINK_MESOS_LOCAL_STATE: '/var/lib/flink/words-a1',
    FLINK_MESOS_HERITAGE: first,
    FLINK_MESOS_GONE: '',
  });
  world.runAll(onAgent('agent-1'));
  world.pass(120_000);
  world.see();
  world.plan();
  const second = lose(world, 1);
  world.plan();
  world.pass(2_000);
  world.plan();
  t.like(world.waiting('taskmanager')[0]?.spec.process.environment, {
    FLINK_MESOS_HERITAGE: second,
    FLINK_MESOS_GONE: first,
  });
});

test('with local recovery in a kept volume the directory lies in the sandbox', (t) => {
  const world = spreadOut({ taskManager: { localRecovery: {}, kept: { volumeMiB: 100 } } });
  t.is(world.task('taskmanager').spec.process.environment.FLINK_MESOS_LOCAL_STATE, 'volume/words-a1');
});
