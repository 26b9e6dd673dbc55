/**
 * What holds resources of an agent for a framework: tasks that have not ended, and executors of frameworks. It is taken
 * out of the agent's free share, and stands in the allocator's books.
 */
import type { AgentId, FrameworkId } from '../../mesos-api-client/protocol/ids.ts';
import type { Resource } from '../../mesos-api-client/protocol/mesos.ts';
import { add, subtract } from '../../mesos-api-client/protocol/resources.ts';
import { isTerminal } from '../../mesos-api-client/protocol/task-state.ts';
import { enterHolding, strikeHolding } from './allocation/books.ts';
import type { Agent, Framework, MasterState, Task } from './master-state.ts';

/** Resources of an agent that are a framework's, in one of its roles: offered, or held. */
export interface Claim {
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
  readonly role: string;
  readonly resources: readonly Resource[];
}

export interface Holding extends Claim {
  /** Whether its resources are taken out of the agent's free share and stand in the allocator's books. */
  holds: boolean;
}

export function usesResources(task: Task): boolean {
  return !isTerminal(task.state);
}

export function holdingsOn({ tasks, executors }: Agent): Holding[] {
  return [...[...tasks].filter(usesResources), ...executors.values()];
}

export function usedOn(agent: Agent): Resource[] {
  return holdingsOn(agent).flatMap(({ resources }) => [...resources]);
}

export function holdingsOf({ tasks, executors }: Framework): Holding[] {
  return [...[...tasks.values()].filter(usesResources), ...executors];
}

const nothing: readonly Resource[] = [];

/** Without shared volumes: any number of tasks and offers may have them, so they are always free (docs/shared-resources.md of Mesos). */
export function exclusive(resources: readonly Resource[]): readonly Resource[] {
  return resources.some(isShared) ? resources.filter((each) => !isShared(each)) : resources;
}

export function sharedIn(resources: readonly Resource[]): readonly Resource[] {
  return resources.some(isShared) ? resources.filter(isShared) : nothing;
}

function isShared({ shared }: Resource): boolean {
  return shared !== undefined;
}

/** An agent may bring what was started when it had more: then its share is simply used up. */
export function occupy(master: MasterState, agent: Agent, holding: Holding): void {
  agent.free = subtract(agent.free, exclusive(holding.resources)) ?? sharedIn(agent.free);
  if (!holding.holds) {
    holding.holds = true;
    enterHolding(master.books, holding, exclusive(holding.resources));
  }
}

/** Nobody uses it any more; it is free again if the agent is still there. */
export function vacate(master: MasterState, holding: Holding): void {
  if (!holding.holds) {
    return;
  }
  holding.holds = false;
  strikeHolding(master.books, holding, exclusive(holding.resources));
  const agent = master.agents.get(holding.agentId);
  if (agent !== undefined) {
    agent.free = add(agent.free, exclusive(holding.resources));
  }
}
