/**
 * ACCEPT: tasks are launched one after another on the sum of the offers, and what they leave is declined with the call's
 * filters. A single bad offer id spoils the whole call: all its offers are taken back without a word to anybody, its
 * tasks are LOST (DROPPED with PARTITION_AWARE). Operations on resources take effect for those that follow them.
 */
import type { OfferId } from '../../mesos-api-client/protocol/ids.ts';
import type {
  ExecutorInfo,
  Filters,
  OfferOperation,
  Resource,
  TaskInfo,
} from '../../mesos-api-client/protocol/mesos.ts';
import { add, contains, subtract } from '../../mesos-api-client/protocol/resources.ts';
import type { TaskState } from '../../mesos-api-client/protocol/task-state.ts';
import { groupFault } from './executors/group-validation.ts';
import { addExecutor, completeInfo } from './executors/master-executors.ts';
import { exclusive, occupy, usedOn } from './holdings.ts';
import type { Agent, Framework, MasterState, OfferRecord } from './master-state.ts';
import { count, countFor, isPartitionAware, sendEvent, sendToAgent } from './master-state.ts';
import { pidOf, refuse, removeOffer } from './offers.ts';
import { conversionsOf, convert, isResourceOperation, type ResourceOperation } from './operations/conversions.ts';
import { operationFault } from './operations/operation-faults.ts';
import { applyConversions, startOperation } from './operations/operations.ts';
import { lackOf } from './operations/operator-operations.ts';
import { allocatedForm, internalForm } from './resource-forms.ts';
import { neededByExecutor, taskFault } from './task-validation.ts';
import { addTask, createTask, masterStatus, sendUpdate } from './tasks.ts';

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
  countFor(framework, 'offers/accepted', offers.length);
  for (const offer of offers) {
    removeOffer(master, offer);
  }
  const all = offers.flatMap(({ resources }) => resources);
  const acceptance: Acceptance = { master, framework, agent, role: first.role, remaining: add(all) };
  const launches = (accept.operations ?? []).filter((each) => each.type === 'LAUNCH' && tasksOf(each).length > 0);
  count(master, 'master/messages_launch_tasks', launches.length);
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

type LaunchGroup = NonNullable<(OfferOperation & { type: 'LAUNCH_GROUP' })['launch_group']>;

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
  if (operation.type === 'LAUNCH_GROUP' && operation.id === undefined && operation.launch_group !== undefined) {
    launchGroup(acceptance, operation.launch_group);
    return;
  }
  const group = operation.type === 'LAUNCH_GROUP';
  const reason = group ? 'REASON_TASK_GROUP_INVALID' : 'REASON_TASK_INVALID';
  const message = `The \`id\` field cannot be set on ${operation.type} operations`;
  for (const task of tasksOf(operation)) {
    reject(master, framework, task, { state: 'TASK_ERROR', reason, message });
  }
  refuseOperation(master, framework, operation, "'source' is not managed by a resource provider");
}

function launch(acceptance: Acceptance, task: TaskInfo): void {
  const { master, framework, agent, role } = acceptance;
  const message = taskFault(task, acceptance);
  if (message !== undefined) {
    reject(master, framework, task, { state: 'TASK_ERROR', reason: 'REASON_TASK_INVALID', message });
    return;
  }
  const executor = task.executor && completeInfo(task.executor, framework, role);
  const info = take(acceptance, task, executor);
  sendToAgent(master, agent, { type: 'RUN_TASK', framework: framework.info, task: info });
}

/** All of its tasks or none (src/master/master.cpp of Mesos). */
function launchGroup(acceptance: Acceptance, { executor: given, task_group }: LaunchGroup): void {
  const { master, framework, agent, role } = acceptance;
  const tasks = task_group.tasks ?? [];
  const message = groupFault(tasks, given, acceptance);
  if (message !== undefined) {
    for (const task of tasks) {
      reject(master, framework, task, { state: 'TASK_ERROR', reason: 'REASON_TASK_GROUP_INVALID', message });
    }
    return;
  }
  const executor = completeInfo(given, framework, role);
  const infos = tasks.map((task) => take(acceptance, task, executor));
  sendToAgent(master, agent, { type: 'RUN_GROUP', framework: framework.info, executor, tasks: infos });
}

/** What it needs is taken out of the offers, and it is the agent's from now on. */
function take(acceptance: Acceptance, task: TaskInfo, executor: ExecutorInfo | undefined): TaskInfo {
  const { master, framework, agent, role, remaining } = acceptance;
  const resources = internalForm(task.resources);
  const needed = internalForm([...(task.resources ?? []), ...neededByExecutor(executor, acceptance)]);
  acceptance.remaining = subtract(remaining, exclusive(needed)) ?? [];
  if (executor !== undefined) {
    addExecutor(master, framework, agent, executor, role);
  }
  const info = { ...task, resources: allocatedForm(resources, role), ...(executor === undefined ? {} : { executor }) };
  const launched = createTask(framework, agent, info, role);
  addTask(master, framework, agent, launched);
  occupy(master, agent, launched);
  return info;
}

/** At once, and in the agent's resources too: the agent is told, and reports what became of it. */
function convertResources(acceptance: Acceptance, operation: ResourceOperation): void {
  const { master, framework, agent, role, remaining } = acceptance;
  const { principal } = framework.info;
  const asker = { framework, role, principal, total: agent.total, used: usedOn(agent) };
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
