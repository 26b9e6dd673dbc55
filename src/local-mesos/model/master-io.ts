/**
 * What goes into the model of a Mesos master and what comes out. The model has no clock, no ids of its own making but
 * counters, and no I/O: the shell stamps every input with the time, opens the streams and links and names them, and
 * carries the effects out in their order. The same model serves the embedded master and simulations.
 */
import type { Brand, EpochMs } from '../../lib/brand.ts';
import type { AgentId } from '../../mesos-api-client/protocol/ids.ts';
import type { Domain } from '../../mesos-api-client/protocol/mesos.ts';
import type { MasterCommand, MasterEvent } from '../../mesos-api-client/protocol/operator.ts';
import type {
  MachineId,
  MaintenanceSchedule,
  QuotaConfig,
  WeightInfo,
} from '../../mesos-api-client/protocol/operator-messages.ts';
import type { SchedulerEvent, SubscribeCall } from '../../mesos-api-client/protocol/scheduler.ts';
import type { AgentDescription, AgentToMaster, MasterToAgent } from './agent-protocol.ts';
import type { Quantities } from './allocation/quantities.ts';
import type { Draining } from './maintenance/draining.ts';
import type { FrameworkCall } from './scheduler-call.ts';

/** Mesos-Stream-Id of one subscription; drawn by the shell. */
export type StreamId = Brand<string, 'StreamId'>;
/** One connection of one agent; named by the shell. */
export type LinkId = Brand<string, 'LinkId'>;
/** The model's own name for a timer; setting it again moves it. */
export type TimerId = Brand<string, 'TimerId'>;

export interface MasterOptions {
  /** A fresh UUID for every start of a master: all ids that it gives out begin with it. */
  readonly masterId: string;
  readonly hostname: string;
  readonly ip: string;
  readonly port: number;
  readonly version: string;
  readonly heartbeatMs: number;
  readonly allocationMs: number;
  readonly agentPingMs: number;
  readonly maxAgentPingTimeouts: number;
  /** At most one agent in that time is given up for missing its pings (--agent_removal_rate_limit); absent: all at once. */
  readonly agentRemovalMs?: number;
  /** An offer that nobody answers is taken back after that time (--offer_timeout); absent: never. */
  readonly offerTimeoutMs?: number;
  /** How long agents of the registry may take to come back after a restart of the master. */
  readonly agentReregisterMs: number;
  readonly maxCompletedFrameworks: number;
  readonly maxCompletedTasksPerFramework: number;
  readonly maxUnreachableAgents: number;
  /** An offer holds one of these at least (--min_allocatable_resources); none: whatever there is. */
  readonly minAllocatable: readonly Quantities[];
  /** Where this master is; agents of other regions are for REGION_AWARE frameworks. */
  readonly domain?: Domain;
}

export const defaultMasterOptions = {
  version: '1.12.0',
  heartbeatMs: 15_000,
  allocationMs: 1_000,
  agentPingMs: 15_000,
  maxAgentPingTimeouts: 5,
  agentReregisterMs: 600_000,
  maxCompletedFrameworks: 50,
  maxCompletedTasksPerFramework: 1_000,
  maxUnreachableAgents: 1_000,
  minAllocatable: [new Map([['cpus', 10]]), new Map([['mem', 32_000]])],
} as const satisfies Partial<MasterOptions>;

/** What a call is answered: of the status 200 and 202 without words. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** What a master remembers over a restart (the replicated log of Mesos): what operators said and agents, no frameworks, no tasks. */
export interface Registry {
  readonly admitted: readonly { readonly id: AgentId; readonly agent: AgentDescription }[];
  readonly unreachable: readonly { readonly id: AgentId; readonly since: EpochMs }[];
  /** Marked gone by an operator: they are never let in again. */
  readonly gone?: readonly { readonly id: AgentId; readonly since: EpochMs }[];
  readonly weights?: readonly WeightInfo[];
  readonly quotas?: readonly QuotaConfig[];
  readonly schedule?: MaintenanceSchedule;
  readonly downMachines?: readonly MachineId[];
  readonly draining?: readonly (Draining & { readonly id: AgentId })[];
  readonly deactivated?: readonly AgentId[];
}

export const emptyRegistry: Registry = { admitted: [], unreachable: [] };

export type MasterInput = { readonly at: EpochMs } & (
  | { readonly kind: 'start' }
  /** The shell has answered 200 and opened the stream. */
  | { readonly kind: 'subscribe'; readonly stream: StreamId; readonly call: SubscribeCall }
  /** Any other call, with the Mesos-Stream-Id that came with it; answered by one reply effect. */
  | { readonly kind: 'call'; readonly stream?: string; readonly call: FrameworkCall }
  /** An operator's SUBSCRIBE; the shell has answered 200 and opened the stream. */
  | { readonly kind: 'operator-subscribe'; readonly stream: StreamId }
  /** Of a scheduler or of an operator. */
  | { readonly kind: 'stream-closed'; readonly stream: StreamId }
  | { readonly kind: 'agent-message'; readonly link: LinkId; readonly message: AgentToMaster }
  | { readonly kind: 'link-closed'; readonly link: LinkId }
  | { readonly kind: 'timer'; readonly timer: TimerId }
  /** By an operator; answered by one reply effect. */
  | { readonly kind: 'operator'; readonly call: MasterCommand; readonly principal?: string }
);

/** What a scheduler reads on its stream. */
export type SchedulerStreamEvent = SchedulerEvent;

export type MasterEffect =
  | { readonly kind: 'reply'; readonly status: number; readonly text: string }
  | { readonly kind: 'send'; readonly stream: StreamId; readonly event: SchedulerStreamEvent }
  | { readonly kind: 'send-to-operator'; readonly stream: StreamId; readonly event: MasterEvent }
  | { readonly kind: 'close-stream'; readonly stream: StreamId }
  | { readonly kind: 'send-to-agent'; readonly link: LinkId; readonly message: MasterToAgent }
  | { readonly kind: 'close-link'; readonly link: LinkId }
  | { readonly kind: 'set-timer'; readonly timer: TimerId; readonly at: EpochMs }
  | { readonly kind: 'clear-timer'; readonly timer: TimerId }
  /** To be on disk before the effects that follow it. */
  | { readonly kind: 'persist'; readonly registry: Registry };
