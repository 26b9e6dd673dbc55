/**
 * The core against a small model of a master, under random histories: requests and kills, progress and failures of
 * tasks, lost calls, broken streams, lost agents, restarts of the master and of the core itself at the worst moment.
 * Safety is checked in every frame (model-world.ts); liveness once the faults have ended.
 */
import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import _ from 'lodash';
import type { TaskId } from '../../src/mesos-api-client/protocol/ids.ts';
import { isTerminal, type TaskState } from '../../src/mesos-api-client/protocol/task-state.ts';
import { agent, id, taskSpec } from './fixtures.ts';
import type { ModelTask } from './model-master.ts';
import { World } from './model-world.ts';

/** What happens, with a number that chooses to whom or how much. */
const actions = {
  deliver: (world: World, chosen: number) => world.deliver(chosen % 6),
  'time goes by': (world: World, chosen: number) => world.advance(1 + chosen),
  'a task gets on': (world: World, chosen: number) => ofTask(world, chosen, (task) => world.master.progress(task)),
  request: (world: World) => world.command({ kind: 'launch', task: taskSpec(world.nextId()) }),
  'request an agent': (world: World, chosen: number) => {
    const prefer = { agentId: agent(chosen % 4), forMs: 20_000 };
    world.command({ kind: 'launch', task: taskSpec(world.nextId(), { prefer }) });
  },
  'request with wishes': (world: World, chosen: number) => {
    const constraints = [{ field: 'hostname', operator: 'UNLIKE' as const, value: 'elsewhere-.*' }];
    const preferences = [{ field: 'hostname', operator: 'GROUP_BY' as const }];
    const fitness = chosen % 2 === 0 ? ('spread' as const) : ('pack' as const);
    const placement = { constraints, preferences, awayFrom: [], exclusive: chosen % 3 === 0, fitness };
    const share = { priority: chosen % 3, weight: 1 + (chosen % 2) };
    world.command({ kind: 'launch', task: taskSpec(world.nextId(), { placement, share }) });
  },
  kill: (world: World, chosen: number) => {
    const record = pick(world.scheduler.tasks(), chosen);
    if (record !== undefined) {
      world.command({ kind: 'kill', taskId: record.spec.taskId, reason: 'by chance' });
    }
  },
  'requests and a kill in one turn with an event': (world: World, chosen: number) => {
    const wanted = [world.nextId(), world.nextId()].map((each) => taskSpec(each));
    const killed = pick([...wanted.map((spec) => spec.taskId), ...world.scheduler.tasks().map(idOf)], chosen);
    world.commandsWithEvent([
      ...wanted.map((task) => ({ kind: 'launch', task }) as const),
      ...(killed === undefined ? [] : [{ kind: 'kill', taskId: killed, reason: 'by chance' } as const]),
    ]);
  },
  'the stream breaks': (world: World) => world.breakStream(),
  'the scheduler restarts': (world: World) => world.restart(),
  'the scheduler dies before its next call': (world: World) => {
    world.dieBeforeCalls = true;
  },
  'the next call is lost': (world: World) => {
    world.loseCall = 'before';
  },
  'the next answer is lost': (world: World) => {
    world.loseCall = 'after';
  },
  'the next call is lost on the way to the agent': (world: World) => {
    world.loseCall = 'silently';
  },
  'the next launch is lost on the way to the agent': (world: World) => {
    world.loseLaunch = true;
  },
  'late events arrive': (world: World) => world.deliverLate(),
  'the master falls silent': (world: World, chosen: number) => {
    world.master.silent = 1 + (chosen % 2);
  },
  'the master restarts': (world: World) => {
    world.master.restart();
    world.breakStream();
  },
  'an agent is lost': (world: World, chosen: number) => {
    const lost = pick(world.master.agents, chosen);
    if (lost !== undefined) {
      world.master.loseAgent(lost);
    }
  },
  'an agent is back': (world: World, chosen: number) => {
    const back = pick(world.master.agents, chosen);
    if (back !== undefined) {
      world.master.returnAgent(back);
    }
  },
  rescind: (world: World, chosen: number) => {
    const offerId = pick(world.master.offers.keys(), chosen);
    if (offerId !== undefined) {
      world.master.rescind(offerId);
    }
  },
  'an update is repeated': (world: World, chosen: number) => ofTask(world, chosen, (task) => world.master.repeat(task)),
  'a task ends': (world: World, chosen: number) => {
    const end = pick<TaskState>(['TASK_FAILED', 'TASK_FINISHED', 'TASK_KILLED'], chosen);
    ofTask(world, chosen, (task) => world.master.progress(task, end));
  },
};

type Action = keyof typeof actions;
type History = readonly (readonly [Action, number])[];

const ordinary: Action[] = [
  'deliver',
  'time goes by',
  'a task gets on',
  'request',
  'request an agent',
  'request with wishes',
  'requests and a kill in one turn with an event',
  'kill',
];
const faults = _.difference(Object.keys(actions), ordinary) as Action[];

const histories: fc.Arbitrary<History> = fc.array(
  fc.tuple(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom<Action>('deliver', 'deliver', 'time goes by', ...ordinary) },
      { weight: 1, arbitrary: fc.constantFrom(...faults) },
    ),
    fc.nat({ max: 20_000 }),
  ),
  { minLength: 10, maxLength: 150, size: 'max' },
);

function pick<Item>(items: Iterable<Item>, chosen: number): Item | undefined {
  const all = [...items];
  return all[chosen % Math.max(1, all.length)];
}

function idOf({ spec }: { readonly spec: { readonly taskId: TaskId } }): TaskId {
  return spec.taskId;
}

function ofTask(world: World, chosen: number, act: (task: ModelTask) => void): void {
  const task = pick(world.master.tasks.values(), chosen);
  if (task !== undefined && task.agent.state === 'registered') {
    act(task);
  }
}

function play(world: World, history: History): void {
  for (const [action, chosen] of history) {
    actions[action](world, chosen);
    world.checkPorts();
  }
}

/** The faults end: agents come back, the master answers, time goes by. */
function calmDown(world: World): void {
  world.dieBeforeCalls = false;
  world.loseCall = undefined;
  world.loseLaunch = false;
  for (const each of world.master.agents) {
    world.master.returnAgent(each);
  }
  for (let second = 0; second < CALM_SECONDS; second++) {
    world.advance(1_000);
    world.deliver(Number.POSITIVE_INFINITY);
    for (const task of [...world.master.tasks.values()]) {
      world.master.progress(task);
      // Agents repeat what was not acknowledged, at first after 10 s.
      if (second % 10 === 0) {
        world.master.repeat(task);
      }
    }
  }
}

function checkAllIsAsWanted(world: World): void {
  const { connection, reconciled, tasksWaiting, offersHeld } = world.scheduler.view();
  assert.deepEqual(
    { state: connection.state, reconciled, tasksWaiting, offersHeld, outstanding: world.master.offers.size },
    { state: 'subscribed', reconciled: true, tasksWaiting: 0, offersHeld: 0, outstanding: 0 },
  );
  assert.ok(world.master.suppressed, 'nothing waits, but offers are wanted');
  const wanted = world.scheduler.tasks().filter((record) => record.life.phase === 'launched');
  for (const record of wanted) {
    assert.equal(record.goal.kind, 'run');
    assert.equal(record.life.phase === 'launched' && record.life.state, 'TASK_RUNNING');
  }
  const alive = [...world.master.tasks.values()].filter((task) => !isTerminal(task.state));
  assert.deepEqual(_.sortBy(alive.map((task) => task.id)), _.sortBy(wanted.map((record) => record.spec.taskId)));
}

/**
 * Longer than the 15 minutes between two reconciliations: an agent that comes back to a new master pushes no update for
 * its tasks, so one that was given up is only found by the next question for all tasks.
 */
const CALM_SECONDS = 1_100;

function toldEnded(world: World): TaskId[] {
  return world.lives
    .flatMap((life) => life.frames)
    .flatMap((frame) => frame.facts)
    .flatMap((fact) => (fact.kind === 'task.ended' ? [fact.taskId] : []));
}

/** Little memory of what has ended makes a returning task one that nobody knows. */
const policies = [
  { unreachableAfterMs: 0, endedTasksKept: 1_000 },
  { unreachableAfterMs: 0, endedTasksKept: 0 },
  { unreachableAfterMs: 30_000, endedTasksKept: 1_000 },
];

for (const policy of policies) {
  const said = `unreachable after ${policy.unreachableAfterMs} ms, ${policy.endedTasksKept} kept`;

  test(`I3 I4 I5 I8: safe in every frame, and the same inputs give the same frames (${said})`, (t) => {
    fc.assert(
      fc.property(histories, (history) => {
        const world = new World(policy);
        play(world, history);
        world.checkReplay();
      }),
      { numRuns: 300, includeErrorInReport: true },
    );
    t.pass();
  });

  test(`I1 I2 I14: once the faults have ended all is as wanted, and nothing is held (${said})`, (t) => {
    fc.assert(
      fc.property(histories, (history) => {
        const world = new World(policy);
        play(world, history);
        const requested = world.scheduler.tasks().map((record) => record.spec.taskId);
        calmDown(world);
        checkAllIsAsWanted(world);
        const remembered = world.scheduler.tasks().map((record) => record.spec.taskId);
        // What is not remembered any more was told to have ended.
        assert.deepEqual(_.difference(requested, remembered, toldEnded(world)), []);
      }),
      { numRuns: 150, includeErrorInReport: true },
    );
    t.pass();
  });
}

test('MA-27: a launch whose intent was stored but that was never sent is found gone', (t) => {
  const world = new World();
  world.deliver(9);
  world.command({ kind: 'launch', task: taskSpec('x1') });
  world.advance(1_000);
  world.dieBeforeCalls = true;
  while (world.dieBeforeCalls) {
    world.deliver(1);
  }
  t.like(world.scheduler.task(id('x1'))?.life, { phase: 'launched', state: 'TASK_STAGING' });
  t.is(world.master.tasks.size, 0);
  calmDown(world);
  t.like(world.scheduler.task(id('x1'))?.life, { phase: 'ended', end: { state: 'TASK_GONE', wanted: false } });
});
