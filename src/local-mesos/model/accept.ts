/**
 * ACCEPT: tasks are launched one after another on the sum of the offers, and what they leave is declined with the call's
 * filters. A single bad offer id spoils the whole call: all its offers are taken back without a word to anybody, its
 * tasks are LOST (DROPPED with PARTITION_AWARE). Operations on resources take effect for those that follow them; groups and
 * executors of frameworks are refused.
 */
import type { OfferId } from '../../mesos-api-client/protocol/ids.ts';
import type { Filters, OfferOperation, Resource, TaskInfo } from '../../mesos-api-client/protocol/mesos.ts';
import { add, contains, subtract } from '../../mesos-api-client/protocol/resources.ts';
import type { TaskState } from '../../mesos-api-client/protocol/task-state.ts';
import type { Agent, Framework, MasterState, OfferRecord } from './master-state.ts';
import { count, isPartitionAware, sendEvent, sendToAgent } from './master-state.ts';
import { pidOf, refuse, removeOffer } from './offers.ts';
import { conversionsOf, convert, isResourceOperation, type ResourceOperation } from './operations/conversions.ts';
import { operationFault } from './operations/operation-faults.ts';
import { applyConversions, startOperation } from './operations/operations.ts';
import { lackOf } from './operations/operator-operations.ts';
import { allocatedForm, internalForm } from './resource-forms.ts';
import { taskFault } from './task-validation.ts';
import { addTask, createTask, masterStatus, occupy, sendUpdate } from './tasks.ts';

export interface AcceptBody {
  readonly offer_ids?: readonly { readonly value: OfferId }[];
  readonly operations?: readonly OfferOperation[];
  readonly filters?: Filters;
}

export function acceptOffers(master: MasterState, framework: Framework, accept: AcceptBody): void {
  const ids = (accept.offer_ids ?? []).map(({ value }) => value);
  const offers = ids.flatMap((id) => master.offers.get(id) ?? []);
  const fault = offersFault(master, framework, ids);
  const [first] = offers;
  const agent = first && master.agents.get(first.agentId);
  if (fault !== undefined || first === undefined || agent === undefined) {
    dropCall(master, framework, accept, offers, fault ?? 'No offers specified');
    return;
  }
  count(master, 'master/offers_accepted', offers.length);
  for (const offer of offers) {
    removeOffer(master, offer);
  }
  const all = offers.flatMap(({ resources }) => resources);
  const acceptance: Acceptance = { master, framework, agent, role: first.role, remaining: add(all) };
  for (const operation of accept.operations ?? []) {
    carryOut(acceptance, operation);
  }
  // What was converted was not refused.
  const refused = acceptance.remaining.filter((resource) => contains(all, [resource]));
  refuse(master, framework, { ...first, resources: refused }, accept.filters);
}

/** In the master's order: the list itself, then the framework, the role, the agent. */
function offersFault(master: MasterState, framework: Framework, ids: readonly OfferId[]): string | undefined {
  if (ids.length === 0) {
    return 'No offers specified';
  }
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) {
    return `Duplicate offer ${twice} in offer list`;
  }
  const gone = ids.find((id) => !master.offers.has(id));
  if (gone !== undefined) {
    return `Offer ${gone} is no longer valid`;
  }
  const offers = ids.flatMap((id) => master.offers.get(id) ?? []);
  const foreign = offers.find(({ frameworkId }) => frameworkId !== framework.id);
  if (foreign !== undefined) {
    return `Offer ${foreign.id} has invalid framework ${foreign.frameworkId} while framework ${framework.id} is expected`;
  }
  return mixtureFault(offers);
}

function mixtureFault(offers: readonly OfferRecord[]): string | undefined {
  const [first] = offers;
  const otherRole = offers.find(({ role }) => role !== first?.role);
  if (otherRole !== undefined) {
    return `Aggregated offers must be allocated to the same role. Offer ${otherRole.id} uses role '${otherRole.role} but another is using role '${first?.role}`;
  }
  const otherAgent = offers.find(({ agentId }) => agentId !== first?.agentId);
  return (
    otherAgent &&
    `Aggregated offers must belong to one single agent. Offer ${otherAgent.id} uses agent ${otherAgent.agentId} and agent ${first?.agentId}`
  );
}

function dropCall(
  master: MasterState,
  framework: Framework,
  accept: AcceptBody,
  offers: readonly OfferRecord[],
  fault: string,
): void {
  for (const offer of offers) {
    removeOffer(master, offer);
  }
  for (const operation of accept.operations ?? []) {
    for (const task of tasksOf(operation)) {
      const message = `Task launched with invalid offers: ${fault}`;
      const state = isPartitionAware(framework) ? 'TASK_DROPPED' : 'TASK_LOST';
      reject(master, framework, task, { state, reason: 'REASON_INVALID_OFFERS', message });
    }
    refuseOperation(master, framework, operation, `Operation attempted with invalid offers: ${fault}`);
  }
}

interface Acceptance {
  readonly master: MasterState;
  readonly framework: Framework;
  readonly agent: Agent;
  readonly role: string;
  /** What earlier operations of the call have left, or made of it. */
  remaining: readonly Resource[];
}

function carryOut(acceptance: Acceptance, operation: OfferOperation): void {
  const { master, framework } = acceptance;
  if (operation.type === 'LAUNCH' && operation.id === undefined) {
    for (const task of operation.launch?.task_infos ?? []) {
      launch(acceptance, task);
    }
    return;
  }
  if (isResourceOperation(operation)) {
    convertResources(acceptance, operation);
    return;
  }
  const group = operation.type === 'LAUNCH_GROUP';
  const reason = group ? 'REASON_TASK_GROUP_INVALID' : 'REASON_TASK_INVALID';
  const message = group
    ? 'LAUNCH_GROUP is not built into the embedded master: launch command tasks'
    : 'The `id` field cannot be set on LAUNCH operations';
  for (const task of tasksOf(operation)) {
    reject(master, framework, task, { state: 'TASK_ERROR', reason, message });
  }
  refuseOperation(master, framework, operation, "'source' is not managed by a resource provider");
}

function launch(acceptance: Acceptance, task: TaskInfo): void {
  const { master, framework, agent, role, remaining } = acceptance;
  const message = taskFault(task, { framework, agent, role, remaining });
  if (message !== undefined) {
    reject(master, framework, task, { state: 'TASK_ERROR', reason: 'REASON_TASK_INVALID', message });
    return;
  }
  const resources = internalForm(task.resources);
  const info = { ...task, resources: allocatedForm(resources, role) };
  acceptance.remaining = subtract(remaining, resources) ?? [];
  const launched = createTask(framework, agent, info, role);
  addTask(master, framework, agent, launched);
  occupy(master, agent, launched);
  count(master, 'master/messages_launch_tasks');
  sendToAgent(master, agent, { type: 'RUN_TASK', framework: framework.info, task: info });
}

/** At once, and in the agent's resources too: the agent is told, and reports what became of it. */
function convertResources(acceptance: Acceptance, operation: ResourceOperation): void {
  const { master, framework, agent, role, remaining } = acceptance;
  const asker = { framework, role, principal: framework.info.principal, total: agent.total };
  const fault = operationFault(operation, asker);
  if (fault !== undefined) {
    const where = `on agent ${agent.id} at ${pidOf(agent.description)} (${agent.description.hostname})`;
    refuseOperation(master, framework, operation, `${fault}; ${where}`);
    return;
  }
  const conversions = conversionsOf(operation);
  const converted = convert(remaining, conversions);
  if (converted === undefined || !applyConversions(master, agent, conversions)) {
    refuseOperation(master, framework, operation, lackOf(remaining, conversions, role));
    return;
  }
  acceptance.remaining = converted;
  startOperation(master, agent, framework, operation);
}

function tasksOf(operation: OfferOperation): readonly TaskInfo[] {
  if (operation.type === 'LAUNCH') {
    return operation.launch?.task_infos ?? [];
  }
  return operation.type === 'LAUNCH_GROUP' ? (operation.launch_group?.task_group.tasks ?? []) : [];
}

function reject(
  master: MasterState,
  framework: Framework,
  task: TaskInfo,
  { state, ...why }: { state: TaskState; reason: string; message: string },
): void {
  count(master, `master/${state.toLowerCase().replace('task_', 'tasks_')}`);
  const status = masterStatus(master, task.task_id.value, state, { ...why, agent_id: task.agent_id });
  sendUpdate(master, framework, status);
}

/** Operations other than launches answer only if they have an id. */
function refuseOperation(master: MasterState, framework: Framework, operation: OfferOperation, message: string): void {
  const isLaunch = operation.type === 'LAUNCH' || operation.type === 'LAUNCH_GROUP';
  if (!isLaunch && operation.id !== undefined) {
    sendEvent(master, framework, {
      type: 'UPDATE_OPERATION_STATUS',
      update_operation_status: { status: { operation_id: operation.id, state: 'OPERATION_ERROR', message } },
    });
  }
}
