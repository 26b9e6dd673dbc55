/** Holds placements, whoever made them, against the workload: nothing used twice, all fits, hard constraints kept. */
import _ from 'lodash';
import type { Placement } from '../../src/scheduler/launch-coordinator/matching/index.ts';
import type { Workload, WorkloadAgent, WorkloadRequest } from './workloads.ts';

export function faultsOf({ agents, requests }: Workload, placements: readonly Placement[]): string[] {
  const requestsById = _.keyBy(requests, 'id');
  const agentsById = _.keyBy(agents, 'id');
  const twice = placements.length - new Set(placements.map(({ requestId }) => requestId)).size;
  const faults = twice === 0 ? [] : [`${twice} requests were placed twice`];
  for (const [agentId, together] of Map.groupBy(placements, ({ agentId }) => agentId)) {
    const agent = agentsById[agentId];
    const placed = together.flatMap(({ requestId }) => requestsById[requestId] ?? []);
    if (agent === undefined || placed.length < together.length) {
      faults.push(`${agentId} or a request placed there is not in the workload`);
    } else {
      const ports = together.flatMap((placement) => placement.ports);
      faults.push(...faultsAt(agent, placed, ports).map((fault) => `${agentId}: ${fault}`));
    }
  }
  return faults;
}

function faultsAt(agent: WorkloadAgent, placed: readonly WorkloadRequest[], ports: readonly number[]): string[] {
  const scalars = (['cpus', 'memMiB', 'diskMiB'] as const).filter((name) => _.sumBy(placed, name) > agent[name]);
  const offered = ports.every((port) => agent.ports.some(([first, last]) => first <= port && port <= last));
  const hard = placed.flatMap((request) => request.hard);
  const groups = hard.flatMap((constraint) => (constraint.kind === 'unique' ? [constraint.group] : []));
  return [
    ...scalars.map((name) => `more ${name} than there are`),
    ...(offered ? [] : ['ports that are not there']),
    ...(new Set(ports).size === ports.length ? [] : ['a port twice']),
    ...(ports.length === _.sumBy(placed, 'ports') ? [] : ['a wrong number of ports']),
    ...(new Set(groups).size === groups.length ? [] : ['two of a group that must not share a host']),
    ...(hard.every((constraint) => constraint.kind === 'unique' || constraint.value === agent.rack)
      ? []
      : ['a task of another rack']),
  ];
}
