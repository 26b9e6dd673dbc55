/**
 * The messages of include/mesos/v1/mesos.proto that schedulers and agents exchange, spelled as they stand on the wire
 * (JSON: snake_case names, enums by name, bytes as base64). Every member that proto2 calls optional is optional here.
 */
import type { CheckInfo, CheckStatusInfo, HealthCheck } from './checks.ts';
import type { ContainerInfo, ContainerStatus } from './containers.ts';
import type { AgentId, ExecutorId, FrameworkId, Id, OfferId, ResourceProviderId, TaskId } from './ids.ts';
import type { Int64 } from './int64.ts';
import type { TaskState } from './task-state.ts';

export type { CheckInfo, CheckStatusInfo, HealthCheck } from './checks.ts';
export type { ContainerInfo, ContainerStatus } from './containers.ts';
export type { Int64 } from './int64.ts';
export type { OfferOperation } from './operations.ts';

export interface Label {
  key: string;
  value?: string;
}

export interface Labels {
  labels?: Label[];
}

/** Both ends inclusive. */
export interface Range {
  begin: number;
  end: number;
}

export type ValueType = 'SCALAR' | 'RANGES' | 'SET' | 'TEXT';

export interface Scalar {
  value: number;
}

export interface Ranges {
  range?: Range[];
}

export interface ReservationInfo {
  type?: 'UNKNOWN' | 'STATIC' | 'DYNAMIC';
  role?: string;
  principal?: string;
  labels?: Labels;
}

export interface AllocationInfo {
  role?: string;
}

export interface Resource {
  name: string;
  type: ValueType;
  scalar?: Scalar;
  ranges?: Ranges;
  set?: { item?: string[] };
  /** Deprecated form, printed only when set and only without RESERVATION_REFINEMENT. */
  role?: string;
  reservation?: ReservationInfo;
  /** A stack: empty or absent is unreserved, the last entry is the effective role. */
  reservations?: ReservationInfo[];
  allocation_info?: AllocationInfo;
  disk?: DiskInfo;
  revocable?: Record<string, never>;
  shared?: Record<string, never>;
  provider_id?: Id<ResourceProviderId>;
}

export type DiskSourceType = 'UNKNOWN' | 'PATH' | 'MOUNT' | 'BLOCK' | 'RAW';

export interface DiskInfo {
  persistence?: { id: string; principal?: string };
  volume?: { mode: 'RW' | 'RO'; container_path: string; host_path?: string };
  source?: {
    type: DiskSourceType;
    path?: { root?: string };
    mount?: { root?: string };
    vendor?: string;
    id?: string;
    metadata?: Labels;
    profile?: string;
  };
}

export interface Attribute {
  name: string;
  type: ValueType;
  scalar?: Scalar;
  ranges?: Ranges;
  set?: { item?: string[] };
  text?: { value: string };
}

export type FrameworkCapability =
  | 'REVOCABLE_RESOURCES'
  | 'TASK_KILLING_STATE'
  | 'GPU_RESOURCES'
  | 'SHARED_RESOURCES'
  | 'PARTITION_AWARE'
  | 'MULTI_ROLE'
  | 'RESERVATION_REFINEMENT'
  | 'REGION_AWARE';

export interface FrameworkInfo {
  user: string;
  name: string;
  id?: Id<FrameworkId>;
  /** Seconds that the master keeps tasks after it lost the scheduler's stream; default 0. */
  failover_timeout?: number;
  checkpoint?: boolean;
  role?: string;
  roles?: string[];
  hostname?: string;
  principal?: string;
  webui_url?: string;
  capabilities?: { type: FrameworkCapability | (string & {}) }[];
  labels?: Labels;
  /** By role: the least that an offer must hold, one of the sets of quantities being enough. */
  offer_filters?: Record<
    string,
    { min_allocatable_resources?: { quantities?: { quantities?: Record<string, Scalar> }[] } }
  >;
}

export interface Domain {
  fault_domain?: { region: { name: string }; zone: { name: string } };
}

export interface Url {
  scheme: string;
  address: { hostname?: string; ip?: string; port: number };
  path?: string;
  query?: { key?: string; value?: string }[];
  fragment?: string;
}

export interface DurationInfo {
  nanoseconds: Int64;
}

/** Since 1970. Beyond 2^53, so a bigint when it comes from a master: `Number(nanoseconds)` is right to a microsecond. */
export interface TimeInfo {
  nanoseconds: Int64;
}

export interface Unavailability {
  start: TimeInfo;
  duration?: DurationInfo;
}

export interface Offer {
  id: Id<OfferId>;
  framework_id: Id<FrameworkId>;
  agent_id: Id<AgentId>;
  hostname: string;
  url?: Url;
  domain?: Domain;
  resources?: Resource[];
  attributes?: Attribute[];
  executor_ids?: Id<ExecutorId>[];
  unavailability?: Unavailability;
  /** Absent for frameworks without MULTI_ROLE. */
  allocation_info?: AllocationInfo;
}

export interface InverseOffer {
  id: Id<OfferId>;
  url?: Url;
  framework_id: Id<FrameworkId>;
  agent_id?: Id<AgentId>;
  unavailability: Unavailability;
  resources?: Resource[];
}

export interface Uri {
  value: string;
  executable?: boolean;
  /** Default true. */
  extract?: boolean;
  cache?: boolean;
  output_file?: string;
}

export interface EnvironmentVariable {
  name: string;
  type?: 'UNKNOWN' | 'VALUE' | 'SECRET';
  value?: string;
  secret?: Secret;
}

export interface Secret {
  type?: 'UNKNOWN' | 'REFERENCE' | 'VALUE';
  reference?: { name: string; key?: string };
  /** Base64. */
  value?: { data: string };
}

export interface CommandInfo {
  uris?: Uri[];
  environment?: { variables?: EnvironmentVariable[] };
  /** Default true: `sh -c value`. False: execve of `value` with `arguments` as argv, argv[0] included. */
  shell?: boolean;
  value?: string;
  arguments?: string[];
  user?: string;
}

export interface KillPolicy {
  grace_period?: DurationInfo;
}

export interface DiscoveryPort {
  number: number;
  name?: string;
  protocol?: string;
  visibility?: 'FRAMEWORK' | 'CLUSTER' | 'EXTERNAL';
  labels?: Labels;
}

export interface DiscoveryInfo {
  visibility: 'FRAMEWORK' | 'CLUSTER' | 'EXTERNAL';
  name?: string;
  environment?: string;
  location?: string;
  version?: string;
  ports?: { ports?: DiscoveryPort[] };
  labels?: Labels;
}

export interface ExecutorInfo {
  type?: 'UNKNOWN' | 'DEFAULT' | 'CUSTOM';
  executor_id: Id<ExecutorId>;
  framework_id?: Id<FrameworkId>;
  command?: CommandInfo;
  resources?: Resource[];
  name?: string;
  container?: ContainerInfo;
  source?: string;
  /** Base64. */
  data?: string;
  discovery?: DiscoveryInfo;
  shutdown_grace_period?: DurationInfo;
  labels?: Labels;
}

export interface TaskInfo {
  name: string;
  task_id: Id<TaskId>;
  agent_id: Id<AgentId>;
  resources?: Resource[];
  executor?: ExecutorInfo;
  command?: CommandInfo;
  container?: ContainerInfo;
  health_check?: HealthCheck;
  check?: CheckInfo;
  kill_policy?: KillPolicy;
  /** Base64. */
  data?: string;
  labels?: Labels;
  discovery?: DiscoveryInfo;
  max_completion_time?: DurationInfo;
  limits?: Record<string, { value: number | string }>;
}

export type StatusSource = 'SOURCE_MASTER' | 'SOURCE_AGENT' | 'SOURCE_EXECUTOR';

export interface TaskStatus {
  task_id: Id<TaskId>;
  state: TaskState;
  source?: StatusSource;
  /** `REASON_…`; newer masters may send names that we do not know. */
  reason?: string;
  message?: string;
  /** Base64. */
  data?: string;
  agent_id?: Id<AgentId>;
  executor_id?: Id<ExecutorId>;
  /** Seconds since 1970, with a fraction. */
  timestamp?: number;
  /** 16 bytes in base64. Present: the agent repeats the update until it is acknowledged. Absent: must not be acknowledged. */
  uuid?: string;
  healthy?: boolean;
  check_status?: CheckStatusInfo;
  labels?: Labels;
  container_status?: ContainerStatus;
  unreachable_time?: TimeInfo;
  /** What the container used too much of. */
  limitation?: { resources?: Resource[] };
}

export interface MasterInfo {
  id: string;
  ip?: number;
  port?: number;
  pid?: string;
  hostname?: string;
  version?: string;
  address?: { hostname?: string; ip?: string; port: number };
  domain?: Domain;
  capabilities?: { type: string }[];
}

export interface Filters {
  /** Seconds; default 5, 0 is no filter. */
  refuse_seconds?: number;
}
