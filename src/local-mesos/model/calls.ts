/**
 * What each call of a subscribed framework does (steps 10 to 16 of the master's order of checks, then the call). Every
 * call is answered 202 at once and its effects arrive as events; UPDATE_FRAMEWORK alone is answered by what became of it.
 */

import { unreachable } from '../../lib/exhaustive.ts';
import type { SchedulerCall } from '../../mesos-api-client/protocol/scheduler.ts';
import { isTerminal } from '../../mesos-api-client/protocol/task-state.ts';
import { acceptOffers } from './accept.ts';
import { allocate } from './allocator.ts';
import { executorOn, messageExecutor } from './executors/master-executors.ts';
import { competeForOffers, removeFramework, updateFramework } from './frameworks.ts';
import { answerInverseOffers } from './maintenance/inverse-offers.ts';
import type { Answer } from './master-io.ts';
import type { Framework, KillMessage, MasterState } from './master-state.ts';
import { count, countFor, sendToAgent } from './master-state.ts';
import { messageOf } from './metrics.ts';
import { declineOffers } from './offers.ts';
import { acknowledgeOperation, reconcileOperations } from './operations/operations.ts';
import { reconcile } from './reconcile.ts';
import type { FrameworkCall } from './scheduler-call.ts';
import { forgetTask } from './tasks.ts';

const accepted: Answer = { status: 202, text: '' };

export function handleCall(master: MasterState, stream: string | undefined, call: FrameworkCall): void {
  const framework = master.frameworks.get(call.framework_id.value);
  const answer =
    framework === undefined
      ? { status: 400, text: 'Framework cannot be found' }
      : (refusal(framework, stream) ?? perform(master, framework, call));
  master.effects.push({ kind: 'reply', ...answer });
}

function refusal(framework: Framework, stream: string | undefined): Answer | undefined {
  if (framework.stream === undefined) {
    return { status: 403, text: 'Framework is not subscribed' };
  }
  if (stream === undefined) {
    return { status: 400, text: "All non-subscribe calls should include the 'Mesos-Stream-Id' header" };
  }
  if (stream !== framework.stream) {
    const text = `The stream ID '${stream}' included in this request didn't match the stream ID currently associated with framework ID ${framework.id}`;
    return { status: 400, text };
  }
  return undefined;
}

function perform(master: MasterState, framework: Framework, call: FrameworkCall): Answer {
  countFor(framework, `calls/${call.type.toLowerCase()}`);
  const message = messageOf[call.type];
  if (message !== undefined) {
    count(master, `master/${message}`);
  }
  switch (call.type) {
    case 'UPDATE_FRAMEWORK':
      return updateFramework(master, framework, call.update_framework);
    case 'UNKNOWN':
      return notBuilt('Calls of type UNKNOWN');
    case 'RECONCILE_OPERATIONS':
      reconcileOperations(master, framework, call.reconcile_operations.operations ?? []);
      return accepted;
    case 'ACKNOWLEDGE_OPERATION_STATUS':
      acknowledgeOperation(master, framework, call.acknowledge_operation_status);
      return accepted;
    default:
      act(master, framework, call);
      return accepted;
  }
}

function notBuilt(what: string): Answer {
  return { status: 501, text: `${what} are not built into the embedded master` };
}

function act(
  master: MasterState,
  framework: Framework,
  call: Exclude<SchedulerCall, { type: 'UPDATE_FRAMEWORK' | 'RECONCILE_OPERATIONS' | 'ACKNOWLEDGE_OPERATION_STATUS' }>,
): void {
  switch (call.type) {
    case 'TEARDOWN':
      removeFramework(master, framework);
      return;
    case 'ACCEPT':
      acceptOffers(master, framework, call.accept);
      return;
    case 'DECLINE':
      declineOffers(master, framework, idsIn(call.decline.offer_ids), call.decline.filters);
      return;
    case 'SUPPRESS':
      suppress(master, framework, call.suppress?.roles ?? []);
      return;
    case 'REVIVE':
      revive(master, framework, call.revive?.roles ?? []);
      return;
    case 'KILL':
      kill(master, framework, call.kill);
      return;
    case 'ACKNOWLEDGE':
      acknowledge(master, framework, call.acknowledge);
      return;
    case 'RECONCILE':
      reconcile(master, framework, call.reconcile.tasks ?? []);
      return;
    case 'SHUTDOWN':
      shutdown(master, framework, call.shutdown);
      return;
    case 'ACCEPT_INVERSE_OFFERS': {
      const { inverse_offer_ids: ids, filters } = call.accept_inverse_offers;
      answerInverseOffers(master, framework, idsIn(ids), 'ACCEPT', filters);
      return;
    }
    case 'DECLINE_INVERSE_OFFERS': {
      const { inverse_offer_ids: ids, filters } = call.decline_inverse_offers;
      answerInverseOffers(master, framework, idsIn(ids), 'DECLINE', filters);
      return;
    }
    case 'MESSAGE':
      messageExecutor(master, framework, call.message);
      return;
    // Only hints, which Mesos' own allocator does not read either.
    case 'REQUEST':
      count(master, 'master/dropped_messages');
      return;
    default:
      unreachable(call);
      return;
  }
}

function idsIn<Value>(ids: readonly { readonly value: Value }[] | undefined): Value[] {
  return (ids ?? []).map(({ value }) => value);
}

/** Roles that a SUPPRESS or REVIVE means; undefined (the call is dropped) if one of them is not subscribed. */
function meantRoles(framework: Framework, roles: readonly string[]): readonly string[] | undefined {
  const meant = roles.length === 0 ? framework.roles : roles;
  return meant.every((role) => framework.roles.includes(role)) ? meant : undefined;
}

function suppress(master: MasterState, framework: Framework, roles: readonly string[]): void {
  for (const role of meantRoles(framework, roles) ?? []) {
    framework.suppressedRoles.add(role);
  }
  competeForOffers(master, framework);
}

function revive(master: MasterState, framework: Framework, asked: readonly string[]): void {
  const roles = meantRoles(framework, asked);
  if (roles !== undefined) {
    for (const role of roles) {
      framework.suppressedRoles.delete(role);
      framework.filters.clearRole(role);
    }
    competeForOffers(master, framework);
    allocate(master);
  }
}

/** A kill of a known task is remembered while its agent is disconnected; one that names another agent is ignored. */
function kill(master: MasterState, framework: Framework, asked: (SchedulerCall & { type: 'KILL' })['kill']): void {
  const task = framework.tasks.get(asked.task_id.value);
  if (task === undefined) {
    reconcile(master, framework, [asked]);
    return;
  }
  const agent = master.agents.get(task.agentId);
  if (agent === undefined || (asked.agent_id !== undefined && asked.agent_id.value !== agent.id)) {
    return;
  }
  const gracePeriod = asked.kill_policy?.grace_period;
  const message: KillMessage = {
    type: 'KILL_TASK',
    frameworkId: framework.id,
    taskId: task.id,
    ...(gracePeriod === undefined ? {} : { gracePeriod }),
  };
  agent.kills.set(task, message);
  sendToAgent(master, agent, message);
}

/** The executor of a command task has the task's id. */
function shutdown(
  master: MasterState,
  framework: Framework,
  asked: (SchedulerCall & { type: 'SHUTDOWN' })['shutdown'],
) {
  const agent = master.agents.get(asked.agent_id.value);
  const executorId = asked.executor_id.value;
  if (agent !== undefined && executorOn(agent, framework, executorId) !== undefined) {
    sendToAgent(master, agent, { type: 'SHUTDOWN_EXECUTOR', frameworkId: framework.id, executorId });
    return;
  }
  const task = [...framework.tasks.values()].find(
    ({ id, agentId }) => String(id) === String(asked.executor_id.value) && agentId === asked.agent_id.value,
  );
  if (task !== undefined) {
    kill(master, framework, { task_id: { value: task.id } });
  }
}

/** Passed on to the agent; the one of a terminal update ends the task's record. */
function acknowledge(
  master: MasterState,
  framework: Framework,
  { agent_id, task_id, uuid }: (SchedulerCall & { type: 'ACKNOWLEDGE' })['acknowledge'],
): void {
  const agent = master.agents.get(agent_id.value);
  const task = framework.tasks.get(task_id.value);
  const unknownUpdate = task !== undefined && task.update === undefined;
  if (agent?.link === undefined || unknownUpdate) {
    count(master, 'master/invalid_status_update_acknowledgements');
    return;
  }
  count(master, 'master/valid_status_update_acknowledgements');
  const frameworkId = framework.id;
  sendToAgent(master, agent, { type: 'ACKNOWLEDGE', frameworkId, taskId: task_id.value, uuid });
  if (task?.update !== undefined && isTerminal(task.update.state) && task.update.uuid === uuid) {
    forgetTask(master, framework, task);
  }
}
