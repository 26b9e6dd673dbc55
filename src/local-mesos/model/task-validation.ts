/**
 * Whether a task may be launched on what is left of the offers; the first fault wins and becomes the message of its
 * TASK_ERROR (src/master/validation.cpp of Mesos; the sentences are those of a real master).
 */
import { toThousandths } from '../../lib/thousandths.ts';
import type { CheckInfo } from '../../mesos-api-client/protocol/checks.ts';
import type { ExecutorInfo, HealthCheck, Resource, TaskInfo } from '../../mesos-api-client/protocol/mesos.ts';
import { contains, scalarSum } from '../../mesos-api-client/protocol/resources.ts';
import { commandFault, containerFault } from './command-validation.ts';
import { customExecutorFault } from './executors/executor-validation.ts';
import { completeInfo, executorOn } from './executors/master-executors.ts';
import { idFault } from './ids.ts';
import type { Agent, Framework } from './master-state.ts';
import { describeResources, internalForm } from './resource-forms.ts';
import { diskFault, resourceFault } from './resource-validation.ts';

export interface LaunchContext {
  readonly framework: Framework;
  readonly agent: Agent;
  readonly role: string;
  /** What earlier tasks of the same ACCEPT have left, in the internal form. */
  readonly remaining: readonly Resource[];
}

export function taskFault(task: TaskInfo, context: LaunchContext): string | undefined {
  return (
    idFault(task.task_id.value) ??
    reuseFault(task, context.framework) ??
    agentFault(task, context.agent) ??
    policyFault(task) ??
    executionFault(task, context) ??
    healthCheckFault(task.health_check) ??
    checkInfoFault(task.check) ??
    resourcesFault(task) ??
    limitsFault(task) ??
    roomFault(task, context)
  );
}

/** Of one of a group, apart from who runs it and whether there is room. */
export function memberFault(task: TaskInfo, { framework, agent }: LaunchContext): string | undefined {
  return (
    idFault(task.task_id.value) ??
    reuseFault(task, framework) ??
    agentFault(task, agent) ??
    policyFault(task) ??
    taskContainerFault(task) ??
    commandFault(task.command, "Task's") ??
    healthCheckFault(task.health_check) ??
    checkInfoFault(task.check) ??
    resourcesFault(task) ??
    (Object.keys(task.limits ?? {}).length === 0
      ? undefined
      : "Resource limits may only be set for tasks within a task group when the 'share_cgroups' field is set to 'false'.")
  );
}

function reuseFault({ task_id: { value } }: TaskInfo, framework: Framework): string | undefined {
  if (framework.tasks.has(value)) {
    return `Task has duplicate ID: ${value}`;
  }
  return framework.unreachableTasks.has(value) ? `Task reuses the ID of an unreachable task: ${value}` : undefined;
}

function agentFault({ agent_id: { value } }: TaskInfo, agent: Agent): string | undefined {
  return value === agent.id ? undefined : `Task uses invalid agent ${value} while agent ${agent.id} is expected`;
}

function policyFault(task: TaskInfo): string | undefined {
  if ((task.kill_policy?.grace_period?.nanoseconds ?? 0) < 0) {
    return "Task's 'kill_policy.grace_period' must be non-negative";
  }
  return (task.max_completion_time?.nanoseconds ?? 0) < 0
    ? "Task's `max_completion_time` must be non-negative"
    : undefined;
}

function executionFault(task: TaskInfo, { framework, agent, role }: LaunchContext): string | undefined {
  if ((task.command === undefined) === (task.executor === undefined)) {
    return 'Task should have at least one (but not both) of CommandInfo or ExecutorInfo present';
  }
  if (task.executor !== undefined) {
    return (
      taskContainerFault(task) ?? customExecutorFault(completeInfo(task.executor, framework, role), framework, agent)
    );
  }
  return taskContainerFault(task) ?? commandFault(task.command, "Task's");
}

function taskContainerFault({ container }: TaskInfo): string | undefined {
  const fault = containerFault(container, '');
  return fault?.startsWith('Volume')
    ? `Task's \`ContainerInfo\` is invalid: ${fault}`
    : fault && `${fault}: use a command task`;
}

function healthCheckFault(check: HealthCheck | undefined): string | undefined {
  const fault = check && checkFault(check);
  return fault && `Task uses invalid health check: ${fault}`;
}

/** Src/checks/checker.cpp of Mesos: unlike a health check, a check must say what it is. */
function checkInfoFault(check: CheckInfo | undefined): string | undefined {
  if (check === undefined) {
    return undefined;
  }
  const fault = typeFault(check) ?? pathFault(check.http?.path) ?? timesFault(check);
  return fault && `Task uses invalid check: ${fault}`;
}

function typeFault({ type, command, http, tcp }: CheckInfo): string | undefined {
  switch (type) {
    case 'COMMAND':
      return command === undefined ? "Expecting 'command' to be set for COMMAND check" : undefined;
    case 'HTTP':
      return http === undefined ? "Expecting 'http' to be set for HTTP check" : undefined;
    case 'TCP':
      return tcp === undefined ? "Expecting 'tcp' to be set for TCP check" : undefined;
    default:
      return "CheckInfo must specify 'type'";
  }
}

function pathFault(path: string | undefined): string | undefined {
  return path !== undefined && path !== '' && !path.startsWith('/')
    ? `The path '${path}' of HTTP check must start with '/'`
    : undefined;
}

function timesFault(check: CheckInfo): string | undefined {
  const times = [check.delay_seconds, check.interval_seconds, check.timeout_seconds];
  return times.some((seconds) => (seconds ?? 0) < 0) ? 'Expecting times to be non-negative' : undefined;
}

function checkFault(check: HealthCheck): string | undefined {
  const member = check.type === undefined || check.type === 'UNKNOWN' ? undefined : check.type;
  if (member === 'HTTP' && check.http === undefined) {
    return "Expecting 'http' to be set for HTTP health check";
  }
  if (member === 'TCP' && check.tcp === undefined) {
    return "Expecting 'tcp' to be set for TCP health check";
  }
  if ((member === 'COMMAND' || member === undefined) && check.command === undefined) {
    return "Expecting 'command' to be set for COMMAND health check";
  }
  if (check.http?.path !== undefined && !check.http.path.startsWith('/')) {
    return `The path '${check.http.path}' of HTTP health check must start with '/'`;
  }
  if (check.http?.scheme !== undefined && !['http', 'https'].includes(check.http.scheme)) {
    return `Unsupported HTTP health check scheme: '${check.http.scheme}'`;
  }
  const times = [check.delay_seconds, check.interval_seconds, check.timeout_seconds, check.grace_period_seconds];
  return times.some((seconds) => (seconds ?? 0) < 0) ? 'Expecting times to be non-negative' : undefined;
}

function resourcesFault({ resources = [] }: TaskInfo): string | undefined {
  if (resources.length === 0) {
    return 'Task uses no resources';
  }
  const fault = diskFault(internalForm(resources));
  const ids = resources.flatMap(({ disk }) => disk?.persistence?.id ?? []);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  return (
    resourceFault(resources) ??
    (fault === undefined ? undefined : `Task uses invalid resources: Invalid DiskInfo: ${fault}`) ??
    (twice === undefined ? undefined : `Task uses duplicate persistence ID: Persistence ID '${twice}' is not unique`)
  );
}

function limitsFault({ limits = {}, resources = [] }: TaskInfo): string | undefined {
  for (const [name, { value }] of Object.entries(limits)) {
    if (name !== 'cpus' && name !== 'mem') {
      return `Task's 'limits' may only name cpus and mem, not ${name}`;
    }
    if (toThousandths(Number(value)) < scalarSum(resources, name)) {
      const word = name === 'cpus' ? 'cpu' : 'memory';
      return `The ${word} limit must be greater than or equal to the ${word} request`;
    }
  }
  return undefined;
}

/** Resources without allocation_info are taken as the offer's role; those of another role are not in the offer. */
function roomFault(task: TaskInfo, context: LaunchContext): string | undefined {
  const { role, remaining } = context;
  const resources = [...(task.resources ?? []), ...neededByExecutor(task.executor, context)];
  const foreign = resources.find(({ allocation_info: info }) => info?.role !== undefined && info.role !== role);
  const wanted = internalForm(resources);
  if (foreign === undefined && contains(remaining, wanted)) {
    return undefined;
  }
  const asked = describeResources(wanted, foreign?.allocation_info?.role ?? role);
  return `Total resources ${asked} required by task and its executor is more than available ${describeResources(remaining, role)}`;
}

/** Nothing if it runs already. */
export function neededByExecutor(
  executor: ExecutorInfo | undefined,
  { framework, agent }: LaunchContext,
): readonly Resource[] {
  const isThere = executor === undefined || executorOn(agent, framework, executor.executor_id.value) !== undefined;
  return isThere ? [] : (executor.resources ?? []);
}
