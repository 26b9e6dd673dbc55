/**
 * The containers of an agent and what they use, as GET_CONTAINERS and GET /containers tell it: one for each command task and
 * executor, and those that are nested in the default executor's if they are asked for. Of a container that has ended
 * nothing is told.
 */
import type { EpochMs } from '../../lib/brand.ts';
import type { ContainerId, ResourceStatistics } from '../../mesos-api-client/protocol/containers.ts';
import type { ExecutorId, FrameworkId } from '../../mesos-api-client/protocol/ids.ts';
import type { ExecutorInfo, Resource } from '../../mesos-api-client/protocol/mesos.ts';
import type { AgentContainer } from '../../mesos-api-client/protocol/operator-messages.ts';
import type { AgentView } from '../model/agent.ts';
import type { AgentEntry, AgentExecutor, ProcessRef } from '../model/agent-io.ts';
import { ofCommandTask, ofFramework } from '../model/agent-view.ts';
import { cpuSeconds, residentBytes } from './process-table.ts';
import { type TreeRoot, treesOf } from './process-tree.ts';
import { executorSandboxOf, sandboxOf } from './sandbox.ts';

export interface ContainersParts {
  readonly workDir: string;
  readonly view: AgentView;
  readonly now: EpochMs;
  readonly showNested: boolean;
}

interface Container {
  readonly id: ContainerId;
  /** Absent for one that is nested. */
  readonly of?: { readonly frameworkId: FrameworkId; readonly executorId: ExecutorId; readonly info: ExecutorInfo };
  readonly process: ProcessRef | undefined;
  readonly roots: readonly TreeRoot[];
  readonly resources: readonly Resource[];
}

export interface DescribedContainer extends AgentContainer {
  readonly source?: string;
}

export function describeContainers(parts: ContainersParts): DescribedContainer[] {
  const containers = containersOf(parts);
  const trees = treesOf(containers.flatMap(({ roots }) => [...roots])).values();
  return containers.map((container) => {
    const pids = container.roots.flatMap(() => trees.next().value ?? []);
    return describe(container, pids, parts.now);
  });
}

function containersOf({ workDir, view, showNested }: ContainersParts): Container[] {
  const { agentId, entries, executors } = view;
  if (agentId === undefined) return [];
  const rootOf = (entry: AgentEntry): TreeRoot[] =>
    entry.process === undefined ? [] : [{ process: entry.process, sandbox: sandboxOf(workDir, agentId, entry).path }];
  const running = entries.filter(({ phase, process }) => phase === 'running' && process !== undefined);
  const ofTask = (entry: AgentEntry): Container[] =>
    ofCommandTask(entry).map((info) => ({
      id: { value: entry.runId },
      of: { frameworkId: entry.frameworkId, executorId: info.executor_id.value, info },
      process: entry.process,
      roots: rootOf(entry),
      resources: [...(entry.info?.resources ?? []), ...(info.resources ?? [])],
    }));
  const ofExecutor = (executor: AgentExecutor): Container => {
    const tasks = entries.filter((entry) => entry.executor?.runId === executor.runId && entry.phase !== 'ended');
    const sandbox = executorSandboxOf(workDir, agentId, executor).path;
    return {
      id: { value: executor.runId },
      of: { ...executor, info: ofFramework(executor) },
      process: executor.process,
      roots: executor.process === undefined ? tasks.flatMap(rootOf) : [{ process: executor.process, sandbox }],
      resources: [...(executor.info.resources ?? []), ...tasks.flatMap(({ info }) => info?.resources ?? [])],
    };
  };
  const nested = running.filter(({ executor }) => showNested && executor?.type === 'DEFAULT');
  return [
    ...running.flatMap(ofTask),
    ...executors.filter(({ phase }) => phase !== 'ended').map(ofExecutor),
    ...nested.map((entry) => ({
      id: { value: entry.runId, parent: { value: String(entry.executor?.runId) } },
      process: entry.process,
      roots: rootOf(entry),
      resources: entry.info?.resources ?? [],
    })),
  ];
}

function describe(
  { id, of, process, resources }: Container,
  pids: readonly number[],
  now: EpochMs,
): DescribedContainer {
  const owner = of && {
    framework_id: { value: of.frameworkId },
    executor_id: { value: of.executorId },
    executor_name: of.info.name ?? '',
    source: of.info.source ?? '',
  };
  return {
    ...owner,
    container_id: id,
    container_status: { container_id: id, ...(process === undefined ? {} : { executor_pid: process.pid }) },
    resource_statistics: statistics(resources, pids, now),
  };
}

function statistics(resources: readonly Resource[], pids: readonly number[], now: EpochMs): ResourceStatistics {
  const sum = (name: string) =>
    resources.filter((each) => each.name === name).reduce((total, { scalar }) => total + (scalar?.value ?? 0), 0);
  const times = pids.map(cpuSeconds);
  const memBytes = sum('mem') * 2 ** 20;
  return {
    timestamp: now / 1000,
    cpus_user_time_secs: rounded(times.reduce((total, { user }) => total + user, 0)),
    cpus_system_time_secs: rounded(times.reduce((total, { system }) => total + system, 0)),
    cpus_soft_limit: rounded(sum('cpus')),
    mem_limit_bytes: memBytes,
    mem_soft_limit_bytes: memBytes,
    mem_rss_bytes: pids.reduce((total, pid) => total + residentBytes(pid), 0),
  };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
