/** How an agent runs a task or an executor: where, with which files, environment and command line. */
import type { AgentId } from '../../mesos-api-client/protocol/ids.ts';
import type { CommandInfo, ContainerInfo, FrameworkInfo, Resource } from '../../mesos-api-client/protocol/mesos.ts';
import type { AgentView } from '../model/agent.ts';
import type { AgentEntry, AgentExecutor, RunId } from '../model/agent-io.ts';
import { executorIdOf } from '../model/agent-status.ts';
import type { CompleteAgentOptions } from './agent-options.ts';
import type { Launch } from './agent-runs.ts';
import type { Parent } from './nested-containers.ts';
import type { RunPlan } from './process-run.ts';
import { executorSandboxOf, type Sandbox, sandboxOf } from './sandbox.ts';
import { commandLine, containerEnvironment, executorEnvironment, taskEnvironment } from './sandbox-environment.ts';
import { writeSecrets } from './secret-files.ts';
import { linkVolumes } from './volumes.ts';

export interface PlanParts {
  readonly options: CompleteAgentOptions;
  readonly port: number;
  readonly agentId: AgentId;
  readonly statusFile: (runId: RunId) => string;
}

export function launchOfTask(parts: PlanParts, entry: AgentEntry, framework: FrameworkInfo): Launch {
  const { info, executor } = entry;
  const parent = executor === undefined ? {} : { parent: executor.runId };
  const sandbox = sandboxOf(parts.options.workDir, parts.agentId, entry);
  const plan = () => planOfTask(parts, entry, framework);
  return { ...launchOf(parts, entry.runId, sandbox, framework, info), plan, ...parent };
}

export function launchOfExecutor(parts: PlanParts, executor: AgentExecutor, framework: FrameworkInfo): Launch {
  const { info, runId } = executor;
  const sandbox = executorSandboxOf(parts.options.workDir, parts.agentId, executor);
  const plan = () => {
    const environment = executorEnvironment(executor, framework, { ...parts.options, ...parts, sandbox: sandbox.path });
    return planOf(parts, runId, sandbox, environment, info);
  };
  return { ...launchOf(parts, runId, sandbox, framework, info), plan };
}

/** Of a task that runs already, too: its checks are run as it is. */
export function planOfTask(parts: PlanParts, entry: AgentEntry, framework: FrameworkInfo): RunPlan {
  const { info, runId } = entry;
  if (info === undefined) throw new Error('the task has no description');
  const sandbox = sandboxOf(parts.options.workDir, parts.agentId, entry);
  const environment = taskEnvironment(entry, framework, info, { ...parts.options, ...parts, sandbox: sandbox.path });
  return planOf(parts, runId, sandbox, environment, info);
}

interface Described {
  readonly command?: CommandInfo;
  readonly container?: ContainerInfo;
  readonly resources?: Resource[];
}

function launchOf(
  { options }: PlanParts,
  runId: RunId,
  sandbox: Sandbox,
  framework: FrameworkInfo,
  info: Described = {},
): Omit<Launch, 'plan'> {
  return {
    runId,
    sandbox,
    uris: info.command?.uris ?? [],
    user: info.command?.user ?? framework.user,
    prepare: () => {
      linkVolumes(options.workDir, sandbox.path, info.resources ?? []);
      writeSecrets(options.workDir, runId, sandbox.path, info.container);
    },
  };
}

function planOf(
  { statusFile }: PlanParts,
  runId: RunId,
  sandbox: Sandbox,
  environment: Record<string, string>,
  { command, container }: Described,
): RunPlan {
  if (command === undefined) throw new Error('only what has a command can run here');
  if (container !== undefined && container.type !== 'MESOS')
    throw new Error(`this agent runs no ${container.type} containers`);
  return { sandbox: sandbox.path, statusFile: statusFile(runId), environment, command: commandLine(command) };
}

/** What a container that an executor nests in another one takes over from it. */
export function parentContainer(parts: PlanParts, view: AgentView, runId: RunId): Parent | undefined {
  const { workDir } = parts.options;
  const executor = view.executors.find((each) => each.runId === runId && each.phase !== 'ended');
  const entry = view.entries.find((each) => each.runId === runId && each.phase === 'running');
  const owner = executor ?? entry;
  const framework = view.frameworks.find(({ id }) => id?.value === owner?.frameworkId);
  if (owner === undefined || framework === undefined) return undefined;
  const place =
    executor === undefined
      ? sandboxOf(workDir, parts.agentId, owner as AgentEntry)
      : executorSandboxOf(workDir, parts.agentId, executor);
  const about = { ...parts.options, ...parts, sandbox: place.path };
  return {
    sandbox: place.path,
    environment: containerEnvironment(executor?.executorId ?? executorIdOf(owner as AgentEntry), framework, about),
    user: framework.user,
  };
}
