/**
 * Draining and deactivation of agents (docs/maintenance.md of Mesos, "Draining Agents"): a deactivated agent is not offered;
 * one that is drained has its tasks killed too, and is drained when all of them are acknowledged to their end. Then it
 * stays deactivated until an operator says otherwise, or is marked gone if that was asked for (LM-63; sentences of
 * src/master/http.cpp).
 */
import type { EpochMs } from '../../../lib/brand.ts';
import type { AgentId } from '../../../mesos-api-client/protocol/ids.ts';
import type { DurationInfo } from '../../../mesos-api-client/protocol/mesos.ts';
import type { ProtobufDuration } from '../../../mesos-api-client/protocol/operator.ts';
import type { DrainConfig, DrainInfo } from '../../../mesos-api-client/protocol/operator-messages.ts';
import { allocate } from '../allocator.ts';
import { markAgentGone } from '../gone-agents.ts';
import type { Answer } from '../master-io.ts';
import type { Agent, MasterState } from '../master-state.ts';
import { persistRegistry, sendToAgent, setTimer } from '../master-state.ts';
import { rescindOffer } from '../offers.ts';
import { rescindInverseOffers } from './inverse-offers.ts';
import { machineOf } from './machines.ts';

/** Of an agent, whether it is connected or not. */
export interface Draining {
  readonly state: 'DRAINING' | 'DRAINED';
  readonly config: DrainConfig;
  /** Absent until the agent could be told. */
  readonly since?: EpochMs;
}

const done: Answer = { status: 200, text: '' };

interface DrainRequest {
  readonly max_grace_period?: ProtobufDuration;
  readonly mark_gone?: boolean;
}

export function drainAgent(master: MasterState, id: AgentId, request: DrainRequest): Answer {
  const agent = master.agents.get(id);
  const machine = agent && machineOf(master, agent.description);
  if (machine !== undefined) {
    const { hostname = '', ip = '' } = machine.id;
    return { status: 400, text: `Agent ${id} is part of a maintenance schedule under Machine ${hostname} (${ip})` };
  }
  if (!isKnown(master, id)) {
    return { status: 400, text: 'Unknown agent' };
  }
  const config: DrainConfig = {
    ...(request.max_grace_period === undefined ? {} : { max_grace_period: durationOf(request.max_grace_period) }),
    mark_gone: request.mark_gone ?? false,
  };
  master.draining.set(id, { state: 'DRAINING', config });
  master.deactivated.add(id);
  persistRegistry(master);
  if (agent !== undefined) {
    beginDrain(master, agent);
  }
  return done;
}

/** Also when an agent comes back that was to be drained meanwhile. */
export function beginDrain(master: MasterState, agent: Agent): void {
  const draining = master.draining.get(agent.id);
  if (draining === undefined) {
    return;
  }
  deactivate(master, agent);
  if (draining.state === 'DRAINING') {
    sendToAgent(master, agent, { type: 'DRAIN', config: draining.config });
    master.draining.set(agent.id, { since: master.now, ...draining });
    checkDrained(master, agent);
  }
}

/** An agent is drained when the registry has it: until then it is still draining, and cannot be reactivated (as recorded). */
const registryMs = 30;

/** After every task and operation that it has no more. */
export function checkDrained(master: MasterState, agent: Agent): void {
  const draining = master.draining.get(agent.id);
  if (draining?.state === 'DRAINING' && agent.tasks.size === 0 && agent.operations.size === 0) {
    setTimer(master, `drained ${agent.id}`, registryMs);
  }
}

export function finishDrain(master: MasterState, agent: Agent): void {
  const draining = master.draining.get(agent.id);
  if (draining?.state !== 'DRAINING' || agent.tasks.size > 0 || agent.operations.size > 0) {
    return;
  }
  if (draining.config.mark_gone === true) {
    markAgentGone(master, agent.id);
    return;
  }
  master.draining.set(agent.id, { ...draining, state: 'DRAINED' });
  persistRegistry(master);
}

export function deactivateAgent(master: MasterState, id: AgentId): Answer {
  if (!isKnown(master, id)) {
    return { status: 400, text: 'Unknown agent' };
  }
  master.deactivated.add(id);
  persistRegistry(master);
  const agent = master.agents.get(id);
  if (agent !== undefined) {
    deactivate(master, agent);
  }
  return done;
}

export function reactivateAgent(master: MasterState, id: AgentId): Answer {
  if (!master.deactivated.has(id)) {
    return { status: 400, text: 'Agent is not deactivated' };
  }
  if (master.draining.get(id)?.state === 'DRAINING') {
    return { status: 400, text: 'Agent is still in the DRAINING state' };
  }
  master.draining.delete(id);
  master.deactivated.delete(id);
  persistRegistry(master);
  const agent = master.agents.get(id);
  if (agent === undefined) {
    return { status: 409, text: 'Agent removed while processing the call' };
  }
  allocate(master, [agent]);
  return done;
}

export interface DrainView {
  readonly drain_info?: DrainInfo;
  readonly estimated_drain_start_time?: { readonly nanoseconds: number };
}

/** As operators read it. */
export function viewDraining(master: MasterState, id: AgentId): DrainView {
  const draining = master.draining.get(id);
  if (draining === undefined) {
    return {};
  }
  const info: DrainInfo = { state: draining.state, config: draining.config };
  // Whole seconds, as masters print it.
  const since = draining.since === undefined ? undefined : Math.floor(draining.since / 1000) * 1e9;
  return {
    drain_info: info,
    ...(since === undefined ? {} : { estimated_drain_start_time: { nanoseconds: since } }),
  };
}

function deactivate(master: MasterState, agent: Agent): void {
  for (const offer of [...agent.offers]) {
    rescindOffer(master, offer);
  }
  rescindInverseOffers(master, agent);
}

function isKnown(master: MasterState, id: AgentId): boolean {
  return master.agents.has(id) || master.recoveredAgents.has(id) || master.unreachableAgents.has(id);
}

function durationOf({ seconds = 0, nanos = 0 }: ProtobufDuration): DurationInfo {
  return { nanoseconds: seconds * 1e9 + nanos };
}
