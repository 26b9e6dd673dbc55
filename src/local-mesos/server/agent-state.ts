/**
 * An agent's GET /state: what people and tools look at, in the form of Mesos' own. Of commands, environments and URIs
 * nothing is shown: they may hold secrets.
 */
import type { FrameworkId } from '../../mesos-api-client/protocol/ids.ts';
import type { Attribute, ExecutorInfo, FrameworkInfo, Resource } from '../../mesos-api-client/protocol/mesos.ts';
import { reservedRole } from '../../mesos-api-client/protocol/resources.ts';
import { isTerminal } from '../../mesos-api-client/protocol/task-state.ts';
import type { AgentView } from '../model/agent.ts';
import { agentCapabilities } from '../model/agent-capabilities.ts';
import type { AgentEntry, AgentExecutor, RunId } from '../model/agent-io.ts';
import { ofCommandTask, viewFrameworks } from '../model/agent-view.ts';
import { endpointForm, internalForm } from '../model/resource-forms.ts';
import type { CompleteAgentOptions } from './agent-options.ts';
import { executorSandboxOf } from './sandbox.ts';

export interface StateParts {
  readonly options: CompleteAgentOptions;
  readonly port: number;
  readonly startedAt: number;
  /** Undefined until it has recovered. */
  readonly view: AgentView | undefined;
}

export function describeAgent({ options, port, startedAt, view }: StateParts) {
  const { hostname, ip, attributes, resources, workDir } = options;
  const { frameworks = [], completed_frameworks: past = [] } = view === undefined ? {} : viewFrameworks(view);
  const describe = ({ framework_info }: { framework_info: FrameworkInfo }) =>
    describeFramework(workDir, view as AgentView, framework_info);
  return {
    id: view?.agentId ?? '',
    pid: `slave(1)@${ip}:${port}`,
    hostname,
    version: '1.12.0',
    start_time: startedAt / 1000,
    capabilities: agentCapabilities,
    resources: flatResources(view?.resources ?? resources),
    ...reservations(view?.resources ?? resources, view?.entries ?? []),
    resource_providers: [],
    attributes: Object.fromEntries(attributes.map((attribute) => [attribute.name, textOf(attribute)])),
    frameworks: frameworks.map(describe),
    completed_frameworks: past.map(describe),
  };
}

function reservations(total: readonly Resource[], entries: readonly AgentEntry[]) {
  const forms = internalForm(total);
  const reserved = Map.groupBy(forms.filter(isReserved), (each) => reservedRole(each) ?? '*');
  const unreserved = forms.filter((each) => !isReserved(each));
  const used = entries.flatMap(({ info }) => internalForm(info?.resources ?? []));
  const usedReserved = Map.groupBy(used.filter(isReserved), (each) => reservedRole(each) ?? '*');
  const byRole = <Value>(groups: Map<string, Resource[]>, of: (resources: Resource[]) => Value) =>
    Object.fromEntries([...groups].map(([role, resources]) => [role, of(resources)]));
  return {
    reserved_resources: byRole(reserved, flatResources),
    unreserved_resources: flatResources(unreserved),
    reserved_resources_full: byRole(reserved, (resources) => resources.map(endpointForm)),
    unreserved_resources_full: unreserved.map(endpointForm),
    reserved_resources_allocated: byRole(usedReserved, flatResources),
    unreserved_resources_allocated: flatResources(used.filter((each) => !isReserved(each))),
  };
}

function isReserved(resource: Resource): boolean {
  return reservedRole(resource) !== undefined;
}

function describeFramework(workDir: string, view: AgentView, info: FrameworkInfo) {
  const id = info.id?.value as FrameworkId;
  const isOurs = ({ frameworkId }: AgentEntry | AgentExecutor) => frameworkId === id;
  const describe = (runs: readonly ExecutorRun[]) => runs.map((run) => describeExecutor(workDir, view, run));
  return {
    id,
    name: info.name,
    user: info.user,
    failover_timeout: info.failover_timeout ?? 0,
    checkpoint: info.checkpoint ?? false,
    hostname: info.hostname ?? '',
    roles: info.roles ?? [info.role ?? '*'],
    executors: describe(runsOf(view.entries.filter(isOurs), view.executors.filter(isOurs), view.history.tasks)),
    completed_executors: describe(
      runsOf(view.history.tasks.filter(isOurs), view.history.executors.filter(isOurs), view.history.tasks),
    ),
  };
}

interface ExecutorRun {
  readonly runId: RunId;
  readonly info: ExecutorInfo;
  readonly tasks: readonly AgentEntry[];
}

/** Command tasks are executors of their own; of the others tasks that are over belong to them still. */
function runsOf(
  entries: readonly AgentEntry[],
  executors: readonly AgentExecutor[],
  past: readonly AgentEntry[],
): ExecutorRun[] {
  const own = entries.flatMap((entry) =>
    ofCommandTask(entry).map((info) => ({ runId: entry.runId, info, tasks: [entry] })),
  );
  const all = new Set([...entries, ...past]);
  const ofFrameworks = executors.map(({ runId, info }) => ({
    runId,
    info,
    tasks: [...all].filter(({ executor }) => executor?.runId === runId),
  }));
  return [...own, ...ofFrameworks];
}

function describeExecutor(workDir: string, { agentId }: AgentView, { runId, info, tasks }: ExecutorRun) {
  const frameworkId = info.framework_id?.value as FrameworkId;
  const executorId = info.executor_id.value;
  const over = tasks.filter(({ latestState }) => isTerminal(latestState));
  const queued = tasks.filter(({ phase, latestState }) => phase === 'launching' && latestState === 'TASK_STAGING');
  const running = tasks.filter((task) => !over.includes(task) && !queued.includes(task));
  const resources = [...(info.resources ?? []), ...running.flatMap((task) => task.info?.resources ?? [])];
  return {
    id: executorId,
    name: info.name ?? '',
    source: info.source ?? '',
    container: runId,
    ...(agentId === undefined
      ? {}
      : { directory: executorSandboxOf(workDir, agentId, { frameworkId, executorId, runId }).path }),
    resources: flatResources(resources),
    role: resources[0]?.allocation_info?.role ?? '*',
    tasks: running.map(describeTask),
    queued_tasks: queued.map(describeTask),
    completed_tasks: over.map(describeTask),
  };
}

function describeTask({ taskId, frameworkId, info, executor, latestState, statuses = [] }: AgentEntry) {
  return {
    id: taskId,
    name: info?.name ?? '',
    framework_id: frameworkId,
    executor_id: executor?.executorId ?? '',
    slave_id: info?.agent_id.value ?? '',
    state: latestState,
    resources: flatResources(info?.resources ?? []),
    role: info?.resources?.[0]?.allocation_info?.role ?? '*',
    statuses: statuses.map(({ state, timestamp, container_status }) => ({ state, timestamp, container_status })),
    ...(info?.labels?.labels === undefined ? {} : { labels: info.labels.labels }),
  };
}

/** `{cpus, mem, disk, ports: "[a-b]"}`, as the old endpoints of Mesos print resources. */
function flatResources(resources: readonly Resource[]): Record<string, number | string> {
  const flat: Record<string, number | string> = { cpus: 0, mem: 0, disk: 0, gpus: 0 };
  for (const resource of internalForm(resources))
    flat[resource.name] = added(flat[resource.name], printValue(resource));
  return flat;
}

/** What is reserved in several ways is one number here; ranges are told one after the other. */
function added(before: number | string | undefined, value: number | string): number | string {
  if (typeof before === 'number' && typeof value === 'number') return Math.round((before + value) * 1000) / 1000;
  return before === undefined || before === 0 ? value : `${before}, ${value}`;
}

function printValue(value: Resource | Attribute): number | string {
  if (value.scalar !== undefined) return value.scalar.value;
  if (value.ranges !== undefined)
    return `[${(value.ranges.range ?? []).map(({ begin, end }) => `${begin}-${end}`).join(', ')}]`;
  return `{${(value.set?.item ?? []).join(', ')}}`;
}

function textOf(attribute: Attribute): number | string {
  return attribute.text?.value ?? printValue(attribute);
}
