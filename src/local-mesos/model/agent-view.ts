/**
 * The answers of an agent's operator API (include/mesos/v1/agent/agent.proto): what the model knows, in the shapes of
 * GET_STATE and its parts. Command tasks have executors here, which agents of Mesos make up for them. Of environments
 * nothing is shown: they may hold secrets.
 */
import _ from 'lodash';
import { unreachable } from '../../lib/exhaustive.ts';
import type { ExecutorId, FrameworkId } from '../../mesos-api-client/protocol/ids.ts';
import type { ExecutorInfo, Resource, TaskInfo } from '../../mesos-api-client/protocol/mesos.ts';
import type { Operation } from '../../mesos-api-client/protocol/operations.ts';
import type { AgentAnswers } from '../../mesos-api-client/protocol/operator-agent.ts';
import type { AgentInfo, Flag, Task } from '../../mesos-api-client/protocol/operator-messages.ts';
import { isTerminal } from '../../mesos-api-client/protocol/task-state.ts';
import type { AgentView } from './agent.ts';
import type { AgentQueryType } from './agent-call.ts';
import type { AgentEntry, AgentExecutor } from './agent-io.ts';
import type { AgentDescription } from './agent-protocol.ts';
import { shownExecutor, shownTask } from './shown.ts';

export interface AboutAgent {
  readonly description: AgentDescription;
  readonly version: string;
  readonly flags: readonly Flag[];
  /** Of the moment. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** The member of an answer that stands under the query's lower-case name. */
export function answerOfAgent(
  view: AgentView,
  about: AboutAgent,
  type: Exclude<AgentQueryType, 'GET_CONTAINERS'>,
): unknown {
  switch (type) {
    case 'GET_HEALTH':
      return { healthy: true };
    case 'GET_FLAGS':
      return { flags: about.flags };
    case 'GET_VERSION':
      return { version_info: { version: about.version } };
    case 'GET_METRICS':
      return { metrics: Object.entries(about.metrics).map(([name, value]) => ({ name, value })) };
    case 'GET_LOGGING_LEVEL':
      return { level: 0 };
    case 'GET_STATE':
      return { get_tasks: viewTasks(view), get_executors: viewExecutors(view), get_frameworks: viewFrameworks(view) };
    case 'GET_FRAMEWORKS':
      return viewFrameworks(view);
    case 'GET_EXECUTORS':
      return viewExecutors(view);
    case 'GET_TASKS':
      return viewTasks(view);
    case 'GET_OPERATIONS':
      return view.operations.length === 0 ? {} : { operations: viewOperations(view) };
    case 'GET_AGENT':
      return { agent_info: agentInfo(view, about), ...(view.drain === undefined ? {} : { drain_config: view.drain }) };
    case 'GET_RESOURCE_PROVIDERS':
      return {};
    default:
      return unreachable(type);
  }
}

/** Tasks wait for their sandbox or their executor, run, wait for the acknowledgement of their end, or are over. */
export function viewTasks({ entries, history }: AgentView): AgentAnswers['GET_TASKS'] {
  const own = entries.filter(({ info }) => info !== undefined);
  const over = own.filter(({ latestState }) => isTerminal(latestState));
  const [queued, launched] = _.partition(
    own.filter((entry) => !over.includes(entry)),
    ({ phase, latestState }) => phase === 'launching' && latestState === 'TASK_STAGING',
  );
  return {
    pending_tasks: [],
    queued_tasks: queued.map(viewTask),
    launched_tasks: launched.map(viewTask),
    terminated_tasks: over.map(viewTask),
    completed_tasks: history.tasks.map(viewTask),
  };
}

export function viewTask(entry: AgentEntry): Task {
  const { info, frameworkId, taskId, latestState, pending, acknowledged, statuses = [], executor } = entry;
  const update = pending[0] ?? acknowledged;
  const view = {
    name: info?.name ?? '',
    task_id: { value: taskId },
    framework_id: { value: frameworkId },
    ...(executor === undefined ? {} : { executor_id: { value: executor.executorId } }),
    agent_id: info?.agent_id,
    state: latestState,
    resources: info?.resources ?? [],
    ...(statuses.length === 0 ? {} : { statuses }),
    ...(update === undefined ? {} : { status_update_state: update.state, status_update_uuid: update.uuid }),
    ...shownTask(info ?? {}),
  };
  // Numbers of limits may be infinite, which JSON writes as texts.
  return view as Task;
}

export function viewExecutors({ entries, executors, history }: AgentView): AgentAnswers['GET_EXECUTORS'] {
  const shown = (infos: readonly ExecutorInfo[]) => infos.map((executor_info) => ({ executor_info }));
  return {
    executors: shown([...entries.flatMap(ofCommandTask), ...executors.map(ofFramework)]),
    completed_executors: shown([...history.tasks.flatMap(ofCommandTask), ...history.executors.map(ofFramework)]),
  };
}

export function ofFramework({ info }: AgentExecutor): ExecutorInfo {
  return shownExecutor(info);
}

/** As agents of Mesos make it up: they charge a little for it, outside of the offer. */
export function ofCommandTask({ info, executor, taskId, frameworkId }: AgentEntry): ExecutorInfo[] {
  if (info === undefined || executor !== undefined) return [];
  const role = info.resources?.[0]?.allocation_info;
  const charged = (name: string, value: number): Resource => ({
    name,
    type: 'SCALAR',
    scalar: { value },
    ...(role === undefined ? {} : { allocation_info: role }),
  });
  const made: ExecutorInfo = {
    executor_id: { value: taskId as string as ExecutorId },
    framework_id: { value: frameworkId },
    command: {
      shell: false,
      value: '/usr/libexec/mesos/mesos-executor',
      arguments: ['mesos-executor', '--launcher_dir=/usr/libexec/mesos'],
    },
    resources: [charged('cpus', commandExecutor.cpus), charged('mem', commandExecutor.memMiB)],
    name: `Command Executor (Task: ${taskId}) (Command: ${shortCommand(info)})`,
    source: taskId,
    ..._.pick(info, ['labels', 'discovery']),
  };
  return [made];
}

const commandExecutor = { cpus: 0.1, memMiB: 32 } as const;

/** Of src/slave/slave.cpp of Mesos: what is longer than fifteen characters is cut after twelve. */
function shortCommand({ command }: TaskInfo): string {
  const value = command?.value;
  const cut = (text: string) => (text.length > 15 ? `${text.slice(0, 12)}...` : text);
  if (command?.shell !== false) return value === undefined ? 'NO COMMAND' : `sh -c '${cut(value)}'`;
  return value === undefined ? 'NO EXECUTABLE' : `[${cut(`${value}, ${(command.arguments ?? []).join(', ')}`)}]`;
}

export function viewFrameworks(view: AgentView): AgentAnswers['GET_FRAMEWORKS'] {
  const present = new Set<FrameworkId | undefined>(
    [...view.entries, ...view.executors].map(({ frameworkId }) => frameworkId),
  );
  const past = new Set<FrameworkId | undefined>(
    [...view.history.tasks, ...view.history.executors].map(({ frameworkId }) => frameworkId),
  );
  const shown = (ids: ReadonlySet<FrameworkId | undefined>) =>
    view.frameworks.filter(({ id }) => ids.has(id?.value)).map((framework_info) => ({ framework_info }));
  return { frameworks: shown(present), completed_frameworks: shown(past.difference(present)) };
}

function viewOperations({ operations, agentId }: AgentView): Operation[] {
  return operations.flatMap(({ uuid, frameworkId, info, status }) =>
    status === undefined
      ? []
      : [
          {
            ...(frameworkId === undefined ? {} : { framework_id: { value: frameworkId } }),
            ...(agentId === undefined ? {} : { agent_id: { value: agentId } }),
            info,
            latest_status: status,
            statuses: [status],
            uuid: { value: uuid },
          },
        ],
  );
}

function agentInfo({ agentId, resources }: AgentView, { description }: AboutAgent): AgentInfo {
  const { hostname, port, attributes, domain } = description;
  return {
    hostname,
    port,
    resources: [...resources],
    ...(attributes.length === 0 ? {} : { attributes: [...attributes] }),
    ...(agentId === undefined ? {} : { id: { value: agentId } }),
    ...(domain === undefined ? {} : { domain }),
  };
}
