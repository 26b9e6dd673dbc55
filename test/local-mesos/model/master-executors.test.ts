import test from 'ava';
import type { AgentId, ExecutorId, TaskId } from '../../../src/mesos-api-client/protocol/ids.ts';
import type { ExecutorInfo, OfferOperation, TaskInfo } from '../../../src/mesos-api-client/protocol/mesos.ts';
import {
  accept,
  createWorld,
  type FakeAgent,
  lastOffer,
  launch,
  report,
  type Subscriber,
  scalar,
  statusesOf,
  statusUpdate,
  task,
  typesOf,
  type World,
  wholeAgent,
} from '../support/master-world.ts';

const executorId = 'e' as ExecutorId;
const small = [scalar('cpus', 0.5), scalar('mem', 32), scalar('disk', 32)];

function executorOf(framework: Subscriber, more: Partial<ExecutorInfo> = {}): ExecutorInfo {
  return {
    executor_id: { value: executorId },
    framework_id: { value: framework.id },
    type: 'DEFAULT',
    resources: small,
    ...more,
  };
}

function customOf(framework: Subscriber, more: Partial<ExecutorInfo> = {}): ExecutorInfo {
  return executorOf(framework, { type: 'CUSTOM', command: { value: 'run' }, ...more });
}

function onExecutor(id: string, agentId: AgentId, executor: ExecutorInfo): TaskInfo {
  const { command: _command, ...rest } = task(id, agentId);
  return { ...rest, executor };
}

function group(executor: ExecutorInfo, ...tasks: TaskInfo[]): OfferOperation {
  return { type: 'LAUNCH_GROUP', launch_group: { executor, task_group: { tasks } } };
}

function setting(): { world: World; agent: FakeAgent; framework: Subscriber } {
  const world = createWorld();
  const agent = world.addAgent();
  return { world, agent, framework: world.subscribe() };
}

/** Accepts the newest offer and lets the next batch come. */
function acceptWith({ world, framework }: ReturnType<typeof setting>, ...operations: OfferOperation[]): void {
  world.call(framework, accept([lastOffer(framework).id.value], operations, 0));
  world.advance(1_000);
}

function free(framework: Subscriber, name: string): number {
  return lastOffer(framework).resources?.find((each) => each.name === name)?.scalar?.value ?? 0;
}

test('LM-29 several tasks on one executor: its resources are taken once, and offers name it', (t) => {
  const all = setting();
  const { agent, framework } = all;
  const executor = customOf(framework);
  acceptWith(all, launch(onExecutor('a', agent.id, executor), onExecutor('b', agent.id, executor)));
  t.is(free(framework, 'cpus'), 4 - 2 - 0.5);
  t.deepEqual(lastOffer(framework).executor_ids, [{ value: executorId }]);
  const sent = agent.received.filter(({ type }) => type === 'RUN_TASK');
  t.deepEqual(
    sent.map((each) => each.type === 'RUN_TASK' && each.task.executor?.resources?.[0]?.allocation_info),
    [{ role: '*' }, { role: '*' }],
  );
  acceptWith(all, launch(onExecutor('c', agent.id, executor)));
  t.is(free(framework, 'cpus'), 4 - 3 - 0.5);
});

test('LM-29 a group goes to its agent in one piece, with its executor', (t) => {
  const all = setting();
  const { agent, framework } = all;
  acceptWith(all, group(executorOf(framework), task('a', agent.id), task('b', agent.id)));
  const sent = agent.received.find((each) => each.type === 'RUN_GROUP');
  t.deepEqual(
    sent?.type === 'RUN_GROUP' &&
      sent.tasks.map(({ task_id, executor }) => [task_id.value, executor?.executor_id.value]),
    [
      ['a', 'e'],
      ['b', 'e'],
    ],
  );
  t.is(free(framework, 'cpus'), 4 - 2 - 0.5);
  t.is(free(framework, 'disk'), 4096 - 32);
});

test('MA-58 the end of an executor: FAILURE with its id and status, and its resources are free again', (t) => {
  const all = setting();
  const { world, agent, framework } = all;
  acceptWith(all, launch(onExecutor('a', agent.id, customOf(framework))));
  world.send(agent, { type: 'EXECUTOR_EXITED', frameworkId: framework.id, executorId, status: 1792 });
  t.deepEqual(framework.events.at(-1), {
    type: 'FAILURE',
    failure: { agent_id: { value: agent.id }, executor_id: { value: executorId }, status: 1792 },
  });
  report(world, framework, agent, 'a', 'TASK_FAILED');
  world.call(framework, {
    type: 'DECLINE',
    decline: { offer_ids: [lastOffer(framework).id], filters: { refuse_seconds: 0 } },
  });
  world.advance(1_000);
  t.is(free(framework, 'cpus'), 4);
  t.is(lastOffer(framework).executor_ids, undefined);
  const before = framework.events.length;
  world.send(agent, { type: 'EXECUTOR_EXITED', frameworkId: framework.id, executorId, status: 0 });
  t.is(framework.events.length, before, 'one that nobody knows any more');
});

test('MESSAGE reaches the executor by its agent, and comes back the same way', (t) => {
  const { world, agent, framework } = setting();
  const message = { agent_id: { value: agent.id }, executor_id: { value: executorId }, data: 'aGk=' };
  world.call(framework, { type: 'MESSAGE', message });
  const passed = { type: 'EXECUTOR_MESSAGE', frameworkId: framework.id, executorId, data: 'aGk=' } as const;
  t.deepEqual(agent.received.at(-1), passed);
  world.send(agent, passed);
  t.deepEqual(framework.events.at(-1), { type: 'MESSAGE', message });
  t.is(world.call(framework, { type: 'MESSAGE', message: { ...message, agent_id: { value: 'none' } } })?.status, 202);
});

test('LM-61 SHUTDOWN names an executor of the framework', (t) => {
  const all = setting();
  const { world, agent, framework } = all;
  acceptWith(all, launch(onExecutor('a', agent.id, customOf(framework))));
  world.call(framework, {
    type: 'SHUTDOWN',
    shutdown: { executor_id: { value: executorId }, agent_id: { value: agent.id } },
  });
  t.deepEqual(agent.received.at(-1), { type: 'SHUTDOWN_EXECUTOR', frameworkId: framework.id, executorId });
});

test('LM-61 LM-72 a framework that is removed gives back what its executors had', (t) => {
  const all = setting();
  const { world, agent, framework } = all;
  acceptWith(all, launch(onExecutor('a', agent.id, customOf(framework))));
  const other = world.subscribe();
  world.call(framework, { type: 'TEARDOWN' });
  world.advance(1_000);
  const cpus = other.events.flatMap((event) => (event.type === 'OFFERS' ? (event.offers.offers ?? []) : []));
  const sum = cpus.flatMap(({ resources = [] }) => resources).filter(({ name }) => name === 'cpus');
  t.is(
    sum.reduce((total, { scalar: value }) => total + (value?.value ?? 0), 0),
    4,
  );
});

test('LM-60 an agent that breaks off takes the executors of frameworks that do not checkpoint', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const framework = world.subscribe({ checkpoint: false });
  const all = { world, agent, framework };
  acceptWith(all, launch(onExecutor('a', agent.id, customOf(framework))));
  world.closeLink(agent);
  t.is(world.master.state.agents.get(agent.id)?.executors.size, 0);
  t.is(world.master.state.frameworks.get(framework.id)?.executors.size, 0);
});

test('LM-55 LM-53 an agent that registers again brings its executors; those that it does not bring are gone', (t) => {
  const all = setting();
  const { world, agent, framework } = all;
  const info = customOf(framework);
  acceptWith(all, launch(onExecutor('a', agent.id, info)));
  const known = world.master.state.agents.get(agent.id)?.executors.values().next().value?.info;
  if (known === undefined) throw new Error('no executor');
  const brought = { ...all, executors: [{ frameworkId: framework.id, info: known }] };
  const task = world.master.state.frameworks.get(framework.id)?.tasks.get('a' as TaskId);
  if (task === undefined) throw new Error('no task');
  const tasks = [{ frameworkId: framework.id, info: task.info, latestState: 'TASK_RUNNING' as const }];
  world.restartMaster();
  const again = world.subscribe({ id: framework.id });
  const frameworks = [world.master.state.frameworks.get(framework.id)?.info ?? { user: '', name: '' }];
  const back = world.addAgent(wholeAgent, { id: agent.id, tasks, frameworks, executors: brought.executors });
  t.is(free(again, 'cpus'), 4 - 1 - 0.5);
  world.closeLink(back);
  world.addAgent(wholeAgent, { id: agent.id, tasks, frameworks });
  world.advance(1_000);
  t.is(free(again, 'cpus'), 4 - 1);
});

test('LM-51 what the master says of a task of an executor names the executor', (t) => {
  const all = setting();
  const { world, agent, framework } = all;
  acceptWith(all, launch(onExecutor('a', agent.id, customOf(framework))));
  world.send(agent, statusUpdate(framework, agent.id, 'a', 'TASK_RUNNING'));
  world.call(framework, { type: 'RECONCILE', reconcile: { tasks: [] } });
  t.is(statusesOf(framework).at(-1)?.executor_id?.value, executorId);
});

const refusals: readonly (readonly [string, (framework: Subscriber) => ExecutorInfo, RegExp])[] = [
  [
    'without a command',
    (f) => executorOf(f, { type: 'CUSTOM' }),
    /'ExecutorInfo.command' must be set for 'CUSTOM' executor/,
  ],
  ['of the default type', (f) => executorOf(f), /'ExecutorInfo.type' must be 'CUSTOM'/],
  [
    'of no type and without a command',
    (f) => {
      const { type: _type, ...rest } = executorOf(f);
      return rest;
    },
    /'ExecutorInfo.command' must be set$/,
  ],
  [
    'with a bad id',
    (f) => customOf(f, { executor_id: { value: 'a/b' as ExecutorId } }),
    /'a\/b' contains invalid characters/,
  ],
  [
    'of another framework',
    (f) => customOf(f, { framework_id: { value: 'x' as never } }),
    /ExecutorInfo has an invalid FrameworkID \(Actual: x vs Expected: /,
  ],
  [
    'with less than no grace',
    (f) => customOf(f, { shutdown_grace_period: { nanoseconds: -1 } }),
    /'shutdown_grace_period' must be non-negative/,
  ],
  [
    'with malformed resources',
    (f) => customOf(f, { resources: [scalar('cpus', -1)] }),
    /Executor uses invalid resources: /,
  ],
  [
    'in a container image',
    (f) => customOf(f, { container: { type: 'DOCKER', docker: { image: 'x' } } }),
    /of executors are not built/,
  ],
  [
    'that is too large',
    (f) => customOf(f, { resources: [scalar('cpus', 4)] }),
    /required by task and its executor is more than available/,
  ],
  [
    'with a secret by reference',
    (f) =>
      customOf(f, {
        command: {
          value: 'x',
          environment: { variables: [{ name: 'A', type: 'SECRET', secret: { type: 'REFERENCE' } }] },
        },
      }),
    /^Executor's `CommandInfo` is invalid: /,
  ],
];

for (const [what, executor, sentence] of refusals) {
  test(`LM-38 a task with an executor ${what} is TASK_ERROR`, (t) => {
    const all = setting();
    const { agent, framework } = all;
    acceptWith(all, launch(onExecutor('a', agent.id, executor(framework))));
    const [status] = statusesOf(framework);
    t.is(status?.state, 'TASK_ERROR');
    t.is(status?.reason, 'REASON_TASK_INVALID');
    t.regex(status?.message ?? '', sentence);
    t.false(agent.received.some(({ type }) => type === 'RUN_TASK'));
  });
}

test('LM-38 an executor must be the one that runs under its id', (t) => {
  const all = setting();
  const { agent, framework } = all;
  acceptWith(all, launch(onExecutor('a', agent.id, customOf(framework, { name: 'one' }))));
  acceptWith(all, launch(onExecutor('b', agent.id, customOf(framework, { name: 'other' }))));
  const [status] = statusesOf(framework);
  t.regex(
    status?.message ?? '',
    /^ExecutorInfo is not compatible with existing ExecutorInfo with same ExecutorID\.\n-{60}\nExisting ExecutorInfo:\nexecutor_id \{\n {2}value: "e"\n\}\nresources \{\n {2}name: "cpus"\n {2}type: SCALAR\n/,
  );
});

const groupRefusals: readonly (readonly [
  string,
  (framework: Subscriber, agentId: AgentId) => OfferOperation,
  RegExp,
])[] = [
  [
    'with too little memory for its executor',
    (f, a) => group(executorOf(f, { resources: [scalar('cpus', 0.1), scalar('mem', 16)] }), task('a', a)),
    /^Executor 'e' uses less memory \(16MB\) than the minimum required \(32MB\)$/,
  ],
  [
    'with too little cpus for its executor',
    (f, a) => group(executorOf(f, { resources: [scalar('mem', 32)] }), task('a', a)),
    /^Executor 'e' uses less CPUs \(None\) than the minimum required \(0\.01\)$/,
  ],
  [
    'whose executor has no disk',
    (f, a) => group(executorOf(f, { resources: [scalar('cpus', 0.1), scalar('mem', 32)] }), task('a', a)),
    /^Executor 'e' uses no disk$/,
  ],
  [
    'that is too large',
    (f, a) => group(executorOf(f), task('a', a), task('b', a, 500)),
    /^Total resources cpus\(allocated: \*\):501\.5; mem\(allocated: \*\):160; disk\(allocated: \*\):32 required by task group and its executor are more than available /,
  ],
  [
    'whose executor has a command',
    (f, a) => group(executorOf(f, { command: { value: 'x' } }), task('a', a)),
    /'ExecutorInfo.command' must not be set for 'DEFAULT' executor/,
  ],
  [
    'whose executor does not say what it is',
    (f, a) => {
      const { type: _type, ...rest } = executorOf(f);
      return group(rest, task('a', a));
    },
    /^'ExecutorInfo.type' must be set$/,
  ],
  [
    'whose executor is of no framework',
    (f, a) => {
      const { framework_id: _id, ...rest } = executorOf(f);
      return group(rest, task('a', a));
    },
    /^'ExecutorInfo.framework_id' must be set$/,
  ],
  [
    'of which one is badly described',
    (f, a) => group(executorOf(f), task('a', a), { ...task('b', a), resources: [] }),
    /^Task 'b' is invalid: Task uses no resources$/,
  ],
  [
    'that names one task twice',
    (f, a) => group(executorOf(f), task('a', a), task('a', a)),
    /^Task 'a' is invalid: Task has duplicate ID: a$/,
  ],
  [
    'of which one names another executor',
    (f, a) => group(executorOf(f), { ...task('a', a), executor: customOf(f) }),
    /is different from executor 'e'$/,
  ],
  [
    'with an id of the operation',
    (f, a) => ({ ...group(executorOf(f), task('a', a)), id: { value: 'o' as never } }),
    /cannot be set on LAUNCH_GROUP operations$/,
  ],
];

for (const [what, operation, sentence] of groupRefusals) {
  test(`LM-38 a group ${what} is TASK_ERROR as a whole`, (t) => {
    const all = setting();
    const { agent, framework } = all;
    const wanted = operation(framework, agent.id);
    acceptWith(all, wanted);
    const tasks = wanted.type === 'LAUNCH_GROUP' ? (wanted.launch_group?.task_group.tasks ?? []) : [];
    const statuses = statusesOf(framework);
    t.deepEqual(
      statuses.map(({ task_id, state, reason }) => [task_id.value, state, reason]),
      tasks.map(({ task_id }) => [task_id.value, 'TASK_ERROR', 'REASON_TASK_GROUP_INVALID']),
    );
    t.regex(statuses[0]?.message ?? '', sentence);
    t.false(agent.received.some(({ type }) => type === 'RUN_GROUP'));
    t.is(free(framework, 'cpus'), 4);
  });
}

test('LM-71 operators see executors, and of which one a task is', (t) => {
  const all = setting();
  const { world, agent, framework } = all;
  world.submit({ kind: 'operator-subscribe', stream: 's' });
  acceptWith(all, launch(onExecutor('a', agent.id, customOf(framework))));
  const added = world.told.find((event) => event.type === 'TASK_ADDED');
  t.is(added?.type === 'TASK_ADDED' && added.task_added.task.executor_id?.value, executorId);
  t.true(typesOf(framework).includes('OFFERS'));
});
