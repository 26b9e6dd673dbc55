/** The agents for people: those that offered something, and those where tasks of ours run. */
import type { AgentId } from '../../mesos-api-client/protocol/ids.ts';
import type { PlaceRecord } from '../model/kept-place.ts';
import type { AgentView } from '../model/offer-views.ts';
import type { KnownAgent, KnownAgents } from './known-agents.ts';
import type { Place } from './place.ts';
import { amountsOf, inUnits } from './pools.ts';
import { type RunningTask, type RunningTasks, sumOf } from './running-tasks.ts';

export function agentViews(known: KnownAgents, running: RunningTasks, places: readonly PlaceRecord[]): AgentView[] {
  const kept = Map.groupBy(places, ({ agentId }) => agentId);
  const ids = new Set<AgentId>([...known.all().map(({ agentId }) => agentId), ...running.agents(), ...kept.keys()]);
  return [...ids].flatMap((agentId) => {
    const tasks = running.at(agentId);
    const agent = known.get(agentId);
    const here = kept.get(agentId) ?? [];
    const place = agent ?? tasks[0]?.place ?? here.map(({ hostname }) => ({ agentId, hostname, attributes: {} }))[0];
    return place === undefined ? [] : [{ ...viewOf(place, agent, tasks), places: here.map(placeView) }];
  });
}

/** Volumes are disk too. */
function placeView({ id, group, taskId, resources, goal }: PlaceRecord): AgentView['places'][number] {
  const plain = resources.map(({ disk: _volume, ...resource }) => resource);
  const releasing = goal.kind === 'release' ? { releasing: goal.why } : {};
  return { id, group, taskId, resources: inUnits(amountsOf(plain)), ...releasing };
}

function viewOf(place: Place, known: KnownAgent | undefined, tasks: readonly RunningTask[]): Omit<AgentView, 'places'> {
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
