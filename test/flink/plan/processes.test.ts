/** The JobManager and the TaskManagers of a cluster: what is launched, replaced, killed, and when. */
import test from 'ava';
import { Problem } from '../../../src/lib/problem.ts';
import type { AgentId } from '../../../src/mesos-api-client/protocol/ids.ts';
import { aCluster, clusterName, kindsOf, World } from '../cluster-fixture.ts';

const two = () => aCluster({}, { taskManagers: { mode: 'fixed', count: 2 } });

test('a new cluster: the JobManager first, TaskManagers as soon as it has a place', (t) => {
  const world = new World(two());
  t.deepEqual(world.kinds(), ['cluster.created']);
  t.deepEqual(kindsOf(world.plan()), ['launch']);
  t.is(world.task('jobmanager').spec.taskId as string, 'words-a1-jobmanager-1');
  t.deepEqual(world.plan(), []);
  const place = world.run(world.task('jobmanager').spec.taskId);
  t.deepEqual(kindsOf(world.plan()), ['launch', 'launch']);
  const environment = world.task('taskmanager').spec.process.environment;
  t.is(environment.JOBMANAGER_HOST, 'agent1');
  t.is(environment.JOBMANAGER_PORT, String(place.ports.rpc));
  t.deepEqual(world.plan(), []);
});

test('asking twice gives the same until the core was seen to have it, and the record is written once', (t) => {
  const world = new World(two());
  const [first, second] = [world.ask(), world.ask()];
  t.is(first.persist.length, 1);
  t.is(second.persist.length, 0);
  t.deepEqual(second.actions, first.actions);
  world.plan();
  world.run(world.task('jobmanager').spec.taskId);
  const [third, fourth] = [world.ask(), world.ask()];
  t.deepEqual(fourth.actions, third.actions);
  t.is(third.actions.length, 2);
  world.plan();
  t.is(world.alive('taskmanager').length, 2);
});

test('WS-3: a crash between the record and the launch: another one is launched, under another id', (t) => {
  const world = new World(two());
  const lost = world.plan();
  world.tasks = [];
  world.restart();
  const [again] = world.plan();
  t.is(again?.kind, 'launch');
  t.notDeepEqual(again, lost[0]);
  t.is(world.alive('jobmanager').length, 1);
});

test('after a restart nothing is launched anew, and nothing old is told as news', (t) => {
  const world = new World(two()).up();
  world.restart();
  t.deepEqual(world.plan(), []);
  world.pass(1000);
  world.see();
  t.deepEqual(world.plan(), []);
  t.deepEqual(world.facts, []);
  t.is(world.clusters.status(clusterName, world.tasks).phase, 'running');
});

test('after a restart a JobManager that is launched by us is news again', (t) => {
  const world = new World(aCluster()).up();
  world.restart();
  world.end(world.task('jobmanager').spec.taskId);
  world.plan();
  world.runAll();
  world.see();
  world.plan();
  t.true(world.kinds().includes('jobmanager.ready'));
});

test('AR-1, RL-7: ready and registered are stated once each, with the time they took', (t) => {
  const world = new World(two());
  world.plan();
  world.runAll();
  world.plan();
  world.runAll();
  world.pass(3000);
  world.see();
  world.plan();
  world.see();
  world.plan();
  t.deepEqual(world.kinds(), [
    'cluster.created',
    'jobmanager.ready',
    'taskmanager.registered',
    'taskmanager.registered',
  ]);
  t.like(world.facts[1], { sinceLaunchMs: 3000 });
});

test('AR-3, AR-4, AR-7, RL-8: a TaskManager that died is replaced at once; the same again waits, longer each time', (t) => {
  const world = new World(aCluster()).up();
  const waits: number[] = [];
  for (let death = 0; death < 5; death++) {
    world.pass(2000);
    world.end(world.task('taskmanager').spec.taskId);
    const frame = world.ask();
    waits.push((frame.wakeAt ?? world.now) - world.now);
    world.plan();
    world.pass(waits.at(-1) ?? 0);
    world.plan();
    world.runAll();
  }
  t.deepEqual(waits, [0, 1000, 2000, 4000, 8000]);
  t.is(world.alive('taskmanager').length, 1);
});

test('a failure is recorded before it is acted on, and survives a restart', (t) => {
  const world = new World(aCluster()).up();
  world.end(world.task('taskmanager').spec.taskId);
  world.plan();
  world.runAll();
  world.pass(2000);
  world.end(world.task('taskmanager').spec.taskId);
  t.deepEqual(world.plan(), []);
  t.is(world.stored?.failures.length, 2);
  world.restart();
  t.deepEqual(world.plan(), []);
  t.is(world.ask().wakeAt, world.now + 1000);
  world.pass(1000);
  t.deepEqual(kindsOf(world.plan()), ['launch']);
});

test('a JobManager that dies 50 ms after each launch is launched seven times in its first minute', (t) => {
  const world = new World(aCluster());
  const launched: number[] = [];
  const start = world.now;
  while (world.now < start + 60_000) {
    if (kindsOf(world.plan()).includes('launch')) launched.push(world.now - start);
    world.runAll();
    world.pass(50);
    for (const task of world.alive('jobmanager')) world.end(task.spec.taskId);
  }
  t.deepEqual(launched, [0, 50, 1100, 3150, 7200, 15_250, 31_300]);
});

test('the loss of many at once is no crash loop', (t) => {
  const world = new World(aCluster({}, { taskManagers: { mode: 'fixed', count: 50 } })).up();
  for (const task of world.alive('taskmanager')) world.end(task.spec.taskId);
  t.is(world.plan().length, 50);
});

test('the JobManager is replaced at its old place, and its TaskManagers are left alone there', (t) => {
  const world = new World(two()).up();
  const old = world.task('jobmanager');
  const place = old.life.phase === 'launched' ? old.life.placement : undefined;
  world.end(old.spec.taskId);
  t.deepEqual(kindsOf(world.plan()), ['launch']);
  const { prefer } = world.task('jobmanager').spec;
  t.deepEqual(prefer, { agentId: place?.agentId, ports: place?.ports, forMs: 10_000 });
  world.run(world.task('jobmanager').spec.taskId, { ports: place?.ports ?? {} });
  t.deepEqual(world.plan(), []);
  t.is(world.alive('taskmanager').length, 2);
});

test('a JobManager that comes back elsewhere gets new TaskManagers', (t) => {
  const world = new World(two()).up();
  world.end(world.task('jobmanager').spec.taskId);
  world.plan();
  world.run(world.task('jobmanager').spec.taskId, { agentId: 'agent-2' as AgentId, hostname: 'agent2' });
  t.deepEqual(kindsOf(world.plan()).toSorted(), ['kill', 'kill', 'launch', 'launch']);
  world.endKilled();
  t.deepEqual(world.plan(), []);
  for (const task of world.alive('taskmanager')) t.is(task.spec.process.environment.JOBMANAGER_HOST, 'agent2');
  t.is(world.record.failures.length, 1);
});

for (const state of ['TASK_UNREACHABLE', 'TASK_GONE', 'TASK_LOST'] as const) {
  test(`a JobManager whose agent is lost (${state}) does not wait for it`, (t) => {
    const world = new World(two()).up();
    world.end(world.task('jobmanager').spec.taskId, { state });
    world.plan();
    t.is(world.task('jobmanager').spec.prefer, undefined);
  });
}

test('a place where the JobManager answered is asked for again, however soon it ended, and after a restart too', (t) => {
  const world = new World(two());
  world.plan();
  world.runAll();
  world.see();
  world.plan();
  world.restart();
  world.end(world.task('jobmanager').spec.taskId);
  world.plan();
  t.truthy(world.task('jobmanager').spec.prefer);
});

test('a place where the JobManager never answered is not asked for again', (t) => {
  const world = new World(two());
  world.plan();
  world.runAll();
  world.pass(60_000);
  world.end(world.task('jobmanager').spec.taskId);
  world.plan();
  t.is(world.task('jobmanager').spec.prefer, undefined);
});

test('a successor that never got a place hands the old place on', (t) => {
  const world = new World(two()).up();
  world.end(world.task('jobmanager').spec.taskId);
  world.plan();
  const { prefer } = world.task('jobmanager').spec;
  world.end(world.task('jobmanager').spec.taskId, { state: 'WITHDRAWN' });
  world.pass(1000);
  world.plan();
  t.truthy(prefer);
  t.deepEqual(world.task('jobmanager').spec.prefer, prefer);
});

test('no second JobManager while the first one has not surely ended', (t) => {
  const world = new World(two()).up();
  const { spec } = world.task('jobmanager');
  world.tasks = world.tasks.map((task) =>
    task.spec.taskId === spec.taskId ? { ...task, goal: { kind: 'end', reason: 'restart', since: world.now } } : task,
  );
  t.deepEqual(world.plan(), []);
  world.endKilled();
  t.deepEqual(kindsOf(world.plan()), ['launch']);
  t.is(world.record.failures.length, 0);
  t.truthy(world.task('jobmanager').spec.prefer);
});

test('AR-12: a TaskManager that the JobManager does not know for two minutes is replaced', (t) => {
  const world = new World(two()).up();
  const [stranger] = world.alive('taskmanager');
  const others = world
    .alive('taskmanager')
    .slice(1)
    .map(({ spec }) => ({ id: spec.taskId, slots: 1, freeSlots: 1 }));
  world.see([], others);
  const began = world.now;
  world.plan();
  t.is(world.ask().wakeAt, began + 120_000);
  world.pass(119_000);
  world.see([], others);
  t.deepEqual(world.plan(), []);
  world.pass(1000);
  const actions = world.plan();
  t.deepEqual(kindsOf(actions), ['kill', 'launch']);
  t.like(actions[0], { taskId: stranger?.spec.taskId });
});

test('AR-14: one that was taken over after a restart has the same two minutes', (t) => {
  const world = new World(two()).up();
  world.restart();
  world.plan();
  world.see([], []);
  world.plan();
  world.pass(119_000);
  world.see([], []);
  t.deepEqual(world.plan(), []);
  world.pass(1000);
  world.see([], []);
  t.deepEqual(kindsOf(world.plan()), ['kill', 'kill', 'launch', 'launch']);
});

test('AR-13: the time until an offer comes does not count as time to register', (t) => {
  const world = new World(aCluster());
  world.plan();
  world.run(world.task('jobmanager').spec.taskId);
  world.plan();
  world.see([], []);
  world.plan();
  world.pass(600_000);
  world.see([], []);
  t.deepEqual(world.plan(), []);
});

test('nobody is blamed for not registering while the JobManager does not answer', (t) => {
  const world = new World(two()).up();
  world.see([], []);
  world.plan();
  world.pass(100_000);
  world.seeNothing();
  world.plan();
  world.pass(100_000);
  world.see([], []);
  t.deepEqual(world.plan(), []);
});

test('surplus TaskManagers are killed, those without an offer first', (t) => {
  const world = new World(two()).up();
  const spare = { ...world.task('taskmanager'), life: { phase: 'waiting' as const } };
  const id = 'words-a1-taskmanager-99' as typeof spare.spec.taskId;
  world.tasks.push({ ...spare, spec: { ...spare.spec, taskId: id } });
  const actions = world.plan();
  t.is(actions.length, 1);
  t.like(actions[0], { kind: 'kill', taskId: id });
});

test('a second JobManager is killed', (t) => {
  const world = new World(two()).up();
  const jobManager = world.task('jobmanager');
  const id = 'words-a1-jobmanager-0' as typeof jobManager.spec.taskId;
  world.tasks.push({ ...jobManager, spec: { ...jobManager.spec, taskId: id } });
  t.like(world.plan()[0], { kind: 'kill', taskId: id });
});

test('silence is stated once, at the second look that finds nobody, and only of one that answered before', (t) => {
  const world = new World(two());
  world.plan();
  world.runAll();
  for (let look = 0; look < 5; look++) world.seeNothing();
  t.deepEqual(world.kinds(), ['cluster.created']);
  world.see();
  world.plan();
  for (let look = 0; look < 5; look++) world.seeNothing('timeout');
  t.deepEqual(
    world.facts.filter(({ kind }) => kind === 'flink.unreachable'),
    [{ kind: 'flink.unreachable', cluster: clusterName, why: 'timeout' }],
  );
});

test('deleting: everything is killed, and the record goes last', (t) => {
  const world = new World(two()).up();
  world.take({ kind: 'command', command: { kind: 'delete', cluster: clusterName } });
  t.deepEqual(kindsOf(world.plan()), ['kill', 'kill', 'kill']);
  t.deepEqual(world.plan(), []);
  t.is(world.stored?.goal, 'delete');
  world.restart();
  t.deepEqual(world.plan(), []);
  world.endKilled();
  t.deepEqual(kindsOf(world.ask().actions), ['forget']);
  t.is(world.clusters.record(clusterName), undefined);
  t.deepEqual(world.ask(), { persist: [], actions: [], facts: [] });
});

test('a cluster that is deleted while it waits leaves nothing', (t) => {
  const world = new World(two());
  world.plan();
  world.take({ kind: 'command', command: { kind: 'delete', cluster: clusterName } });
  world.plan();
  t.is(world.stored, undefined);
  t.deepEqual(world.tasks, []);
  t.deepEqual(world.kinds(), ['cluster.created', 'cluster.deleting', 'cluster.deleted']);
});

test('commands that contradict the records are refused and change nothing', (t) => {
  const world = new World(two());
  const before = world.stored;
  const code = (act: () => void) => {
    const error = t.throws(act, { instanceOf: Problem });
    return error?.code;
  };
  const other = 'other' as typeof clusterName;
  t.is(
    code(() => world.take({ kind: 'command', command: { kind: 'create', cluster: two() } })),
    'EXISTS',
  );
  t.is(
    code(() => world.take({ kind: 'command', command: { kind: 'delete', cluster: other } })),
    'NOT_FOUND',
  );
  world.take({ kind: 'command', command: { kind: 'delete', cluster: clusterName } });
  t.is(
    code(() => world.take({ kind: 'command', command: { kind: 'create', cluster: two() } })),
    'CONFLICT',
  );
  t.is(
    code(() => world.submit('1')),
    'CONFLICT',
  );
  t.is(before?.goal, 'run');
  t.notThrows(() => world.take({ kind: 'command', command: { kind: 'delete', cluster: clusterName } }));
});

test('what is waited for is said in words', (t) => {
  const world = new World(two());
  const status = () => world.clusters.status(clusterName, world.tasks);
  t.like(status(), { phase: 'starting', waitingFor: 'the next launch of the JobManager', reachable: false });
  world.plan();
  t.is(status().waitingFor, 'an offer for the JobManager');
  world.runAll();
  t.is(status().waitingFor, 'an answer from the JobManager');
  world.plan();
  world.run(world.task('taskmanager').spec.taskId);
  world.see([], []);
  t.is(status().waitingFor, '2 of 2 TaskManagers (1 without an offer yet, 1 starting)');
  world.runAll();
  world.see();
  t.like(status(), { phase: 'running', taskManagers: 2, slots: 2, freeSlots: 2, reachable: true });
  t.false('waitingFor' in status());
  world.plan();
  world.end(world.task('taskmanager').spec.taskId);
  world.see();
  world.plan();
  t.like(status(), { phase: 'recovering', waitingFor: '1 of 2 TaskManagers (1 without an offer yet)' });
  world.take({ kind: 'command', command: { kind: 'delete', cluster: clusterName } });
  t.like(status(), { phase: 'deleting' });
});

test('the JobManager that is launched is to be looked at, and no other', (t) => {
  const world = new World(two());
  const targets = () => world.clusters.targets(() => world.tasks);
  world.plan();
  t.deepEqual(targets(), []);
  const place = world.run(world.task('jobmanager').spec.taskId);
  t.deepEqual(targets(), [
    {
      cluster: clusterName,
      jobManager: world.task('jobmanager').spec.taskId,
      url: `http://agent1:${place.ports.rest}`,
    },
  ]);
  world.end(world.task('jobmanager').spec.taskId);
  t.deepEqual(targets(), []);
});

test('what an old JobManager said does not count for the new one', (t) => {
  const world = new World(two()).up();
  const old = world.task('jobmanager').spec.taskId;
  world.end(old);
  world.plan();
  world.runAll();
  const observation = {
    cluster: clusterName,
    jobManager: old,
    at: world.now,
    kind: 'seen' as const,
    jobs: [],
    taskManagers: [],
  };
  world.take({ kind: 'observation', observation });
  world.plan();
  t.false(world.clusters.status(clusterName, world.tasks).reachable);
  t.is(world.clusters.observation(clusterName), undefined);
});

test('on a network of its own a JobManager has no address before it runs: TaskManagers wait for it, and no old place counts', (t) => {
  const world = new World(
    aCluster(
      {},
      { taskManagers: { mode: 'fixed', count: 1 }, processes: { container: { image: 'flink', network: 'dcos' } } },
    ),
  );
  world.plan();
  const jobManager = world.task('jobmanager').spec.taskId;
  const { ports } = world.run(jobManager);
  t.deepEqual(world.plan(), []);
  t.deepEqual(
    world.clusters.targets(() => world.tasks),
    [],
  );
  world.run(jobManager, { ports, address: '9.0.1.2' });
  t.deepEqual(kindsOf(world.plan()), ['launch']);
  t.is(world.task('taskmanager').spec.process.environment.JOBMANAGER_HOST, '9.0.1.2');
  t.is(world.clusters.targets(() => world.tasks)[0]?.url, `http://9.0.1.2:${ports.rest}`);
  world.pass(20_000);
  world.see();
  world.plan();
  world.end(jobManager);
  world.plan();
  t.is(world.task('jobmanager').spec.prefer, undefined);
});

test('an agent that turns a process away, for it is drained, is avoided by the next one, and the one after that waits', (t) => {
  const world = new World(two());
  world.plan();
  const turnedAway = { state: 'TASK_DROPPED', reason: 'REASON_AGENT_DRAINING' } as const;
  const avoids = () => world.task('jobmanager').spec.placement?.preferences;
  t.is(avoids(), undefined);
  for (const launch of [1, 2]) {
    const { taskId } = world.task('jobmanager').spec;
    world.run(taskId, { agentId: 'agent-7' as AgentId });
    world.end(taskId, turnedAway);
    world.pass(1);
    t.is(world.plan().filter(({ kind }) => kind === 'launch').length, launch === 1 ? 1 : 0);
  }
  world.pass(1000);
  world.plan();
  t.like(avoids()?.[0], { field: '@agent', operator: 'IS_NOT', value: 'agent-7' });
});
