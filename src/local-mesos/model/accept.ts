/**
 * ACCEPT: tasks are launched one after another on the sum of the offers, and what they leave is declined with the call's
 * filters. A single bad offer id spoils the whole call: all its offers are taken back without a word to anybody, its
 * tasks are LOST (DROPPED with PARTITION_AWARE). Reservations, volumes, groups and executors of frameworks are refused.
 */
import type { OfferId } from '../../mesos-api-client/protocol/ids.ts';
import type { Filters, OfferOperation, Resource, TaskInfo } from '../../mesos-api-client/protocol/mesos.ts';
import { add, subtract } from '../../mesos-api-client/protocol/resources.ts';
import type { TaskState } from '../../mesos-api-client/protocol/task-state.ts';
import type { Agent, Framework, MasterState, OfferRecord } from './master-state.ts';
import { count, isPartitionAware, sendEvent, sendToAgent } from './master-state.ts';
import { refuse, removeOffer } from './offers.ts';
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
  const launcher = createLauncher(master, framework, agent, first.role, add(all));
  for (const operation of accept.operations ?? []) {
    launcher.run(operation);
  }
  refuse(master, framework, { ...first, resources: launcher.remaining() }, accept.filters);
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

/** Carries out the operations of one call, each on what the earlier ones left. */
function createLauncher(master: MasterState, framework: Framework, agent: Agent, role: string, pool: Resource[]) {
  let remaining: readonly Resource[] = pool;

  function launch(task: TaskInfo): void {
    const message = taskFault(task, { framework, agent, role, remaining });
    if (message !== undefined) {
      reject(master, framework, task, { state: 'TASK_ERROR', reason: 'REASON_TASK_INVALID', message });
      return;
    }
    const resources = internalForm(task.resources);
    const info = { ...task, resources: allocatedForm(resources, role) };
    remaining = subtract(remaining, resources) ?? [];
    const launched = createTask(framework, agent, info, role);
    addTask(framework, agent, launched);
    occupy(master, agent, launched);
    count(master, 'master/messages_launch_tasks');
    sendToAgent(master, agent, { type: 'RUN_TASK', framework: framework.info, task: info });
  }

  function run(operation: OfferOperation): void {
    if (operation.type === 'LAUNCH' && operation.id === undefined) {
      operation.launch?.task_infos?.forEach(launch);
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
    refuseOperation(master, framework, operation, `${operation.type} is not built into the embedded master`);
  }

  return { run, remaining: () => remaining };
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
