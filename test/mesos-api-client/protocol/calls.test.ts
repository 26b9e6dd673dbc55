import test from 'ava';
import * as calls from '../../../src/mesos-api-client/protocol/calls.ts';
import type { AgentId, ExecutorId, FrameworkId, OfferId, TaskId } from '../../../src/mesos-api-client/protocol/ids.ts';

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
