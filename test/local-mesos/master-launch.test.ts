import { readFileSync } from 'node:fs';
import test from 'ava';
import type { AgentId, OperationId } from '../../src/mesos-api-client/protocol/ids.ts';
import type { ContainerInfo, TaskInfo } from '../../src/mesos-api-client/protocol/mesos.ts';
import {
  accept,
  acknowledge,
  allocated,
  createWorld,
  lastOffer,
  launch,
  launchOn,
  multiRole,
  offersOf,
  partitionAware,
  ports,
  report,
  scalar,
  statusesOf,
  statusUpdate,
  task,
  typesOf,
} from './support/master-world.ts';

test('LM-29 ACCEPT with LAUNCH sends the task to its agent, with the role filled in', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const framework = world.subscribe();
  launchOn(world, framework, ['a']);
  const run = agent.received.find(({ type }) => type === 'RUN_TASK');
  t.like(run, {
    framework: { id: { value: framework.id } },
    task: { name: 'a', resources: allocated([scalar('cpus', 1), scalar('mem', 64)]) },
  });
  t.deepEqual(statusesOf(framework), [], 'the master itself says nothing');
});

test('several offers of one agent are one pool', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const framework = world.subscribe();
  const first = lastOffer(framework);
  world.call(framework, accept([first.id.value], [launch(task('a', agent.id, 3))], 0));
  world.advance(1000);
  const rest = lastOffer(framework);
  report(world, framework, agent, 'a', 'TASK_FINISHED');
  world.advance(1000);
  const freed = lastOffer(framework);
  world.call(framework, accept([rest.id.value, freed.id.value], [launch(task('b', agent.id, 4))], 3600));
  t.is(agent.received.at(-1)?.type, 'RUN_TASK');
  t.deepEqual(
    statusesOf(framework).map(({ state }) => state),
    ['TASK_FINISHED'],
  );
});

for (const [capabilities, state] of [
  [partitionAware, 'TASK_DROPPED'],
  [multiRole, 'TASK_LOST'],
] as const) {
  test(`LM-35 LM-36 a bad offer id spoils the ACCEPT: ${state}, other offers come back`, (t) => {
    const world = createWorld();
    const [one, two] = [world.addAgent(), world.addAgent()];
    const framework = world.subscribe({ capabilities: [...capabilities] });
    const [first, second] = offersOf(framework).map(({ id }) => id.value);
    const cases: [string, readonly (string | undefined)[]][] = [
      ['Offer no-such is no longer valid', ['no-such']],
      ['No offers specified', []],
      [`Duplicate offer ${first} in offer list`, [first, first]],
    ];
    for (const [message, ids] of cases) {
      world.call(framework, accept(ids.map(String), [launch(task('t', one.id))]));
      t.like(statusesOf(framework).at(-1), {
        state,
        source: 'SOURCE_MASTER',
        reason: 'REASON_INVALID_OFFERS',
        message: `Task launched with invalid offers: ${message}`,
      });
      t.false('uuid' in (statusesOf(framework).at(-1) ?? {}));
    }
    t.is(world.master.state.offers.size, 1, 'the doubled offer was taken back');
    world.advance(1000);
    t.is(world.master.state.offers.size, 2, 'and comes again with the next batch');
    const fresh = lastOffer(framework).id.value;
    world.call(framework, accept([String(second), fresh], [launch(task('t', two.id))]));
    t.regex(statusesOf(framework).at(-1)?.message ?? '', /must belong to one single agent/);
    t.false(typesOf(framework).includes('RESCIND'));
  });
}

test('LM-35 an offer of another framework is taken back without RESCIND to its owner', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const owner = world.subscribe();
  const thief = world.subscribe();
  const { id } = lastOffer(owner);
  world.call(thief, accept([id.value], [launch(task('a', agent.id))]));
  t.regex(statusesOf(thief).at(-1)?.message ?? '', /has invalid framework/);
  t.false(typesOf(owner).includes('RESCIND'));
  world.call(owner, accept([id.value], [launch(task('b', agent.id))]));
  t.is(statusesOf(owner).at(-1)?.reason, 'REASON_INVALID_OFFERS');
});

test('LM-36 offers of two roles do not go together', (t) => {
  const world = createWorld();
  const reserved = { ...scalar('cpus', 2), reservations: [{ type: 'STATIC' as const, role: 'web' }] };
  const agent = world.addAgent([scalar('cpus', 1), scalar('mem', 64), reserved]);
  const framework = world.subscribe({ roles: ['batch', 'web'] });
  const ids = offersOf(framework).map(({ id }) => id.value);
  t.is(ids.length, 2);
  world.call(framework, accept(ids, [launch(task('a', agent.id))]));
  t.regex(statusesOf(framework).at(-1)?.message ?? '', /must be allocated to the same role/);
});

test('LM-37 ACCEPT without operations is a DECLINE with its filter', (t) => {
  const world = createWorld();
  world.addAgent();
  const framework = world.subscribe();
  world.call(framework, accept([lastOffer(framework).id.value], [], 3600));
  world.advance(10_000);
  t.is(offersOf(framework).length, 1);
});

interface Recorded {
  readonly task: Omit<TaskInfo, 'agent_id'>;
  readonly wrongAgent?: true;
  readonly operationId?: string;
  readonly message: string | null;
}

const recorded: Recorded[] = readFileSync(new URL('./recorded/task-invalid.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
for (const { task: info, wrongAgent, operationId, message } of recorded) {
  test(`LM-38 LM-41 as recorded: task ${info.name.slice(0, 20)} → ${message ?? 'launched'}`, (t) => {
    const world = createWorld();
    const agent = world.addAgent();
    const framework = world.subscribe();
    const agentId = wrongAgent ? ('no-such-agent' as AgentId) : agent.id;
    const bad = { ...info, agent_id: { value: agentId } };
    const operation = {
      ...launch(bad, task('good', agent.id)),
      ...(operationId ? { id: { value: operationId as OperationId } } : {}),
    };
    world.call(framework, accept([lastOffer(framework).id.value], [operation]));
    const [status] = statusesOf(framework);
    if (message === null) {
      t.is(status, undefined);
    } else {
      t.like(status, { state: 'TASK_ERROR', reason: 'REASON_TASK_INVALID', source: 'SOURCE_MASTER' });
      t.is(status?.message?.replace(agent.id, 'AGENT'), message.replace(/[0-9a-f-]{36}-S0/, 'AGENT'));
      t.false('uuid' in (status ?? {}));
    }
    if (operationId === undefined) {
      t.is(agent.received.at(-1)?.type, 'RUN_TASK', 'the rest of the call goes on');
    }
  });
}

test('LM-38 more than is offered, foreign roles, unknown resources and foreign ports are TASK_ERRORs', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const framework = world.subscribe();
  const bad = [
    [scalar('cpus', 400), scalar('mem', 32)],
    [scalar('cpus', 0.1), scalar('bananas', 1)],
    [scalar('cpus', 0.1), ports(1, 2)],
    allocated([scalar('cpus', 0.1)], 'other'),
  ].map((resources, index) => task(`t${index}`, agent.id, 1, { resources }));
  world.call(framework, accept([lastOffer(framework).id.value], [launch(...bad)]));
  t.deepEqual(
    statusesOf(framework).map(({ message }) => message?.split(' required')[0]),
    [
      'Total resources cpus(allocated: *):400; mem(allocated: *):32',
      'Total resources cpus(allocated: *):0.1; bananas(allocated: *):1',
      'Total resources cpus(allocated: *):0.1; ports(allocated: *):[1-2]',
      'Total resources cpus(allocated: other):0.1',
    ],
  );
});

test('LM-39 LM-40 tasks are judged one by one: too much for the rest, and an id in use', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const framework = world.subscribe();
  const tasks = [
    task('a', agent.id, 2.5),
    task('b', agent.id, 2.5),
    task('a', agent.id, 0.1),
    task('c', agent.id, 1.5),
  ];
  world.call(framework, accept([lastOffer(framework).id.value], [launch(...tasks)]));
  t.deepEqual(
    statusesOf(framework).map(({ task_id, state }) => [String(task_id.value), state]),
    [
      ['b', 'TASK_ERROR'],
      ['a', 'TASK_ERROR'],
    ],
  );
  t.is(statusesOf(framework)[1]?.message, 'Task has duplicate ID: a');
  t.is(agent.received.filter(({ type }) => type === 'RUN_TASK').length, 2);
});

test('fractions add up exactly: ten tasks of 0.1 cpus fill one cpu', (t) => {
  const world = createWorld();
  const agent = world.addAgent([scalar('cpus', 1), scalar('mem', 1024)]);
  const framework = world.subscribe();
  launchOn(
    world,
    framework,
    Array.from({ length: 10 }, (_, index) => `t${index}`),
    0.1,
  );
  t.deepEqual(statusesOf(framework), []);
  t.is(
    world.master.state.agents.get(agent.id)?.free.find(({ name }) => name === 'cpus'),
    undefined,
  );
});

test('a group and a reservation that lack something are refused clearly', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const framework = world.subscribe();
  const executor = { executor_id: { value: 'e' as never }, type: 'DEFAULT' as const };
  const group = {
    type: 'LAUNCH_GROUP' as const,
    launch_group: { executor, task_group: { tasks: [task('g', agent.id)] } },
  };
  const reserve = {
    type: 'RESERVE' as const,
    id: { value: 'op' as OperationId },
    reserve: { resources: [scalar('cpus', 1)] },
  };
  world.call(framework, accept([lastOffer(framework).id.value], [group, reserve]));
  t.like(statusesOf(framework).at(-1), { state: 'TASK_ERROR', reason: 'REASON_TASK_GROUP_INVALID' });
  t.like(framework.events.at(-1), {
    type: 'UPDATE_OPERATION_STATUS',
    update_operation_status: { status: { operation_id: { value: 'op' }, state: 'OPERATION_ERROR' } },
  });
});

test('containers that ask for something are refused, a bare Mesos container is a command task', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const framework = world.subscribe();
  const containers: ContainerInfo[] = [
    { type: 'DOCKER', docker: { image: 'flink' } },
    { type: 'MESOS', mesos: { image: { type: 'DOCKER', docker: { name: 'flink' } } } },
    { type: 'MESOS', volumes: [{ mode: 'RW', container_path: '/x', host_path: '/' }] },
    { type: 'MESOS', mesos: {}, volumes: [] },
  ];
  const tasks = containers.map((container, index) => task(`t${index}`, agent.id, 0.1, { container }));
  world.call(framework, accept([lastOffer(framework).id.value], [launch(...tasks)]));
  t.deepEqual(
    statusesOf(framework).map(({ task_id, state }) => `${task_id.value} ${state}`),
    ['t0 TASK_ERROR', 't1 TASK_ERROR', 't2 TASK_ERROR'],
  );
});

test('LM-34 a terminal task that is not acknowledged is still known; after the ACKNOWLEDGE its id is free', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const framework = world.subscribe();
  launchOn(world, framework, ['a']);
  world.send(agent, statusUpdate(framework, agent.id, 'a', 'TASK_FINISHED'));
  world.call(framework, { type: 'RECONCILE', reconcile: {} });
  t.like(statusesOf(framework).at(-1), { state: 'TASK_FINISHED', reason: 'REASON_RECONCILIATION' });
  world.call(framework, { type: 'REVIVE' });
  launchOn(world, framework, ['a']);
  t.is(statusesOf(framework).at(-1)?.message, 'Task has duplicate ID: a');
  world.call(framework, acknowledge(agent.id, 'a', 'TASK_FINISHED'));
  t.like(agent.received.at(-1), { type: 'ACKNOWLEDGE', taskId: 'a' });
  world.call(framework, { type: 'REVIVE' });
  launchOn(world, framework, ['a']);
  t.is(agent.received.at(-1)?.type, 'RUN_TASK');
});

test('LM-31 an ACKNOWLEDGE of something else ends no record; of an update never forwarded it is dropped', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const framework = world.subscribe();
  launchOn(world, framework, ['a']);
  world.call(framework, acknowledge(agent.id, 'a', 'TASK_FINISHED'));
  t.is(agent.received.at(-1)?.type, 'RUN_TASK', 'nothing was forwarded yet');
  world.send(agent, statusUpdate(framework, agent.id, 'a', 'TASK_FINISHED'));
  world.call(framework, acknowledge(agent.id, 'a', 'TASK_RUNNING'));
  t.is(world.master.state.frameworks.get(framework.id)?.tasks.size, 1);
  t.is(world.master.state.metrics.get('master/invalid_status_update_acknowledgements'), 1);
});

test('resources are free as soon as the agent has seen the end, though an older update is under way', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const framework = world.subscribe();
  launchOn(world, framework, ['a'], 4);
  world.send(agent, statusUpdate(framework, agent.id, 'a', 'TASK_STARTING', 'TASK_FINISHED'));
  world.advance(1000);
  t.is(lastOffer(framework).resources?.find(({ name }) => name === 'cpus')?.scalar?.value, 4);
});

test('LM-42 LM-46 KILL goes to the task’s agent, not if another agent is named', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const framework = world.subscribe();
  launchOn(world, framework, ['a']);
  const kill = (agentId: string) =>
    world.call(framework, { type: 'KILL', kill: { task_id: { value: 'a' }, agent_id: { value: agentId } } });
  t.is(kill('other')?.status, 202);
  t.is(agent.received.at(-1)?.type, 'RUN_TASK');
  t.deepEqual(statusesOf(framework), []);
  kill(agent.id);
  t.deepEqual(agent.received.at(-1), { type: 'KILL_TASK', frameworkId: framework.id, taskId: 'a' } as never);
});
