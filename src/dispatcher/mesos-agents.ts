/**
 * The agents of the Mesos cluster: what offers showed of them, and what the master says: how much each has, how much of
 * it others hold, whether it is being emptied. Where the master does not say, what offers showed has to do.
 */
import _ from 'lodash';
import { fromThousandths } from '../lib/thousandths.ts';
import type { Resource } from '../mesos-api-client/protocol/mesos.ts';
import type { MaintenanceWindow, MasterAgent } from '../mesos-api-client/protocol/operator-messages.ts';
import { portRanges, scalarSum } from '../mesos-api-client/protocol/resources.ts';
import type { AgentsAtMaster } from '../runtime/mesos-reader.ts';
import type { Amount } from '../scheduler/model/offer-views.ts';
import { iso } from './views.ts';
import type { MesosAgentView } from './why-views.ts';

export function joinAgents(known: readonly MesosAgentView[], atMaster: AgentsAtMaster): readonly MesosAgentView[] {
  const offered = new Map(known.map((agent) => [agent.agentId, agent]));
  const present = atMaster.agents.map((agent) => {
    const id = agent.agent_info.id?.value ?? '';
    const seen = offered.get(id) ?? unseen(agent, id);
    offered.delete(id);
    return { ...seen, ...atMasterOf(agent, seen.ours), ...leavingOf(agent, atMaster.maintenance) };
  });
  // Of those that are left the master knows nothing: they are gone, or out of its reach.
  return [...present, ...[...offered.values()].map((agent) => ({ ...agent, state: 'absent' as const }))];
}

function unseen({ agent_info: { hostname, attributes = [], domain } }: MasterAgent, agentId: string): MesosAgentView {
  const place = domain?.fault_domain;
  return {
    agentId,
    hostname,
    attributes: Object.fromEntries(
      attributes.flatMap(({ name, text, scalar }) => {
        const value = text?.value ?? scalar?.value;
        return value === undefined ? [] : [[name, String(value)] as const];
      }),
    ),
    ...(place && { domain: { region: place.region.name, zone: place.zone.name } }),
    offered: [],
    tasks: [],
    ours: nothing,
    places: [],
  };
}

const nothing: Amount = { cpus: 0, memMiB: 0, diskMiB: 0, ports: 0 };

function atMasterOf(agent: MasterAgent, ours: Amount) {
  const total = amountOf(agent.total_resources ?? []);
  const held = amountOf(agent.allocated_resources ?? []);
  return { total, free: less(total, held), others: less(held, ours), state: stateOf(agent) };
}

function stateOf({ active, deactivated, drain_info: drain }: MasterAgent): NonNullable<MesosAgentView['state']> {
  if (drain?.state === 'DRAINING') return 'draining';
  if (drain?.state === 'DRAINED') return 'drained';
  if (deactivated === true) return 'deactivated';
  return active ? 'active' : 'inactive';
}

/** A window of maintenance names machines by host name, by IP or by both. */
function leavingOf({ agent_info, pid = '' }: MasterAgent, windows: readonly MaintenanceWindow[]) {
  const ip = /@(.+):\d+$/.exec(pid)?.[1];
  const window = windows.find(({ machine_ids = [] }) =>
    machine_ids.some(
      (machine) =>
        (machine.hostname === undefined || machine.hostname.toLowerCase() === agent_info.hostname.toLowerCase()) &&
        (machine.ip === undefined || machine.ip === ip),
    ),
  );
  if (window === undefined) return {};
  const { start, duration } = window.unavailability;
  const forMs = duration && { forMs: milliseconds(duration.nanoseconds) };
  return { leaving: { from: iso(milliseconds(start.nanoseconds)), ...forMs } };
}

function milliseconds(nanoseconds: number | bigint): number {
  return Math.round(Number(nanoseconds) / 1_000_000);
}

/** All there is, volumes and reservations included. */
function amountOf(resources: readonly Resource[]): Amount {
  const plain = resources.map(({ disk: _volume, ...resource }) => resource);
  const scalar = (name: string) => fromThousandths(scalarSum(plain, name));
  const ports = portRanges(plain).reduce((sum, { begin, end }) => sum + end - begin + 1, 0);
  const named = plain.flatMap(({ name, scalar: amount }) => (amount === undefined ? [] : [name]));
  const others = _.difference(_.uniq(named), ['cpus', 'mem', 'disk']);
  return {
    cpus: scalar('cpus'),
    memMiB: scalar('mem'),
    diskMiB: scalar('disk'),
    ports,
    ...(others.length > 0 && { others: Object.fromEntries(others.map((name) => [name, scalar(name)])) }),
  };
}

function less(from: Amount, minus: Amount): Amount {
  const without = (amount: number, part = 0) => Math.max(0, Math.round((amount - part) * 1000) / 1000);
  const difference = (name: 'cpus' | 'memMiB' | 'diskMiB' | 'ports') => without(from[name], minus[name]);
  return {
    cpus: difference('cpus'),
    memMiB: difference('memMiB'),
    diskMiB: difference('diskMiB'),
    ports: difference('ports'),
    ...(from.others && { others: _.mapValues(from.others, (amount, name) => without(amount, minus.others?.[name])) }),
  };
}
