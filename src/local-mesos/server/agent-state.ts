/**
 * An agent's GET /state: the part of Mesos' answer that people and tools look at. Of commands, environments and URIs
 * nothing is shown: they may hold secrets.
 */
import type { Attribute, Resource } from '../../mesos-api-client/protocol/mesos.ts';
import type { AgentView } from '../model/agent.ts';
import type { AgentEntry } from '../model/agent-io.ts';
import type { CompleteAgentOptions } from './agent-options.ts';

export function describeAgent(options: CompleteAgentOptions, port: number, view: AgentView | undefined) {
  const { hostname, ip, resources, attributes } = options;
  const entries = view?.entries ?? [];
  const frameworkIds = [...new Set(entries.map((entry) => entry.frameworkId))];
  return {
    id: view?.agentId ?? '',
    pid: `slave(1)@${ip}:${port}`,
    hostname,
    version: '1.12.0',
    resources: flatResources(resources),
    attributes: Object.fromEntries(attributes.map((attribute) => [attribute.name, textOf(attribute)])),
    frameworks: frameworkIds.map((id) => ({
      id,
      executors: entries.filter((entry) => entry.frameworkId === id).map(describeExecutor),
    })),
    completed_frameworks: [],
  };
}

function describeExecutor(entry: AgentEntry) {
  const task = {
    id: entry.taskId,
    name: entry.info?.name ?? '',
    framework_id: entry.frameworkId,
    state: entry.latestState,
    resources: flatResources(entry.info?.resources ?? []),
  };
  const ended = entry.phase === 'ended' || entry.phase === 'absent';
  return {
    id: entry.taskId,
    container: entry.runId,
    tasks: ended ? [] : [task],
    completed_tasks: ended ? [task] : [],
  };
}

/** `{cpus, mem, disk, ports: "[a-b]"}`, as the old endpoints of Mesos print resources. */
function flatResources(resources: readonly Resource[]): Record<string, number | string> {
  const flat: Record<string, number | string> = { cpus: 0, mem: 0, disk: 0, gpus: 0 };
  for (const resource of resources) flat[resource.name] = printValue(resource);
  return flat;
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
