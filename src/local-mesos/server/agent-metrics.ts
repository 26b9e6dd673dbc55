/** The metrics of an agent under Mesos' own names, and its flags; what is not there to be counted is left out. */
import { availableParallelism, freemem, loadavg, totalmem } from 'node:os';
import type { EpochMs } from '../../lib/brand.ts';
import type { Resource } from '../../mesos-api-client/protocol/mesos.ts';
import type { Flag } from '../../mesos-api-client/protocol/operator-messages.ts';
import { isTerminal } from '../../mesos-api-client/protocol/task-state.ts';
import type { AgentView } from '../model/agent.ts';
import { describeMs } from '../model/durations.ts';
import { describeResources } from '../model/resource-forms.ts';
import type { CompleteAgentOptions } from './agent-options.ts';

const kinds = ['cpus', 'mem', 'disk', 'gpus'] as const;

export function agentMetrics(view: AgentView, startedAt: EpochMs, now: EpochMs): Record<string, number> {
  const { entries, executors, history } = view;
  const live = entries.filter(({ latestState, info }) => info !== undefined && !isTerminal(latestState));
  const inState = (state: string) => live.filter(({ latestState }) => latestState === state).length;
  const inPhase = (...phases: string[]) => executors.filter(({ phase }) => phases.includes(phase)).length;
  const used = [...live, ...executors].flatMap(({ info }) => info?.resources ?? []);
  const commands = live.filter(({ executor }) => executor === undefined).length;
  return {
    'slave/registered': Number(view.registered),
    'slave/uptime_secs': (now - startedAt) / 1000,
    'slave/frameworks_active': new Set([...live, ...executors].map(({ frameworkId }) => frameworkId)).size,
    'slave/executors_registering': inPhase('launching', 'registering'),
    'slave/executors_running': inPhase('running') + commands,
    'slave/executors_terminating': inPhase('terminating'),
    'slave/executors_terminated': history.executors.length,
    'slave/tasks_staging': inState('TASK_STAGING'),
    'slave/tasks_starting': inState('TASK_STARTING'),
    'slave/tasks_running': inState('TASK_RUNNING'),
    'slave/tasks_killing': inState('TASK_KILLING'),
    'slave/tasks_finished': 0,
    'slave/tasks_failed': 0,
    'slave/tasks_killed': 0,
    'slave/tasks_lost': 0,
    'slave/tasks_gone': 0,
    'slave/valid_status_updates': 0,
    ...Object.fromEntries(history.counts),
    ...Object.assign({}, ...kinds.map((name) => shares(name, view.resources, used))),
    ...systemMetrics(),
  };
}

function shares(name: string, total: readonly Resource[], used: readonly Resource[]): Record<string, number> {
  const [has, uses] = [sumOf(name, total), sumOf(name, used)];
  return {
    [`slave/${name}_total`]: has,
    [`slave/${name}_used`]: uses,
    [`slave/${name}_percent`]: has === 0 ? 0 : uses / has,
  };
}

function sumOf(name: string, resources: readonly Resource[]): number {
  const scalars = resources.filter((each) => each.name === name && each.revocable === undefined);
  return Math.round(scalars.reduce((sum, { scalar }) => sum + (scalar?.value ?? 0), 0) * 1000) / 1000;
}

function systemMetrics(): Record<string, number> {
  const [one = 0, five = 0, fifteen = 0] = loadavg();
  return {
    'system/cpus_total': availableParallelism(),
    'system/load_1min': one,
    'system/load_5min': five,
    'system/load_15min': fifteen,
    'system/mem_free_bytes': freemem(),
    'system/mem_total_bytes': totalmem(),
  };
}

export function agentFlags(options: CompleteAgentOptions, port: number): Flag[] {
  const { registrationMs = 60_000, reregistrationMs = 2_000, shutdownGraceMs = 5_000 } = options.executorTimes ?? {};
  return [
    { name: 'executor_registration_timeout', value: describeMs(registrationMs) },
    { name: 'executor_reregistration_timeout', value: describeMs(reregistrationMs) },
    { name: 'executor_shutdown_grace_period', value: describeMs(shutdownGraceMs) },
    { name: 'fetcher_cache_size', value: `${options.cacheLimitBytes}B` },
    { name: 'hostname', value: options.hostname },
    { name: 'http_command_executor', value: String(options.httpCommandExecutor ?? false) },
    { name: 'ip', value: options.ip },
    { name: 'isolation', value: 'posix/cpu,posix/mem' },
    { name: 'launcher', value: 'posix' },
    { name: 'port', value: String(port) },
    { name: 'recovery_timeout', value: '15mins' },
    { name: 'resources', value: describeResources(options.resources) },
    { name: 'switch_user', value: 'false' },
    { name: 'work_dir', value: options.workDir },
  ];
}
