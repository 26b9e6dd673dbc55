/** A task as the core knows it: what was asked for, and how far it has come. The core has never heard of Flink. */
import type { Brand, EpochMs } from '../../lib/brand.ts';
import type { AgentId, TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { ContainerInfo, Uri } from '../../mesos-api-client/protocol/mesos.ts';
import type { TaskState } from '../../mesos-api-client/protocol/task-state.ts';
import type { KeepWish } from './kept-place.ts';
import type { AgentDomain, GroupShare, PlacementWish } from './placement.ts';

/** Tasks that belong together (a Flink cluster). Facts and views carry it; the core never interprets it. */
export type GroupName = Brand<string, 'GroupName'>;

/** What a port is for ("rest"). The task sees the number as environment variable PORT_REST (upper case, "-" as "_"). */
export type PortName = string;

export type Ports = Readonly<Record<PortName, number>>;

export interface TaskResources {
  /** Up to three decimals, as Mesos counts. */
  readonly cpus: number;
  readonly memMiB: number;
  readonly diskMiB: number;
  readonly ports: readonly PortName[];
  /** Whatever else agents offer as scalars, by its name there: gpus, network bandwidth, licences. */
  readonly others?: Readonly<Record<string, number>>;
  /** One set of each name, that belongs to this value; with so many of its sub-resources. */
  readonly sets?: Readonly<Record<string, { readonly value: string; readonly amount: number }>>;
}

/**
 * What runs. `command` goes to `sh -c` with HOST (the agent's hostname as offered), PORT_<NAME> for every port and
 * TASK_ID added to `environment`; so whatever depends on the placement is written as a variable.
 */
export interface TaskProcess {
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly uris: readonly Uri[];
  readonly labels: Readonly<Record<string, string>>;
  readonly user?: string;
  /** Absent: as the agent runs commands, on its own network. */
  readonly container?: ContainerInfo;
  /** Between SIGTERM and SIGKILL: stands in task.kill_policy, the only place that the default executor honours. */
  readonly killGraceMs: number;
}

/** Where a task would rather go, and for how long (from its request) it waits for that before it takes anything. */
export interface Preference {
  readonly agentId: AgentId;
  /** The same port numbers as before, or none of the preference counts. */
  readonly ports?: Ports;
  readonly forMs: number;
}

export interface TaskSpec {
  /** Fresh for every launch: Mesos refuses ids that were used before. */
  readonly taskId: TaskId;
  readonly group: GroupName;
  /** The part it plays in its group ("jobmanager"); the core never interprets it. */
  readonly part: string;
  readonly name: string;
  readonly resources: TaskResources;
  readonly process: TaskProcess;
  /** Virtual addresses ("/NAME:PORT") at which DC/OS forwards to ports of the task. */
  readonly vips?: Readonly<Record<PortName, string>>;
  readonly prefer?: Preference;
  /** One of the framework's roles; default: its first. */
  readonly role?: string;
  readonly placement?: PlacementWish;
  readonly share?: GroupShare;
  /** Those of the group that wait at the same time and say the same are launched together, or not at all. */
  readonly together?: string;
  /** Its place is kept for the next task of its group and part that asks for one. */
  readonly keep?: KeepWish;
}

export interface Placement {
  readonly agentId: AgentId;
  /** As offered. */
  readonly hostname: string;
  /** Of a container that has one of its own, as its first update says; others are reached at `hostname`. */
  readonly address?: string;
  readonly ports: Ports;
  readonly launchedAt: EpochMs;
  /** The agent's text attributes and fault domain, as offered: constraints count by them after a restart too. */
  readonly attributes?: Readonly<Record<string, string>>;
  readonly domain?: AgentDomain;
  /** Which named set of each name it uses, where the agent has any. The task finds the number in SET_<NAME>. */
  readonly sets?: Readonly<Record<string, number>>;
}

export interface TaskEnd {
  /** The terminal state, or WITHDRAWN for a task that was never launched. */
  readonly state: TaskState | 'WITHDRAWN';
  readonly reason?: string;
  readonly message?: string;
  readonly at: EpochMs;
  /** Whether we had asked for the end. */
  readonly wanted: boolean;
}

export type TaskLife =
  | { readonly phase: 'waiting' }
  | {
      readonly phase: 'launched';
      readonly placement: Placement;
      readonly state: TaskState;
      readonly stateAt: EpochMs;
      /** When it was first seen TASK_RUNNING. */
      readonly runningAt?: EpochMs;
    }
  | { readonly phase: 'ended'; readonly placement?: Placement; readonly end: TaskEnd };

/** `end` is forward only: a task that was to end never runs again. */
export type Goal =
  | { readonly kind: 'run' }
  | { readonly kind: 'end'; readonly reason: string; readonly since: EpochMs };

/** One task as it is persisted (collection `tasks`, key = task id). */
export interface TaskRecord {
  readonly version: 1;
  readonly spec: TaskSpec;
  readonly requestedAt: EpochMs;
  readonly goal: Goal;
  readonly life: TaskLife;
  /** When its agent is to be taken away for maintenance, as the master has announced it, or since when it is drained. */
  readonly leaveBy?: EpochMs;
}
