/** Messages that the operator APIs of masters and agents have in common, or that only operators see. */
import type { ContainerId, ContainerStatus, ResourceStatistics } from './containers.ts';
import type { AgentId, ExecutorId, FrameworkId, Id, ResourceProviderId, TaskId } from './ids.ts';
import type { Int64 } from './int64.ts';
import type {
  Attribute,
  ContainerInfo,
  DiscoveryInfo,
  Domain,
  DurationInfo,
  ExecutorInfo,
  FrameworkInfo,
  HealthCheck,
  InverseOffer,
  KillPolicy,
  Labels,
  Offer,
  Resource,
  Scalar,
  TaskStatus,
  TimeInfo,
  Unavailability,
} from './mesos.ts';
import type { OfferConstraints } from './offer-constraints.ts';
import type { TaskState } from './task-state.ts';

export interface Flag {
  name: string;
  value?: string;
}

export interface Metric {
  name: string;
  value?: number;
}

export interface VersionInfo {
  version: string;
  build_date?: string;
  build_time?: number;
  build_user?: string;
  git_sha?: string;
  git_branch?: string;
  git_tag?: string;
}

export interface FileInfo {
  path: string;
  nlink?: number;
  size?: Int64;
  mtime?: TimeInfo;
  /** As of stat(2), with the kind of file in its upper bits. */
  mode?: number;
  uid?: string;
  gid?: string;
}

/** A task as a master or an agent keeps it. */
export interface Task {
  name: string;
  task_id: Id<TaskId>;
  framework_id: Id<FrameworkId>;
  executor_id?: Id<ExecutorId>;
  agent_id: Id<AgentId>;
  /** The latest that the agent knows of. */
  state: TaskState;
  resources?: Resource[];
  statuses?: TaskStatus[];
  /** Of the update that waits for its acknowledgement. */
  status_update_state?: TaskState;
  status_update_uuid?: string;
  labels?: Labels;
  discovery?: DiscoveryInfo;
  container?: ContainerInfo;
  health_check?: HealthCheck;
  kill_policy?: KillPolicy;
  user?: string;
  limits?: Record<string, Scalar>;
}

export interface AgentInfo {
  hostname: string;
  port?: number;
  resources?: Resource[];
  attributes?: Attribute[];
  id?: Id<AgentId>;
  domain?: Domain;
  /** Not in the v1 description, but printed by masters. */
  checkpoint?: boolean;
}

export interface DrainConfig {
  max_grace_period?: DurationInfo;
  mark_gone?: boolean;
}

export interface DrainInfo {
  state: 'UNKNOWN' | 'DRAINING' | 'DRAINED';
  config: DrainConfig;
}

export interface ResourceProviderInfo {
  id?: Id<ResourceProviderId>;
  attributes?: Attribute[];
  type: string;
  name: string;
  [member: string]: unknown;
}

/** An agent as a master sees it. */
export interface MasterAgent {
  agent_info: AgentInfo;
  active: boolean;
  /** By an operator; masters before 1.9 do not say. */
  deactivated?: boolean;
  version: string;
  pid?: string;
  registered_time?: TimeInfo;
  reregistered_time?: TimeInfo;
  total_resources?: Resource[];
  allocated_resources?: Resource[];
  offered_resources?: Resource[];
  capabilities?: { type?: string }[];
  resource_providers?: { resource_provider_info: ResourceProviderInfo; total_resources?: Resource[] }[];
  drain_info?: DrainInfo;
  estimated_drain_start_time?: TimeInfo;
}

/** A framework as a master sees it. */
export interface MasterFramework {
  framework_info: FrameworkInfo;
  active: boolean;
  connected: boolean;
  recovered: boolean;
  registered_time?: TimeInfo;
  reregistered_time?: TimeInfo;
  unregistered_time?: TimeInfo;
  offers?: Offer[];
  inverse_offers?: InverseOffer[];
  allocated_resources?: Resource[];
  offered_resources?: Resource[];
  offer_constraints?: OfferConstraints;
}

export interface MasterExecutor {
  executor_info: ExecutorInfo;
  agent_id: Id<AgentId>;
}

export interface Role {
  name: string;
  weight: number;
  frameworks?: Id<FrameworkId>[];
  /** Allocated to it, or offered. */
  resources?: Resource[];
}

export interface WeightInfo {
  weight: number;
  role?: string;
}

export interface QuotaConfig {
  role: string;
  /** By name of the resource. Guarantees are deprecated since 1.9. */
  guarantees?: Record<string, Scalar>;
  limits?: Record<string, Scalar>;
}

export interface QuotaStatus {
  infos?: { role?: string; principal?: string; guarantee?: Resource[] }[];
  configs?: QuotaConfig[];
}

export interface MachineId {
  hostname?: string;
  ip?: string;
}

export interface MaintenanceWindow {
  machine_ids?: MachineId[];
  unavailability: Unavailability;
}

export interface MaintenanceSchedule {
  windows?: MaintenanceWindow[];
}

export interface MaintenanceStatus {
  draining_machines?: {
    id: MachineId;
    statuses?: { status: 'UNKNOWN' | 'ACCEPT' | 'DECLINE'; framework_id: Id<FrameworkId>; timestamp: TimeInfo }[];
  }[];
  down_machines?: MachineId[];
}

export interface AgentContainer {
  framework_id?: Id<FrameworkId>;
  executor_id?: Id<ExecutorId>;
  executor_name?: string;
  container_id: ContainerId;
  container_status?: ContainerStatus;
  resource_statistics?: ResourceStatistics;
}
