/**
 * GET /metrics/snapshot and GET_METRICS of a master (docs/monitoring.md of Mesos): flat numbers under its names. What tells
 * of the actors inside of a Mesos master (its allocator, registrar and queues) has no counterpart here and is left out.
 */
import { fromThousandths } from '../../lib/thousandths.ts';
import type { Resource } from '../../mesos-api-client/protocol/mesos.ts';
import { scalarSum } from '../../mesos-api-client/protocol/resources.ts';
import { usedOn } from './holdings.ts';
import type { Framework, MasterState } from './master-state.ts';
import { isOffering } from './master-state.ts';
import type { FrameworkCall } from './scheduler-call.ts';

export function metricsSnapshot(master: MasterState): Record<string, number> {
  const zeros = Object.fromEntries(countersThatStartAtZero.map((name) => [`master/${name}`, 0]));
  const frameworks = [...master.frameworks.values()].flatMap((framework) => Object.entries(ofFramework(framework)));
  return {
    ...zeros,
    ...Object.fromEntries(master.metrics),
    ...gauges(master),
    ...Object.fromEntries(amounts(master)),
    ...Object.fromEntries(frameworks),
  };
}

/** The names are older than the calls of the v1 API. */
export const messageOf: Partial<Record<FrameworkCall['type'], string>> = {
  ACKNOWLEDGE: 'messages_status_update_acknowledgement',
  ACKNOWLEDGE_OPERATION_STATUS: 'messages_operation_status_update_acknowledgement',
  DECLINE: 'messages_decline_offers',
  KILL: 'messages_kill_task',
  MESSAGE: 'messages_framework_to_executor',
  RECONCILE: 'messages_reconcile_tasks',
  RECONCILE_OPERATIONS: 'messages_reconcile_operations',
  REQUEST: 'messages_resource_request',
  REVIVE: 'messages_revive_offers',
  SUPPRESS: 'messages_suppress_offers',
  TEARDOWN: 'messages_unregister_framework',
};

const endings = ['dropped', 'error', 'failed', 'finished', 'gone', 'gone_by_operator', 'killed', 'lost'];

const countersThatStartAtZero: readonly string[] = [
  ...Object.values(messageOf),
  ...endings.map((ending) => `tasks_${ending}`),
  'dropped_messages',
  'invalid_operation_status_update_acknowledgements',
  'invalid_status_update_acknowledgements',
  'invalid_status_updates',
  'messages_launch_tasks',
  'messages_register_framework',
  'messages_register_slave',
  'messages_reregister_framework',
  'messages_reregister_slave',
  'messages_status_update',
  'messages_unregister_slave',
  'slave_registrations',
  'slave_removals',
  'slave_reregistrations',
  'valid_operation_status_update_acknowledgements',
  'valid_status_update_acknowledgements',
  'valid_status_updates',
];

function gauges(master: MasterState): Record<string, number> {
  const frameworks = [...master.frameworks.values()];
  const agents = [...master.agents.values()];
  const connected = frameworks.filter(({ stream }) => stream !== undefined).length;
  const linked = agents.filter(({ link }) => link !== undefined).length;
  const active = agents.filter((agent) => isOffering(master, agent)).length;
  const tasks = frameworks.flatMap((framework) => [...framework.tasks.values()]);
  const inState = (state: string) => tasks.filter((task) => task.state === state).length;
  return {
    'master/elected': 1,
    'master/uptime_secs': Math.max(0, (master.now - master.startedAt) / 1000),
    'master/frameworks_active': connected,
    'master/frameworks_inactive': frameworks.length - connected,
    'master/frameworks_connected': connected,
    'master/frameworks_disconnected': frameworks.length - connected,
    'master/slaves_active': active,
    'master/slaves_inactive': agents.length - active,
    'master/slaves_connected': linked,
    'master/slaves_disconnected': agents.length - linked,
    'master/slaves_unreachable': master.unreachableAgents.size,
    'master/operator_event_stream_subscribers': master.operatorStreams.size,
    'master/outstanding_offers': master.offers.size,
    'master/tasks_staging': inState('TASK_STAGING'),
    'master/tasks_starting': inState('TASK_STARTING'),
    'master/tasks_running': inState('TASK_RUNNING'),
    'master/tasks_killing': inState('TASK_KILLING'),
    'master/tasks_unreachable': frameworks.reduce((sum, { unreachableTasks }) => sum + unreachableTasks.size, 0),
  };
}

/** Of all agents that are registered. */
function amounts(master: MasterState): [string, number][] {
  const agents = [...master.agents.values()];
  const total = agents.flatMap((agent) => [...agent.total]);
  const used = agents.flatMap(usedOn);
  const isRevocable = (resource: Resource) => 'revocable' in resource;
  return ['cpus', 'mem', 'disk', 'gpus'].flatMap((name) => {
    const of = (resources: readonly Resource[]) => fromThousandths(scalarSum(resources, name));
    const three = (prefix: string, all: number, taken: number): [string, number][] => [
      [`master/${prefix}_total`, all],
      [`master/${prefix}_used`, taken],
      [`master/${prefix}_percent`, all === 0 ? 0 : taken / all],
    ];
    const plain = (resources: readonly Resource[]) => of(resources.filter((each) => !isRevocable(each)));
    const revocable = (resources: readonly Resource[]) => of(resources.filter(isRevocable));
    return [
      ...three(name, plain(total), plain(used)),
      ...three(`${name}_revocable`, revocable(total), revocable(used)),
    ];
  });
}

const callTypes = [
  ...['accept', 'accept_inverse_offers', 'acknowledge', 'acknowledge_operation_status', 'decline'],
  ...['decline_inverse_offers', 'kill', 'message', 'reconcile', 'reconcile_operations', 'request', 'revive'],
  ...['shutdown', 'subscribe', 'suppress', 'teardown', 'update_framework'],
];
const eventTypes = [
  ...['error', 'failure', 'heartbeat', 'inverse_offers', 'message', 'offers', 'rescind', 'rescind_inverse_offer'],
  ...['subscribed', 'update', 'update_operation_status'],
];
const activeStates = ['killing', 'running', 'staging', 'starting', 'unreachable'];

/** Below `master/frameworks/NAME/ID/`. */
function ofFramework(framework: Framework): Record<string, number> {
  const { counters, info, id } = framework;
  const named = (kind: string, names: readonly string[]) =>
    names.map((name): [string, number] => [`${kind}/${name}`, counters.get(`${kind}/${name}`) ?? 0]);
  const calls = named('calls', callTypes);
  const events = named('events', eventTypes);
  const sum = (entries: readonly [string, number][]) => entries.reduce((all, [, value]) => all + value, 0);
  const tasks = [...framework.tasks.values(), ...framework.unreachableTasks.values()];
  const entries: [string, number][] = [
    ['subscribed', framework.stream === undefined ? 0 : 1],
    ['calls', sum(calls)],
    ...calls,
    ['events', sum(events)],
    ...events,
    ...named('offers', ['sent', 'accepted', 'declined', 'rescinded']),
    ...activeStates.map((state): [string, number] => [
      `tasks/active/task_${state}`,
      tasks.filter((task) => task.state === `TASK_${state.toUpperCase()}`).length,
    ]),
    ...framework.roles.map((role): [string, number] => [
      `roles/${role}/suppressed`,
      framework.suppressedRoles.has(role) ? 1 : 0,
    ]),
  ];
  const prefix = `master/frameworks/${encodeURIComponent(info.name)}/${id}/`;
  return Object.fromEntries(entries.map(([name, value]) => [prefix + name, value]));
}
