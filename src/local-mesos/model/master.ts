/**
 * The model of a Mesos master: routes every input to the part that it concerns and hands back the effects, in the order
 * in which they must happen. Nothing in it waits, reads a clock or draws a random number.
 */
import { unreachable } from '../../lib/exhaustive.ts';
import type { AgentId, FrameworkId, OfferId } from '../../mesos-api-client/protocol/ids.ts';
import type { AgentToMaster } from './agent-protocol.ts';
import { pingAgent, registerAgent } from './agents.ts';
import { quotaOf } from './allocation/books.ts';
import { allocate } from './allocator.ts';
import { handleCall } from './calls.ts';
import { executorExited, messageFramework } from './executors/master-executors.ts';
import { disconnectFramework, heartbeat, removeFramework, subscribe } from './frameworks.ts';
import { disconnectAgent, giveUpRecovered, unregisterAgent } from './lost-agents.ts';
import { finishDrain } from './maintenance/draining.ts';
import { restoreMaintenance } from './maintenance/machines.ts';
import type { LinkId, MasterEffect, MasterInput, MasterOptions, Registry, StreamId, TimerId } from './master-io.ts';
import { emptyRegistry } from './master-io.ts';
import type { Agent, MasterState } from './master-state.ts';
import { count, createState, sendEvent, setTimer } from './master-state.ts';
import { rescindOffer } from './offers.ts';
import { operationReported } from './operations/operations.ts';
import { handleCommand } from './operator-act.ts';
import { beatForOperator, subscribeOperator, unsubscribeOperator } from './operator-events.ts';
import { updateTask } from './tasks.ts';

export interface Master {
  step(input: MasterInput): MasterEffect[];
  /** For views of operators and for tests; read only. */
  readonly state: MasterState;
}

export function createMaster(options: MasterOptions, registry: Registry = emptyRegistry): Master {
  const state = createState(options);
  for (const { id, agent } of registry.admitted) {
    state.recoveredAgents.set(id, agent);
  }
  for (const { id, since } of registry.unreachable) {
    state.unreachableAgents.set(id, since);
  }
  for (const { id, since } of registry.gone ?? []) {
    state.goneAgents.set(id, since);
  }
  for (const config of registry.quotas ?? []) {
    state.books.quotas.set(config.role, quotaOf(config));
  }
  state.maintenance = restoreMaintenance(registry.schedule ?? {}, registry.downMachines ?? []);
  for (const { id, ...draining } of registry.draining ?? []) {
    state.draining.set(id, draining);
  }
  for (const id of registry.deactivated ?? []) {
    state.deactivated.add(id);
  }
  for (const { role = '*', weight } of registry.weights ?? []) {
    state.books.weights.set(role, weight);
    state.books.roles.setWeight(role, weight);
  }
  return {
    state,
    step: (input) => {
      state.now = input.at;
      state.effects = [];
      handle(state, input);
      return state.effects;
    },
  };
}

function handle(master: MasterState, input: MasterInput): void {
  switch (input.kind) {
    case 'start':
      start(master);
      return;
    case 'subscribe':
      subscribe(master, input.stream, input.call);
      return;
    case 'operator-subscribe':
      subscribeOperator(master, input.stream);
      return;
    case 'call':
      handleCall(master, input.stream, input.call);
      return;
    case 'stream-closed':
      streamClosed(master, input.stream);
      return;
    case 'agent-message':
      agentSays(master, input.link, input.message);
      return;
    case 'link-closed':
      linkClosed(master, input.link);
      return;
    case 'timer':
      timerFired(master, input.timer);
      return;
    case 'operator':
      handleCommand(master, input.call, input.principal);
      return;
    default:
      unreachable(input);
      return;
  }
}

function start(master: MasterState): void {
  master.startedAt = master.now;
  setTimer(master, 'allocate', master.options.allocationMs);
  if (master.recoveredAgents.size > 0) {
    setTimer(master, 'recovered', master.options.agentReregisterMs);
  }
}

/** Only the present stream of a framework counts; one that was replaced or refused has nothing to end. */
function streamClosed(master: MasterState, stream: StreamId): void {
  if (unsubscribeOperator(master, stream)) {
    return;
  }
  const framework = [...master.frameworks.values()].find((each) => each.stream === stream);
  if (framework !== undefined) {
    disconnectFramework(master, framework);
  }
}

function agentSays(master: MasterState, link: LinkId, message: AgentToMaster): void {
  if (message.type === 'REGISTER') {
    registerAgent(master, link, message);
    return;
  }
  const agent = master.links.get(link);
  if (agent === undefined) {
    // It was given up, or never registered here: on a new link it can start over.
    master.effects.push({ kind: 'close-link', link });
    return;
  }
  switch (message.type) {
    case 'PONG':
      agent.ponged = true;
      return;
    case 'UNREGISTER':
      unregisterAgent(master, agent);
      return;
    case 'OPERATION_STATUS':
      operationReported(master, agent, message);
      return;
    case 'EXECUTOR_EXITED':
      executorExited(master, agent, message);
      return;
    case 'EXECUTOR_MESSAGE':
      messageFramework(master, agent, message);
      return;
    case 'STATUS_UPDATE':
      statusUpdate(master, agent, message);
      return;
    default:
      unreachable(message);
      return;
  }
}

/** Passed on to the framework if it is connected; dropped otherwise, because the agent repeats it. */
function statusUpdate(master: MasterState, agent: Agent, update: AgentToMaster & { type: 'STATUS_UPDATE' }): void {
  const framework = master.frameworks.get(update.frameworkId);
  if (framework === undefined) {
    count(master, 'master/invalid_status_updates');
    return;
  }
  count(master, 'master/messages_status_update');
  count(master, 'master/valid_status_updates');
  sendEvent(master, framework, { type: 'UPDATE', update: { status: update.status } });
  const task = framework.tasks.get(update.status.task_id.value);
  if (task !== undefined && task.agentId === agent.id) {
    updateTask(master, agent, task, update.status, update.latestState);
  }
}

function linkClosed(master: MasterState, link: LinkId): void {
  const agent = master.links.get(link);
  if (agent !== undefined) {
    disconnectAgent(master, agent, link);
  }
}

function timerFired(master: MasterState, timer: TimerId): void {
  if (timer === 'allocate') {
    allocate(master);
    setTimer(master, 'allocate', master.options.allocationMs);
    return;
  }
  if (timer === 'recovered') {
    giveUpRecovered(master);
    return;
  }
  const [kind, id = ''] = timer.split(/ (.*)/s);
  if (kind === 'operator') {
    beatForOperator(master, id as StreamId);
    return;
  }
  const offer = master.offers.get(id as OfferId);
  const framework = master.frameworks.get(id as FrameworkId);
  const agent = master.agents.get(id as AgentId);
  if (kind === 'heartbeat' && framework !== undefined) {
    heartbeat(master, framework);
  } else if (kind === 'failover' && framework !== undefined && framework.stream === undefined) {
    removeFramework(master, framework);
  } else if (kind === 'ping' && agent !== undefined) {
    pingAgent(master, agent);
  } else if (kind === 'drained' && agent !== undefined) {
    finishDrain(master, agent);
  } else if (kind === 'offer' && offer !== undefined) {
    rescindOffer(master, offer);
  }
}
