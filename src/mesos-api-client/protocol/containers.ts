/** Containers, what is mounted into them, and their networks (ContainerInfo and its parts in mesos.proto). */
import type { Int64, Labels, Secret } from './mesos.ts';

export interface ContainerInfo {
  type: 'DOCKER' | 'MESOS';
  volumes?: Volume[];
  hostname?: string;
  docker?: DockerInfo;
  mesos?: { image?: Image };
  network_infos?: NetworkInfo[];
  linux_info?: LinuxInfo;
  rlimit_info?: { rlimits?: { type?: string; hard?: Int64; soft?: Int64 }[] };
  tty_info?: { window_size?: { rows: number; columns: number } };
}

export interface DockerInfo {
  image: string;
  network?: 'HOST' | 'BRIDGE' | 'NONE' | 'USER';
  port_mappings?: PortMapping[];
  privileged?: boolean;
  parameters?: Parameter[];
  force_pull_image?: boolean;
  volume_driver?: string;
}

export interface Parameter {
  key: string;
  value: string;
}

export interface PortMapping {
  host_port: number;
  container_port: number;
  protocol?: string;
}

export interface Image {
  type: 'APPC' | 'DOCKER';
  appc?: { name: string; id?: string; labels?: Labels };
  docker?: { name: string; credential?: { principal: string; secret?: string }; config?: Secret };
  /** Default true: an image that is there already is used. */
  cached?: boolean;
}

/** Exactly one of `host_path`, `image` and `source`. */
export interface Volume {
  mode: 'RW' | 'RO';
  container_path: string;
  host_path?: string;
  image?: Image;
  source?: VolumeSource;
}

export interface VolumeSource {
  type?: 'UNKNOWN' | 'DOCKER_VOLUME' | 'HOST_PATH' | 'SANDBOX_PATH' | 'SECRET' | 'CSI_VOLUME';
  docker_volume?: { driver?: string; name: string; driver_options?: { parameter?: Parameter[] } };
  host_path?: { path: string; mount_propagation?: { mode?: 'UNKNOWN' | 'HOST_TO_CONTAINER' | 'BIDIRECTIONAL' } };
  sandbox_path?: { type?: 'UNKNOWN' | 'SELF' | 'PARENT'; path: string };
  secret?: Secret;
  csi_volume?: { plugin_name: string; static_provisioning?: CsiStaticProvisioning };
}

export interface CsiStaticProvisioning {
  volume_id: string;
  volume_capability: {
    block?: Record<string, never>;
    mount?: { fs_type?: string; mount_flags?: string[] };
    access_mode: { mode: string };
  };
  node_stage_secrets?: Record<string, Secret>;
  node_publish_secrets?: Record<string, Secret>;
  volume_context?: Record<string, string>;
}

export interface NetworkInfo {
  ip_addresses?: { protocol?: 'IPv4' | 'IPv6'; ip_address?: string }[];
  name?: string;
  groups?: string[];
  labels?: Labels;
  port_mappings?: PortMapping[];
}

export interface LinuxInfo {
  capability_info?: { capabilities?: string[] };
  bounding_capabilities?: { capabilities?: string[] };
  effective_capabilities?: { capabilities?: string[] };
  share_pid_namespace?: boolean;
  seccomp?: { profile_name?: string; unconfined?: boolean };
  ipc_mode?: 'UNKNOWN' | 'PRIVATE' | 'SHARE_PARENT';
  shm_size?: number;
  share_cgroups?: boolean;
}

export interface ContainerId {
  value: string;
  parent?: ContainerId;
}

export interface ContainerStatus {
  container_id?: ContainerId;
  network_infos?: NetworkInfo[];
  cgroup_info?: { net_cls?: { classid?: number } };
  executor_pid?: number;
}

/** The members that posix and cgroup isolators fill in; the others of ResourceStatistics come through untyped. */
export interface ResourceStatistics {
  timestamp: number;
  processes?: number;
  threads?: number;
  cpus_user_time_secs?: number;
  cpus_system_time_secs?: number;
  cpus_limit?: number;
  cpus_soft_limit?: number;
  cpus_throttled_time_secs?: number;
  mem_total_bytes?: Int64;
  mem_limit_bytes?: Int64;
  mem_soft_limit_bytes?: Int64;
  mem_rss_bytes?: Int64;
  mem_file_bytes?: Int64;
  mem_anon_bytes?: Int64;
  mem_cache_bytes?: Int64;
  mem_swap_bytes?: Int64;
  disk_limit_bytes?: Int64;
  disk_used_bytes?: Int64;
  net_rx_bytes?: Int64;
  net_tx_bytes?: Int64;
  [member: string]: unknown;
}
