/**
 * Machines under maintenance (docs/maintenance.md of Mesos): a machine of the schedule is draining, between START and STOP
 * it is down. Agents are of a machine by their host name and address. Offers of such agents say when it will be away, and
 * frameworks that have something there are asked by inverse offers (src/master/http.cpp and maintenance.cpp of Mesos; its
 * sentences).
 */
import _ from 'lodash';
import type { Unavailability } from '../../../mesos-api-client/protocol/mesos.ts';
import type {
  MachineId,
  MaintenanceSchedule,
  MaintenanceStatus,
} from '../../../mesos-api-client/protocol/operator-messages.ts';
import type { AgentDescription } from '../agent-protocol.ts';
import { allocate } from '../allocator.ts';
import { removeDownAgent } from '../lost-agents.ts';
import type { Answer } from '../master-io.ts';
import type { Agent, MasterState } from '../master-state.ts';
import { persistRegistry } from '../master-state.ts';
import { rescindOffer } from '../offers.ts';
import { rescindInverseOffers } from './inverse-offers.ts';

export interface Machine {
  readonly id: MachineId;
  readonly mode: 'draining' | 'down';
  readonly unavailability: Unavailability;
}

/** What a master knows of it; `machines` by their key. */
export interface Maintenance {
  schedule: MaintenanceSchedule;
  machines: Map<string, Machine>;
  /** Those that an agent was on, or that were in a schedule: of them it is said in what mode they are not. */
  readonly known: Set<string>;
}

const done: Answer = { status: 200, text: '' };

/** Every offer is taken back, as recorded: those of the machines come again with the time when they will be away. */
export function updateSchedule(master: MasterState, schedule: MaintenanceSchedule): Answer {
  const fault = scheduleFault(master, schedule);
  if (fault !== undefined) {
    return { status: 400, text: fault };
  }
  const before = master.maintenance.machines;
  const machines = (schedule.windows ?? []).flatMap(({ machine_ids: ids = [], unavailability }) =>
    ids.map((id): [string, Machine] => {
      const mode = before.get(keyOf(id))?.mode ?? 'draining';
      return [keyOf(id), { id: normal(id), mode, unavailability }];
    }),
  );
  const { known } = master.maintenance;
  for (const [key] of machines) {
    known.add(key);
  }
  master.maintenance = { schedule, machines: new Map(machines), known };
  persistRegistry(master);
  for (const agent of master.agents.values()) {
    for (const offer of [...agent.offers]) {
      rescindOffer(master, offer);
    }
    rescindInverseOffers(master, agent);
    announceUnavailability(master, agent);
  }
  allocate(master);
  return done;
}

/** The agents of the machines are sent away, and not let in again before STOP. */
export function startMaintenance(master: MasterState, ids: readonly MachineId[]): Answer {
  const fault = machinesFault(ids) ?? modeFault(master, ids, 'draining', 'DRAINING mode and cannot be brought down');
  if (fault !== undefined) {
    return { status: 400, text: fault };
  }
  const keys = new Set(ids.map(keyOf));
  for (const [key, machine] of master.maintenance.machines) {
    if (keys.has(key)) {
      master.maintenance.machines.set(key, { ...machine, mode: 'down' });
    }
  }
  persistRegistry(master);
  for (const agent of [...master.agents.values()]) {
    if (keys.has(keyOfAgent(agent.description))) {
      removeDownAgent(master, agent, "Operator initiated 'Machine DOWN'");
    }
  }
  return done;
}

/** Its window is over, whatever the schedule said. */
export function stopMaintenance(master: MasterState, ids: readonly MachineId[]): Answer {
  const fault = machinesFault(ids) ?? modeFault(master, ids, 'down', 'DOWN mode and cannot be brought up');
  if (fault !== undefined) {
    return { status: 400, text: fault };
  }
  const keys = new Set(ids.map(keyOf));
  const windows = (master.maintenance.schedule.windows ?? []).flatMap((window) => {
    const machine_ids = (window.machine_ids ?? []).filter((id) => !keys.has(keyOf(id)));
    return machine_ids.length === 0 ? [] : [{ ...window, machine_ids }];
  });
  const machines = [...master.maintenance.machines].filter(([key]) => !keys.has(key));
  const { known } = master.maintenance;
  master.maintenance = { schedule: windows.length === 0 ? {} : { windows }, machines: new Map(machines), known };
  persistRegistry(master);
  return done;
}

export function viewSchedule({ maintenance }: MasterState): MaintenanceSchedule {
  return maintenance.schedule;
}

export function viewStatus(master: MasterState): MaintenanceStatus {
  const machines = [...master.maintenance.machines.values()];
  const draining = machines.filter(({ mode }) => mode === 'draining');
  const down = machines.filter(({ mode }) => mode === 'down').map(({ id }) => id);
  return {
    ...(draining.length === 0 ? {} : { draining_machines: draining.map(({ id }) => viewDraining(master, id)) }),
    ...(down.length === 0 ? {} : { down_machines: down }),
  };
}

/** For an agent that comes: present if its machine is in the schedule. */
export function announceUnavailability(master: MasterState, agent: Agent): void {
  const machine = machineOf(master, agent.description);
  master.maintenance.known.add(keyOfAgent(agent.description));
  agent.settled = undefined;
  agent.maintenance =
    machine === undefined
      ? undefined
      : { unavailability: machine.unavailability, outstanding: new Map(), statuses: new Map(), refusals: new Map() };
}

export function machineOf({ maintenance }: MasterState, description: AgentDescription): Machine | undefined {
  return maintenance.machines.size === 0 ? undefined : maintenance.machines.get(keyOfAgent(description));
}

function keyOfAgent({ hostname, ip = '127.0.0.1' }: AgentDescription): string {
  return keyOf({ hostname, ip });
}

/** Host names are the same in either case. */
function normal({ hostname, ip }: MachineId): MachineId {
  return {
    ...(hostname === undefined ? {} : { hostname: hostname.toLowerCase() }),
    ...(ip === undefined ? {} : { ip }),
  };
}

function keyOf(id: MachineId): string {
  return JSON.stringify(normal(id));
}

function viewDraining({ agents }: MasterState, id: MachineId) {
  const here = [...agents.values()].filter(({ description }) => keyOfAgent(description) === keyOf(id));
  const statuses = here
    .flatMap(({ maintenance }) => [...(maintenance?.statuses ?? [])])
    .map(([frameworkId, said]) => ({
      status: said.status,
      framework_id: { value: frameworkId },
      timestamp: { nanoseconds: said.at * 1e6 },
    }));
  return { id, ...(statuses.length === 0 ? {} : { statuses }) };
}

function scheduleFault({ maintenance }: MasterState, { windows = [] }: MaintenanceSchedule): string | undefined {
  for (const { machine_ids: ids = [], unavailability } of windows) {
    if (ids.length === 0) {
      return 'List of machines in the maintenance window is empty';
    }
    if (Number(unavailability.duration?.nanoseconds ?? 0) < 0) {
      return "Unavailability 'duration' is negative";
    }
  }
  const ids = windows.flatMap(({ machine_ids = [] }) => machine_ids);
  const fault = ids.length === 0 ? undefined : machinesFault(ids);
  const wanted = new Set(ids.map(keyOf));
  const left = [...maintenance.machines].find(([key, { mode }]) => mode === 'down' && !wanted.has(key));
  return fault ?? (left && `Machine '${left[0]}' is deactivated and cannot be removed from the schedule`);
}

function machinesFault(ids: readonly MachineId[]): string | undefined {
  if (ids.length === 0) {
    return 'List of machines is empty';
  }
  const invalid = ids.map(machineFault).find((fault) => fault !== undefined);
  const twice = ids.find((id, index) => ids.findIndex((each) => keyOf(each) === keyOf(id)) !== index);
  return invalid ?? (twice && `Machine '${keyOf(twice)}' appears more than once in the schedule`);
}

function machineFault({ hostname = '', ip = '' }: MachineId): string | undefined {
  if (hostname === '' && ip === '') {
    return "Both 'hostname' and 'ip' for a machine are empty";
  }
  const bytes = ip.split('.');
  const isAddress = bytes.length === 4 && bytes.every((byte) => /^\d{1,3}$/.test(byte) && Number(byte) < 256);
  return ip === '' || isAddress ? undefined : `Failed to parse IP: ${ip}`;
}

function modeFault(
  { maintenance }: MasterState,
  ids: readonly MachineId[],
  mode: Machine['mode'],
  words: string,
): string | undefined {
  for (const id of ids) {
    const machine = maintenance.machines.get(keyOf(id));
    if (machine === undefined && !maintenance.known.has(keyOf(id))) {
      return `Machine '${keyOf(id)}' is not part of a maintenance schedule`;
    }
    if (machine?.mode !== mode) {
      return `Machine '${keyOf(id)}' is not in ${words}`;
    }
  }
  return undefined;
}

/** As the registry keeps them. */
export function machinesDown({ machines }: Maintenance): MachineId[] {
  return _.map(
    [...machines.values()].filter(({ mode }) => mode === 'down'),
    'id',
  );
}

export function restoreMaintenance(schedule: MaintenanceSchedule, down: readonly MachineId[]): Maintenance {
  const keys = new Set(down.map(keyOf));
  const machines = (schedule.windows ?? []).flatMap(({ machine_ids: ids = [], unavailability }) =>
    ids.map((id): [string, Machine] => {
      const mode = keys.has(keyOf(id)) ? 'down' : 'draining';
      return [keyOf(id), { id: normal(id), mode, unavailability }];
    }),
  );
  return { schedule, machines: new Map(machines), known: new Set(machines.map(([key]) => key)) };
}
