/** The agents for people: those that offered something, and those where tasks of ours run. */
import type { AgentId } from '../../mesos-api-client/protocol/ids.ts';
import type { AgentView } from '../model/offer-views.ts';
import type { KnownAgent, KnownAgents } from './known-agents.ts';
import { inUnits } from './pools.ts';
import { type Place, type RunningTask, type RunningTasks, sumOf } from './running-tasks.ts';

export function agentViews(known: KnownAgents, running: RunningTasks): AgentView[] {
  const ids = new Set<AgentId>([...known.all().map(({ agentId }) => agentId), ...running.agents()]);
  return [...ids].flatMap((agentId) => {
    const tasks = running.at(agentId);
    const agent = known.get(agentId);
    const place = agent ?? tasks[0]?.place;
    return place === undefined ? [] : [viewOf(place, agent, tasks)];
  });
}

function viewOf(place: Place, known: KnownAgent | undefined, tasks: readonly RunningTask[]): AgentView {
  const { agentId, hostname, attributes, domain } = place;
  const offered = [...(known?.offered ?? [])].map(([role, { at, left }]) => ({ role, at, resources: inUnits(left) }));
  return {
    agentId,
    hostname,
    attributes,
    ...(domain && { domain }),
    ...(known?.leaving && { leaving: known.leaving }),
    offered,
    tasks: tasks.map(({ spec: { taskId, group, part } }) => ({ taskId, group, part })),
    ours: inUnits(sumOf(tasks)),
  };
}
