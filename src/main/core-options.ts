/** What the core and its framework are told, from the settings of this process. */
import { randomInt } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import type { FrameworkInfo } from '../mesos-api-client/protocol/mesos.ts';
import type { createScheduler } from '../scheduler/scheduler.ts';
import type { MesosClient } from './mesos-client.ts';
import type { SchedulerSettings } from './settings.ts';

type CoreSettings = Pick<
  SchedulerSettings,
  'user' | 'frameworkName' | 'role' | 'unreachableAfterMs' | 'returning' | 'startAnew'
> & { readonly mesos: Pick<MesosClient, 'principal'> };

export function coreOptions(settings: CoreSettings, webuiUrl: string): Parameters<typeof createScheduler>[0] {
  return {
    framework: frameworkInfo(settings, webuiUrl),
    seed: randomInt(2 ** 31),
    unreachableAfterMs: settings.unreachableAfterMs ?? 0,
    returning: settings.returning ?? 'kill',
    startAnew: settings.startAnew ?? false,
    launchTimeoutMs: 30_000,
    killRetryMs: 5_000,
    endedTasksKept: 20,
  };
}

function frameworkInfo(settings: CoreSettings, webuiUrl: string): FrameworkInfo {
  return {
    user: settings.user ?? userInfo().username,
    name: settings.frameworkName,
    // A week: tasks outlive a scheduler that is away for a long weekend.
    failover_timeout: 604_800,
    checkpoint: true,
    roles: rolesOf(settings),
    hostname: hostname(),
    webui_url: webuiUrl,
    ...(settings.mesos.principal === undefined ? {} : { principal: settings.mesos.principal }),
    capabilities: [
      { type: 'MULTI_ROLE' },
      { type: 'PARTITION_AWARE' },
      { type: 'TASK_KILLING_STATE' },
      { type: 'RESERVATION_REFINEMENT' },
      { type: 'REGION_AWARE' },
      { type: 'GPU_RESOURCES' },
    ],
  };
}

/** The first is that of clusters that name none. */
export function rolesOf({ role }: CoreSettings): string[] {
  return role.split(',');
}
