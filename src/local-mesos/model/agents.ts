/**
 * The life of an agent as its master sees it: it registers, answers pings, and after a break of its link registers again
 * with what it still runs. After a restart of the master the agents of the registry are 'recovered': nothing is said
 * about them until they return or the re-registration time-out makes them unreachable.
 */
import _ from 'lodash';
import type { AgentId } from '../../mesos-api-client/protocol/ids.ts';
import type { Resource } from '../../mesos-api-client/protocol/mesos.ts';
import { subtract } from '../../mesos-api-client/protocol/resources.ts';
import type { AgentDescription, AgentToMaster, StartedOperation } from './agent-protocol.ts';
import { enterAgent, strikeAgent } from './allocation/books.ts';
import { allocate } from './allocator.ts';
import { takeExecutors } from './executors/master-executors.ts';
import { exclusive, holdingsOn, occupy, sharedIn } from './holdings.ts';
import { forgetFilters, markUnreachable } from './lost-agents.ts';
import { beginDrain } from './maintenance/draining.ts';
import { announceUnavailability, machineOf } from './maintenance/machines.ts';
import type { LinkId } from './master-io.ts';
import type { Agent, MasterState } from './master-state.ts';
import { count, persistRegistry, sendToAgent, setTimer } from './master-state.ts';
import { rescindOffer } from './offers.ts';
import { takeOperation } from './operations/operations.ts';
import { tellAgentAdded } from './operator-events.ts';
import { internalForm } from './resource-forms.ts';
import { missingTasks, repeatKills, takeTasks } from './returning-agents.ts';

type Registration = AgentToMaster & { readonly type: 'REGISTER' };

export function registerAgent(master: MasterState, link: LinkId, { agent: description, again }: Registration): void {
  if (again !== undefined && master.goneAgents.has(again.agentId)) {
    const message = 'Agent has been marked gone';
    master.effects.push({ kind: 'send-to-agent', link, message: { type: 'SHUTDOWN', message } });
    return;
  }
  if (machineOf(master, description)?.mode === 'down') {
    master.effects.push({ kind: 'send-to-agent', link, message: { type: 'SHUTDOWN', message: 'Machine is `DOWN`' } });
    return;
  }
  // A first registration that is repeated on its link gets the same answer.
  const agentId = again?.agentId ?? master.links.get(link)?.id;
  const known = agentId === undefined ? undefined : master.agents.get(agentId);
  const wasUnreachable = agentId !== undefined && master.unreachableAgents.has(agentId);
  const agent = known ?? addAgent(master, agentId ?? nextAgentId(master), description);
  bind(master, agent, link);
  if (known === undefined) {
    announceUnavailability(master, agent);
  }
  if (known !== undefined) {
    describe(master, agent, description);
  }
  if (agentId !== undefined) {
    agent.reregisteredAt = master.now;
  }
  const prefix = again === undefined ? '' : 're';
  count(master, `master/messages_${prefix}register_slave`);
  count(master, `master/slave_${prefix}registrations`);
  persistRegistry(master);
  if (again === undefined) {
    sendToAgent(master, agent, { type: 'REGISTERED', agentId: agent.id });
  } else {
    const missing = missingTasks(master, agent, again);
    const missingOperations = operationsMissing(agent, again);
    sendToAgent(master, agent, {
      type: 'REGISTERED',
      agentId: agent.id,
      ...(missing.length > 0 ? { missing } : {}),
      ...(missingOperations.length > 0 ? { missingOperations } : {}),
    });
    takeTasks(master, agent, again, wasUnreachable);
    takeExecutors(master, agent, again.executors ?? []);
    for (const operation of again.operations ?? []) {
      takeOperation(master, agent, operation);
    }
    repeatKills(master, agent);
  }
  if (known === undefined) {
    tellAgentAdded(master, agent);
  }
  startPings(master, agent);
  beginDrain(master, agent);
  if (master.agents.get(agent.id) === agent) {
    allocate(master, [agent]);
  }
}

/** The newest link of an agent is the one that counts. */
function bind(master: MasterState, agent: Agent, link: LinkId): void {
  if (agent.link !== undefined && agent.link !== link) {
    master.links.delete(agent.link);
    master.effects.push({ kind: 'close-link', link: agent.link });
  }
  agent.link = link;
  master.links.set(link, agent);
}

function nextAgentId(master: MasterState): AgentId {
  return `${master.options.masterId}-S${master.counters.agent++}` as AgentId;
}

function addAgent(master: MasterState, id: AgentId, description: AgentDescription): Agent {
  const total = internalForm(description.resources);
  const agent: Agent = {
    id,
    description,
    link: undefined,
    total,
    free: total,
    hasGpus: hasGpus(total),
    settled: undefined,
    maintenance: undefined,
    tasks: new Set(),
    executors: new Map(),
    offers: new Set(),
    operations: new Map(),
    kills: new Map(),
    ponged: true,
    missedPings: 0,
    registeredAt: master.now,
    reregisteredAt: undefined,
  };
  master.agents.set(id, agent);
  enterAgent(master.books, total);
  master.recoveredAgents.delete(id);
  master.unreachableAgents.delete(id);
  return agent;
}

/** It may come back with other resources; its offers were rescinded when its link broke. */
function describe(master: MasterState, agent: Agent, description: AgentDescription): void {
  if (!_.isEqual(agent.description.attributes, description.attributes)) {
    forgetFilters(master, agent.id);
  }
  const total = internalForm(description.resources);
  if (!_.isEqual(agent.total, total)) {
    // What was offered is not what it has.
    for (const offer of [...agent.offers]) {
      rescindOffer(master, offer);
    }
  }
  strikeAgent(master.books, agent.total);
  agent.description = description;
  agent.total = total;
  enterAgent(master.books, agent.total);
  agent.hasGpus = hasGpus(agent.total);
  agent.settled = undefined;
  agent.free = agent.total;
  for (const offer of agent.offers) {
    agent.free = subtract(agent.free, exclusive(offer.resources)) ?? sharedIn(agent.free);
  }
  for (const holding of holdingsOn(agent)) {
    occupy(master, agent, holding);
  }
}

function hasGpus(resources: readonly Resource[]): boolean {
  return resources.some(({ name }) => name === 'gpus');
}

/** Started by this master, and not brought: they were lost on the way. */
function operationsMissing(agent: Agent, { operations = [] }: NonNullable<Registration['again']>): StartedOperation[] {
  const brought = new Set(operations.map(({ uuid }) => uuid));
  return [...agent.operations.values()].flatMap(({ uuid, frameworkId, info }) =>
    brought.has(uuid) ? [] : [{ uuid, info, ...(frameworkId === undefined ? {} : { frameworkId }) }],
  );
}

/** One that has to wait for its turn is asked on, and may answer after all. */
function mayRemove(master: MasterState): boolean {
  if (master.now < master.nextRemovalAt) {
    return false;
  }
  master.nextRemovalAt = master.now + (master.options.agentRemovalMs ?? 0);
  return true;
}

function startPings(master: MasterState, agent: Agent): void {
  agent.ponged = false;
  agent.missedPings = 0;
  sendToAgent(master, agent, { type: 'PING' });
  setTimer(master, `ping ${agent.id}`, master.options.agentPingMs);
}

export function pingAgent(master: MasterState, agent: Agent): void {
  agent.missedPings = agent.ponged ? 0 : agent.missedPings + 1;
  if (agent.missedPings >= master.options.maxAgentPingTimeouts && mayRemove(master)) {
    markUnreachable(master, agent);
    return;
  }
  agent.ponged = false;
  sendToAgent(master, agent, { type: 'PING' });
  setTimer(master, `ping ${agent.id}`, master.options.agentPingMs);
}
