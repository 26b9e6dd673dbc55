/**
 * What a Mesos agent gives an executor, and a command executor its task: MESOS_… and LIBPROCESS_… variables and a PATH, nothing of the agent's
 * own environment, and the command's variables over all of it. The native libraries of Mesos are not here, so
 * MESOS_NATIVE_LIBRARY is not set either.
 */
import type { AgentId, ExecutorId } from '../../mesos-api-client/protocol/ids.ts';
import type {
  CommandInfo,
  EnvironmentVariable,
  FrameworkInfo,
  TaskInfo,
} from '../../mesos-api-client/protocol/mesos.ts';
import type { AgentEntry, AgentExecutor } from '../model/agent-io.ts';
import { executorIdOf } from '../model/agent-status.ts';
import { describeMs } from '../model/durations.ts';
import type { CommandLine } from './process-run.ts';

export interface EnvironmentOf {
  readonly agentId: AgentId;
  readonly ip: string;
  readonly port: number;
  readonly sandbox: string;
  readonly taskPath: string;
}

export function taskEnvironment(
  entry: AgentEntry,
  framework: FrameworkInfo,
  info: TaskInfo,
  agent: EnvironmentOf,
): Record<string, string> {
  return {
    ...containerEnvironment(executorIdOf(entry), framework, agent),
    MESOS_ALLOCATION_ROLE: allocationRole(framework, info),
    ...(info.command === undefined ? {} : commandVariables(info.command)),
  };
}

/** As recorded: an executor is not told a role. */
export function executorEnvironment(
  { executorId, info }: AgentExecutor,
  framework: FrameworkInfo,
  agent: EnvironmentOf,
): Record<string, string> {
  const grace = info.shutdown_grace_period;
  return {
    ...containerEnvironment(executorId, framework, agent),
    ...(grace === undefined
      ? {}
      : { MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: describeMs(Number(grace.nanoseconds) / 1e6) }),
    ...(info.command === undefined ? {} : commandVariables(info.command)),
  };
}

export function containerEnvironment(
  executorId: ExecutorId,
  framework: FrameworkInfo,
  agent: EnvironmentOf,
): Record<string, string> {
  const checkpoint = framework.checkpoint === true;
  return {
    PATH: agent.taskPath,
    LIBPROCESS_IP: agent.ip,
    LIBPROCESS_PORT: '0',
    MESOS_AGENT_ENDPOINT: `${agent.ip}:${agent.port}`,
    MESOS_CHECKPOINT: checkpoint ? '1' : '0',
    MESOS_DIRECTORY: agent.sandbox,
    MESOS_EXECUTOR_ID: executorId,
    MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: '5secs',
    MESOS_FRAMEWORK_ID: framework.id?.value ?? '',
    MESOS_HTTP_COMMAND_EXECUTOR: '0',
    MESOS_SANDBOX: agent.sandbox,
    MESOS_SLAVE_ID: agent.agentId,
    MESOS_SLAVE_PID: `slave(1)@${agent.ip}:${agent.port}`,
    ...(checkpoint ? { MESOS_RECOVERY_TIMEOUT: '15mins', MESOS_SUBSCRIPTION_BACKOFF_MAX: '2secs' } : {}),
  };
}

export function commandVariables(command: CommandInfo): Record<string, string> {
  return Object.fromEntries(command.environment?.variables?.map(variable) ?? []);
}

/** `sh -c value`, or `value` with `arguments` as its whole argv. */
export function commandLine(command: CommandInfo): CommandLine {
  const value = command.value;
  if (value === undefined) throw new Error('the command has no value');
  if (command.shell !== false) return { file: '/bin/sh', argv0: '/bin/sh', args: ['-c', value] };
  const [argv0 = value, ...args] = command.arguments ?? [];
  return { file: value, argv0, args };
}

function allocationRole(framework: FrameworkInfo, info: TaskInfo): string {
  const allocated = info.resources?.find((resource) => resource.allocation_info?.role !== undefined);
  return allocated?.allocation_info?.role ?? framework.roles?.[0] ?? framework.role ?? '*';
}

function variable({ name, type, value, secret }: EnvironmentVariable): [string, string] {
  if (type !== 'SECRET') return [name, value ?? ''];
  const data = secret?.value?.data;
  // Mesos hands references to a secret resolver module; there is none here.
  if (data === undefined) throw new Error(`the secret of the variable ${name} is not given by value`);
  return [name, Buffer.from(data, 'base64').toString('utf8')];
}
