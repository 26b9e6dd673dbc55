/** Checks of tasks, and what they say (CheckInfo, HealthCheck, CheckStatusInfo of include/mesos/v1/mesos.proto). */
import type { CommandInfo } from './mesos.ts';

export type CheckType = 'UNKNOWN' | 'COMMAND' | 'HTTP' | 'TCP';

/** Told by updates, without consequences. Times in seconds: 15, 10 and 20 if they are left out. */
export interface CheckInfo {
  type?: CheckType;
  command?: { command: CommandInfo };
  http?: { port: number; path?: string };
  tcp?: { port: number };
  delay_seconds?: number;
  interval_seconds?: number;
  timeout_seconds?: number;
}

/** A task that fails more often than it may is killed. */
export interface HealthCheck {
  type?: CheckType;
  command?: CommandInfo;
  http?: { protocol?: string; scheme?: string; port: number; path?: string; statuses?: number[] };
  tcp?: { protocol?: string; port: number };
  delay_seconds?: number;
  interval_seconds?: number;
  timeout_seconds?: number;
  /** Default 3. */
  consecutive_failures?: number;
  /** Default 10: failures earlier than this after the start do not count. */
  grace_period_seconds?: number;
}

/** Members are empty until the first check has an outcome. */
export interface CheckStatusInfo {
  type?: CheckType;
  command?: { exit_code?: number };
  http?: { status_code?: number };
  tcp?: { succeeded?: boolean };
}
