import test from 'ava';
import * as calls from '../../../src/mesos-api-client/protocol/calls.ts';
import type {
  AgentId,
  ExecutorId,
  FrameworkId,
  OfferId,
  OperationId,
  TaskId,
} from '../../../src/mesos-api-client/protocol/ids.ts';
import type { Resource } from '../../../src/mesos-api-client/protocol/mesos.ts';

const frameworkId = 'f' as FrameworkId;
const agentId = 'a' as AgentId;
const taskId = 't' as TaskId;
const offerIds = ['o1', 'o2'] as OfferId[];
const framework_id = { value: 'f' };
const frameworkInfo = { user: 'u', name: 'n' };

test('MA-1 a first SUBSCRIBE names no id', (t) => {
  t.deepEqual(calls.subscribe({ frameworkInfo }) as unknown, {
    type: 'SUBSCRIBE',
    subscribe: { framework_info: frameworkInfo },
  });
});

test('MA-2 a later SUBSCRIBE has the id at the top and in framework_info', (t) => {
  t.deepEqual(calls.subscribe({ frameworkInfo, frameworkId }) as unknown, {
    type: 'SUBSCRIBE',
    framework_id,
    subscribe: { framework_info: { ...frameworkInfo, id: framework_id } },
  });
  t.deepEqual(frameworkInfo, { user: 'u', name: 'n' }, 'what was given is not changed');
});

test('MA-50 suppressed roles and constraints go along with SUBSCRIBE and UPDATE_FRAMEWORK', (t) => {
  const described = { frameworkInfo, frameworkId, suppressedRoles: ['r'], offerConstraints: { role_constraints: {} } };
  const wire = {
    framework_info: { ...frameworkInfo, id: framework_id },
    suppressed_roles: ['r'],
    offer_constraints: { role_constraints: {} },
  };
  t.deepEqual(calls.subscribe(described).subscribe as unknown, wire);
  t.deepEqual(calls.updateFramework(described) as unknown, {
    type: 'UPDATE_FRAMEWORK',
    framework_id,
    update_framework: wire,
  });
});

test('MA-51 MA-54 ACCEPT carries all offers, the operations and the filter', (t) => {
  const task = { name: 'n', task_id: { value: taskId }, agent_id: { value: agentId } };
  t.deepEqual(calls.accept(frameworkId, offerIds, [calls.launch([task])], { refuseSeconds: 0 }) as unknown, {
    type: 'ACCEPT',
    framework_id,
    accept: {
      offer_ids: [{ value: 'o1' }, { value: 'o2' }],
      operations: [{ type: 'LAUNCH', launch: { task_infos: [task] } }],
      filters: { refuse_seconds: 0 },
    },
  });
});

test('MA-48 REVIVE and SUPPRESS name roles, never role', (t) => {
  t.deepEqual(calls.revive(frameworkId, ['a', 'b']) as unknown, {
    type: 'REVIVE',
    framework_id,
    revive: { roles: ['a', 'b'] },
  });
  t.deepEqual(calls.suppress(frameworkId) as unknown, { type: 'SUPPRESS', framework_id, suppress: { roles: [] } });
});

test('the other calls are spelled as the protocol wants them', (t) => {
  const executorId = 'e' as ExecutorId;
  const agent_id = { value: 'a' };
  const task_id = { value: 't' };
  const inverse_offer_ids = [{ value: 'o1' }, { value: 'o2' }];
  const spelled: [unknown, object][] = [
    [calls.decline(frameworkId, offerIds), { type: 'DECLINE', decline: { offer_ids: inverse_offer_ids } }],
    [
      calls.acceptInverseOffers(frameworkId, offerIds),
      { type: 'ACCEPT_INVERSE_OFFERS', accept_inverse_offers: { inverse_offer_ids } },
    ],
    [
      calls.declineInverseOffers(frameworkId, offerIds),
      { type: 'DECLINE_INVERSE_OFFERS', decline_inverse_offers: { inverse_offer_ids } },
    ],
    [calls.kill(frameworkId, taskId), { type: 'KILL', kill: { task_id } }],
    [
      calls.kill(frameworkId, taskId, { agentId, killPolicy: { grace_period: { nanoseconds: 1 } } }),
      { type: 'KILL', kill: { task_id, agent_id, kill_policy: { grace_period: { nanoseconds: 1 } } } },
    ],
    [
      calls.shutdown(frameworkId, executorId, agentId),
      { type: 'SHUTDOWN', shutdown: { executor_id: { value: 'e' }, agent_id } },
    ],
    [
      calls.acknowledge(frameworkId, { agentId, taskId, uuid: 'AAAA' }),
      { type: 'ACKNOWLEDGE', acknowledge: { agent_id, task_id, uuid: 'AAAA' } },
    ],
    [
      calls.reconcile(frameworkId, [{ taskId, agentId }, { taskId }]),
      { type: 'RECONCILE', reconcile: { tasks: [{ task_id, agent_id }, { task_id }] } },
    ],
    [calls.reconcile(frameworkId, []), { type: 'RECONCILE', reconcile: { tasks: [] } }],
    [
      calls.message(frameworkId, { agentId, executorId }, 'AA=='),
      { type: 'MESSAGE', message: { agent_id, executor_id: { value: 'e' }, data: 'AA==' } },
    ],
    [calls.teardown(frameworkId), { type: 'TEARDOWN' }],
  ];
  for (const [call, wire] of spelled) {
    t.deepEqual(call, { framework_id, ...wire });
  }
});

test('operations: asked after, acknowledged by the bare uuid, and only if there is one', (t) => {
  const operationId = 'op' as OperationId;
  const status = {
    operation_id: { value: operationId },
    state: 'OPERATION_FINISHED' as const,
    uuid: { value: 'DNvVmp3STM+Vk4AAH0a1gQ==' },
    agent_id: { value: 'S0' as AgentId },
  };
  t.deepEqual(calls.acknowledgeOperationStatus(frameworkId, status) as unknown, {
    type: 'ACKNOWLEDGE_OPERATION_STATUS',
    framework_id: { value: frameworkId },
    acknowledge_operation_status: {
      operation_id: { value: 'op' },
      uuid: 'DNvVmp3STM+Vk4AAH0a1gQ==',
      agent_id: { value: 'S0' },
    },
  });
  const { uuid: _, ...reconciled } = status;
  t.is(calls.acknowledgeOperationStatus(frameworkId, reconciled), undefined);
  t.deepEqual(calls.reconcileOperations(frameworkId, [{ operationId, agentId: 'S0' as AgentId }]) as unknown, {
    type: 'RECONCILE_OPERATIONS',
    framework_id: { value: frameworkId },
    reconcile_operations: { operations: [{ operation_id: { value: 'op' }, agent_id: { value: 'S0' } }] },
  });
});

test('operations on offers bear an id if they are given one, a launch never does', (t) => {
  const id = 'op' as OperationId;
  const disk: Resource = { name: 'disk', type: 'SCALAR', scalar: { value: 64 } };
  const executor = { type: 'DEFAULT' as const, executor_id: { value: 'e' as ExecutorId } };
  const named = { id: { value: 'op' } };
  t.deepEqual(
    [
      calls.launch([]),
      calls.launchGroup(executor, []),
      calls.reserve([disk], id),
      calls.unreserve([disk]),
      calls.createVolumes([disk], id),
      calls.destroyVolumes([disk], id),
      calls.growVolume(disk, disk, id),
      calls.shrinkVolume(disk, 32, id),
      calls.createDisk(disk, { type: 'MOUNT', profile: 'fast' }, id),
      calls.destroyDisk(disk, id),
    ] as unknown,
    [
      { type: 'LAUNCH', launch: { task_infos: [] } },
      { type: 'LAUNCH_GROUP', launch_group: { executor, task_group: { tasks: [] } } },
      { type: 'RESERVE', ...named, reserve: { resources: [disk] } },
      { type: 'UNRESERVE', unreserve: { resources: [disk] } },
      { type: 'CREATE', ...named, create: { volumes: [disk] } },
      { type: 'DESTROY', ...named, destroy: { volumes: [disk] } },
      { type: 'GROW_VOLUME', ...named, grow_volume: { volume: disk, addition: disk } },
      { type: 'SHRINK_VOLUME', ...named, shrink_volume: { volume: disk, subtract: { value: 32 } } },
      { type: 'CREATE_DISK', ...named, create_disk: { source: disk, target_type: 'MOUNT', target_profile: 'fast' } },
      { type: 'DESTROY_DISK', ...named, destroy_disk: { source: disk } },
    ],
  );
});

test('offer constraints and requests go out as they are', (t) => {
  const offerConstraints = {
    role_constraints: {
      flink: {
        groups: [
          {
            attribute_constraints: [
              { selector: { attribute_name: 'rack' }, predicate: { text_equals: { value: 'r1' } } },
              { selector: { pseudoattribute_type: 'ZONE' as const }, predicate: { exists: {} } },
            ],
          },
        ],
      },
    },
  };
  const frameworkInfo = { user: 'u', name: 'n', roles: ['flink'] };
  const update = calls.updateFramework({ frameworkInfo, frameworkId, offerConstraints, suppressedRoles: ['flink'] });
  t.deepEqual(update as unknown, {
    type: 'UPDATE_FRAMEWORK',
    framework_id: { value: frameworkId },
    update_framework: {
      framework_info: { ...frameworkInfo, id: { value: frameworkId } },
      suppressed_roles: ['flink'],
      offer_constraints: offerConstraints,
    },
  });
  t.deepEqual(calls.request(frameworkId, [{ agentId: 'S0' as AgentId }]) as unknown, {
    type: 'REQUEST',
    framework_id: { value: frameworkId },
    request: { requests: [{ agent_id: { value: 'S0' }, resources: [] }] },
  });
});
