/**
 * What a master knows, in plain containers that are changed in place: frameworks, agents, tasks, offers. Every resource
 * of an agent is at any moment either free, in one outstanding offer, or used by one
 * task or executor (LM-72).
 */
import _ from 'lodash';
import type { EpochMs } from '../../lib/brand.ts';
import type {
  AgentId,
  ExecutorId,
  FrameworkId,
  OfferId,
  OperationId,
  TaskId,
} from '../../mesos-api-client/protocol/ids.ts';
import type {
  ExecutorInfo,
  FrameworkInfo,
  Resource,
  TaskInfo,
  TaskStatus,
} from '../../mesos-api-client/protocol/mesos.ts';
import type { OfferConstraints } from '../../mesos-api-client/protocol/offer-constraints.ts';
import type { OperationStatus } from '../../mesos-api-client/protocol/operations.ts';
import type { SchedulerEvent } from '../../mesos-api-client/protocol/scheduler.ts';
import type { TaskState } from '../../mesos-api-client/protocol/task-state.ts';
import type { AgentDescription, MasterToAgent } from './agent-protocol.ts';
import { type AllocatorBooks, configOf, createBooks } from './allocation/books.ts';
import type { ConstraintsFilter } from './allocation/offer-constraints.ts';
import type { OfferFilters } from './allocation/offer-filters.ts';
import type { Quantities } from './allocation/quantities.ts';
import { hasCapability } from './capabilities.ts';
import type { Claim, Holding } from './holdings.ts';
import type { Draining } from './maintenance/draining.ts';
import type { AgentMaintenance } from './maintenance/inverse-offers.ts';
import { type Maintenance, machinesDown } from './maintenance/machines.ts';
import type { LinkId, MasterEffect, MasterOptions, Registry, StreamId, TimerId } from './master-io.ts';
import type { ResourceOperation } from './operations/conversions.ts';

export interface Framework {
  readonly id: FrameworkId;
  /** Its id included. */
  info: FrameworkInfo;
  roles: readonly string[];
  suppressedRoles: Set<string>;
  /** Present while its scheduler is connected. */
  stream: StreamId | undefined;
  /** Known from agents only, its scheduler has not come back since this master started. */
  recovered: boolean;
  readonly registeredAt: EpochMs;
  reregisteredAt: EpochMs | undefined;
  unregisteredAt: EpochMs | undefined;
  readonly tasks: Map<TaskId, Task>;
  readonly unreachableTasks: Map<TaskId, Task>;
  /** Oldest first, bounded. */
  readonly completedTasks: Task[];
  /** On all agents. */
  readonly executors: Set<ExecutorRecord>;
  readonly offers: Map<OfferId, OfferRecord>;
  /** Those that bear an id and are not acknowledged to their end. */
  readonly operations: Map<OperationId, OperationRecord>;
  readonly filters: OfferFilters;
  /** As it was told, and as it is judged. */
  offerConstraints: OfferConstraints;
  constraints: ConstraintsFilter;
  /** By role: what an offer must hold at least, one of these; from its offer_filters. */
  minAllocatable: ReadonlyMap<string, readonly Quantities[]>;
  /** What its metrics say: `calls/accept`, `events/update`, `offers/sent`. */
  readonly counters: Map<string, number>;
  /** The allocator's generation when it last became able to take what it did not before. */
  changed: number;
}

export interface Agent {
  readonly id: AgentId;
  description: AgentDescription;
  /** Absent while the agent is disconnected but not yet given up. */
  link: LinkId | undefined;
  /** In the newest format, without allocation_info. */
  total: readonly Resource[];
  free: readonly Resource[];
  hasGpus: boolean;
  /** Present while its machine is in the maintenance schedule. */
  maintenance: AgentMaintenance | undefined;
  /** Nobody wanted what was free then, and nobody will before that time unless something changes. */
  settled: { readonly free: readonly Resource[]; readonly generation: number; readonly until: EpochMs } | undefined;
  readonly tasks: Set<Task>;
  /** Of frameworks, by framework and id. */
  readonly executors: Map<string, ExecutorRecord>;
  readonly offers: Set<OfferRecord>;
  /** By their uuid. */
  readonly operations: Map<string, OperationRecord>;
  /** Kills to be repeated when a disconnected agent is back. */
  readonly kills: Map<Task, KillMessage>;
  ponged: boolean;
  missedPings: number;
  readonly registeredAt: EpochMs;
  reregisteredAt: EpochMs | undefined;
}

export type KillMessage = MasterToAgent & { readonly type: 'KILL_TASK' };

export interface Task extends Holding {
  readonly id: TaskId;
  readonly info: TaskInfo;
  /** The newest state on the agent; decides whether its resources are in use. */
  state: TaskState;
  /** The update on its way to the framework: what reconciliation answers (LM-52). */
  update: { readonly state: TaskState; readonly uuid: string } | undefined;
  /** One for each state, newest last. */
  readonly statuses: TaskStatus[];
}

export interface ExecutorRecord extends Holding {
  readonly id: ExecutorId;
  /** With its framework, and what is allocated to which role. */
  readonly info: ExecutorInfo;
}

export interface OperationRecord {
  readonly uuid: string;
  /** Absent if an operator asked for it. */
  readonly frameworkId: FrameworkId | undefined;
  readonly agentId: AgentId;
  readonly info: ResourceOperation;
  latest: OperationStatus;
  /** The agent has reported about it. */
  told: boolean;
}

export interface OfferRecord extends Claim {
  readonly id: OfferId;
}

export interface MasterState {
  readonly options: MasterOptions;
  /** The time of the input that is being handled. */
  now: EpochMs;
  startedAt: EpochMs;
  readonly frameworks: Map<FrameworkId, Framework>;
  readonly completedFrameworks: Map<FrameworkId, Framework>;
  readonly agents: Map<AgentId, Agent>;
  /** The agents that are connected, by their link. */
  readonly links: Map<LinkId, Agent>;
  /** From the registry, not heard of since this master started: nothing is answered about their tasks. */
  readonly recoveredAgents: Map<AgentId, AgentDescription>;
  readonly unreachableAgents: Map<AgentId, EpochMs>;
  /** Marked gone by an operator. */
  readonly goneAgents: Map<AgentId, EpochMs>;
  readonly offers: Map<OfferId, OfferRecord>;
  maintenance: Maintenance;
  /** Those that hear of everything, oldest first. */
  readonly operatorStreams: Set<StreamId>;
  readonly draining: Map<AgentId, Draining>;
  /** By an operator, draining or not: nothing of them is offered. */
  readonly deactivated: Set<AgentId>;
  readonly books: AllocatorBooks;
  /** Before it no agent is given up, if that is limited. */
  nextRemovalAt: EpochMs;
  readonly counters: { framework: number; agent: number; offer: number; operation: number };
  readonly metrics: Map<string, number>;
  effects: MasterEffect[];
}

export function createState(options: MasterOptions): MasterState {
  return {
    options,
    now: 0,
    startedAt: 0,
    frameworks: new Map(),
    completedFrameworks: new Map(),
    agents: new Map(),
    links: new Map(),
    recoveredAgents: new Map(),
    unreachableAgents: new Map(),
    goneAgents: new Map(),
    offers: new Map(),
    maintenance: { schedule: {}, machines: new Map(), known: new Set() },
    operatorStreams: new Set(),
    draining: new Map(),
    deactivated: new Set(),
    nextRemovalAt: 0,
    books: createBooks(),
    counters: { framework: 0, agent: 0, offer: 0, operation: 0 },
    metrics: new Map(),
    effects: [],
  };
}

/** To the scheduler, if it is connected; events for others are dropped, agents repeat what matters. */
export function sendEvent(master: MasterState, framework: Framework, event: SchedulerEvent): void {
  if (framework.stream !== undefined) {
    countFor(framework, `events/${event.type.toLowerCase()}`);
    master.effects.push({ kind: 'send', stream: framework.stream, event });
  }
}

/** To the agent, if it is connected. */
export function sendToAgent(master: MasterState, agent: Agent, message: MasterToAgent): void {
  if (agent.link !== undefined) {
    master.effects.push({ kind: 'send-to-agent', link: agent.link, message });
  }
}

export function setTimer(master: MasterState, timer: string, afterMs: number): void {
  master.effects.push({ kind: 'set-timer', timer: timer as TimerId, at: master.now + afterMs });
}

export function clearTimer(master: MasterState, timer: string): void {
  master.effects.push({ kind: 'clear-timer', timer: timer as TimerId });
}

export function count(master: MasterState, metric: string, by = 1): void {
  master.metrics.set(metric, (master.metrics.get(metric) ?? 0) + by);
}

export function countFor({ counters }: Framework, metric: string, by = 1): void {
  counters.set(metric, (counters.get(metric) ?? 0) + by);
}

/** Whether anything of it may be offered at present. */
export function isOffering({ deactivated }: MasterState, agent: Agent): boolean {
  return agent.link !== undefined && !deactivated.has(agent.id);
}

export function isPartitionAware(framework: Framework): boolean {
  return hasCapability(framework.info, 'PARTITION_AWARE');
}

/** After every change of who is admitted, unreachable or gone, and of what operators said. */
export function persistRegistry(master: MasterState): void {
  // Thousands of agents come one by one: what is to be written is gathered when it is read, at the end of the step.
  master.effects.push({
    kind: 'persist',
    get registry() {
      return registryOf(master);
    },
  });
}

function registryOf(master: MasterState): Registry {
  const admitted = [
    ...[...master.recoveredAgents].map(([id, agent]) => ({ id, agent })),
    ...[...master.agents.values()].map(({ id, description }) => ({ id, agent: description })),
  ];
  const unreachable = [...master.unreachableAgents].map(([id, since]) => ({ id, since }));
  const gone = [...master.goneAgents].map(([id, since]) => ({ id, since }));
  const weights = [...master.books.weights].map(([role, weight]) => ({ role, weight }));
  const quotas = [...master.books.quotas].map(([role, quota]) => configOf(role, quota));
  const downMachines = machinesDown(master.maintenance);
  const draining = [...master.draining].map(([id, info]) => ({ id, ...info }));
  const deactivated = [...master.deactivated];
  const lists = { gone, weights, quotas, downMachines, draining, deactivated };
  const { schedule } = master.maintenance;
  return {
    admitted,
    unreachable,
    ..._.omitBy(lists, (list) => list.length === 0),
    ...(schedule.windows === undefined ? {} : { schedule }),
  };
}
