/**
 * The master's record of operations on resources (docs/operations.md, docs/scheduler-http-api.md of Mesos). Their effect is
 * taken for granted at once, so that what follows in the same ACCEPT can use it; the agent carries them out and reports.
 * Reports of those with an id go to the framework and are repeated by the agent until they are acknowledged.
 */
import type { AgentId, Id, OperationId, ResourceProviderId } from '../../../mesos-api-client/protocol/ids.ts';
import type { Operation, OperationState, OperationStatus } from '../../../mesos-api-client/protocol/operations.ts';
import { terminalOperationStates } from '../../../mesos-api-client/protocol/operations.ts';
import { contains } from '../../../mesos-api-client/protocol/resources.ts';
import type { AgentOperation, AgentToMaster } from '../agent-protocol.ts';
import { enterAgent, strikeAgent } from '../allocation/books.ts';
import { sharedIn } from '../holdings.ts';
import { checkDrained } from '../maintenance/draining.ts';
import type { Agent, Framework, MasterState, OperationRecord } from '../master-state.ts';
import { count, sendEvent, sendToAgent } from '../master-state.ts';
import { rescindOffer } from '../offers.ts';
import { type Conversion, convert, type ResourceOperation } from './conversions.ts';

/** The agent's resources are converted already, see `applyConversions`. */
export function startOperation(
  master: MasterState,
  agent: Agent,
  framework: Framework | undefined,
  info: ResourceOperation,
): void {
  const uuid = operationUuid(master);
  const record: OperationRecord = {
    uuid,
    frameworkId: framework?.id,
    agentId: agent.id,
    info,
    latest: statusOf(info, agent.id, 'OPERATION_PENDING'),
    told: false,
  };
  agent.operations.set(uuid, record);
  if (framework !== undefined && info.id !== undefined) {
    framework.operations.set(info.id.value, record);
  }
  const owner = framework === undefined ? {} : { frameworkId: framework.id };
  sendToAgent(master, agent, { type: 'APPLY_OPERATION', operation: { uuid, info, ...owner } });
}

/** False if the agent's free share does not hold what is to be converted. */
export function applyConversions(master: MasterState, agent: Agent, conversions: readonly Conversion[]): boolean {
  const total = convert(agent.total, conversions);
  if (total === undefined || convert(agent.free, conversions) === undefined) {
    return false;
  }
  takeBackShared(master, agent, conversions);
  const free = convert(agent.free, conversions) ?? [];
  strikeAgent(master.books, agent.total);
  agent.total = total;
  agent.free = free;
  agent.description = { ...agent.description, resources: total };
  enterAgent(master.books, total);
  return true;
}

/** A shared volume that goes may be offered to others still. */
function takeBackShared(master: MasterState, agent: Agent, conversions: readonly Conversion[]): void {
  const gone = sharedIn(conversions.flatMap(({ consumed }) => [...consumed]));
  for (const offer of gone.length === 0 ? [] : [...agent.offers]) {
    if (gone.some((volume) => contains(offer.resources, [volume]))) {
      rescindOffer(master, offer);
    }
  }
}

type Report = AgentToMaster & { readonly type: 'OPERATION_STATUS' };

export function operationReported(master: MasterState, agent: Agent, { operation }: Report): void {
  const record = agent.operations.get(operation.uuid) ?? takeOperation(master, agent, operation);
  const framework = record.frameworkId === undefined ? undefined : master.frameworks.get(record.frameworkId);
  const { status } = operation;
  if (status === undefined) {
    return;
  }
  record.latest = status;
  if (framework === undefined || record.info.id === undefined) {
    // Nobody else will acknowledge it.
    forgetOperation(master, agent, record);
    sendToAgent(master, agent, { type: 'ACKNOWLEDGE_OPERATION', uuid: record.uuid });
    return;
  }
  record.told = true;
  sendEvent(master, framework, { type: 'UPDATE_OPERATION_STATUS', update_operation_status: { status } });
}

/** What an agent brings that this master did not start: it was started by an earlier one. */
export function takeOperation(
  master: MasterState,
  agent: Agent,
  { status, ...started }: AgentOperation,
): OperationRecord {
  const { uuid, frameworkId, info } = started;
  const latest = status ?? statusOf(info, agent.id, 'OPERATION_PENDING');
  const record: OperationRecord = { uuid, frameworkId, agentId: agent.id, info, latest, told: false };
  agent.operations.set(uuid, record);
  const framework = frameworkId === undefined ? undefined : master.frameworks.get(frameworkId);
  if (framework !== undefined && info.id !== undefined) {
    framework.operations.set(info.id.value, record);
  }
  return record;
}

interface Acknowledgement {
  readonly agent_id?: Id<AgentId>;
  readonly operation_id: Id<OperationId>;
  readonly uuid: string;
}

export function acknowledgeOperation(
  master: MasterState,
  framework: Framework,
  { agent_id, operation_id, uuid }: Acknowledgement,
): void {
  const agent = agent_id && master.agents.get(agent_id.value);
  const record = framework.operations.get(operation_id.value);
  if (agent?.link === undefined || record?.latest.uuid?.value !== uuid) {
    count(master, 'master/invalid_operation_status_update_acknowledgements');
    return;
  }
  count(master, 'master/valid_operation_status_update_acknowledgements');
  sendToAgent(master, agent, { type: 'ACKNOWLEDGE_OPERATION', uuid: record.uuid });
  if (terminalOperationStates.has(record.latest.state)) {
    forgetOperation(master, agent, record);
  }
}

function forgetOperation(master: MasterState, agent: Agent, record: OperationRecord): void {
  agent.operations.delete(record.uuid);
  const framework = record.frameworkId === undefined ? undefined : master.frameworks.get(record.frameworkId);
  const id = record.info.id?.value;
  if (framework !== undefined && id !== undefined && framework.operations.get(id) === record) {
    framework.operations.delete(id);
  }
  checkDrained(master, agent);
}

/** The agent is gone or out of reach: frameworks hear what that means for theirs, and no record is kept. */
export function loseOperations(master: MasterState, agent: Agent, state: OperationState, message: string): void {
  for (const record of [...agent.operations.values()]) {
    const framework = record.frameworkId === undefined ? undefined : master.frameworks.get(record.frameworkId);
    if (framework !== undefined && record.info.id !== undefined) {
      const status = { ...statusOf(record.info, agent.id, state), message };
      sendEvent(master, framework, { type: 'UPDATE_OPERATION_STATUS', update_operation_status: { status } });
    }
    forgetOperation(master, agent, record);
  }
}

export interface OperationQuestion {
  readonly operation_id: Id<OperationId>;
  readonly agent_id?: Id<AgentId>;
  readonly resource_provider_id?: Id<ResourceProviderId>;
}

/** Without questions: every operation of the framework that is known. Never to be acknowledged. */
export function reconcileOperations(
  master: MasterState,
  framework: Framework,
  questions: readonly OperationQuestion[],
): void {
  const answers =
    questions.length === 0
      ? [...framework.operations.values()].map(({ latest }) => withoutUuid(latest))
      : questions.map((question) => answerTo(master, framework, question));
  for (const status of answers) {
    sendEvent(master, framework, { type: 'UPDATE_OPERATION_STATUS', update_operation_status: { status } });
  }
}

function answerTo(master: MasterState, framework: Framework, question: OperationQuestion): OperationStatus {
  const known = framework.operations.get(question.operation_id.value);
  if (known !== undefined) {
    return withoutUuid(known.latest);
  }
  const id = question.agent_id?.value;
  const say = (state: OperationState, message: string): OperationStatus => ({
    operation_id: question.operation_id,
    state,
    message: `Reconciliation: ${message}`,
    ...(question.agent_id === undefined ? {} : { agent_id: question.agent_id }),
    ...(question.resource_provider_id === undefined ? {} : { resource_provider_id: question.resource_provider_id }),
  });
  if (id === undefined) {
    return say('OPERATION_UNKNOWN', "Operation is unknown and no 'agent_id' was provided");
  }
  if (master.recoveredAgents.has(id)) {
    return say('OPERATION_RECOVERING', 'Agent is recovered but has not re-registered');
  }
  if (master.agents.has(id)) {
    return say('OPERATION_UNKNOWN', 'Operation is unknown');
  }
  if (master.unreachableAgents.has(id)) {
    return say('OPERATION_UNREACHABLE', 'Agent is unreachable');
  }
  return master.goneAgents.has(id)
    ? say('OPERATION_GONE_BY_OPERATOR', 'Agent marked gone by operator')
    : say('OPERATION_UNKNOWN', 'Both operation and agent are unknown');
}

export function viewOperations(master: MasterState): Operation[] {
  return [...master.agents.values()].flatMap((agent) =>
    [...agent.operations.values()].map(({ uuid, frameworkId, info, latest, told }) => ({
      ...(frameworkId === undefined ? {} : { framework_id: { value: frameworkId } }),
      agent_id: { value: agent.id },
      info,
      latest_status: latest,
      ...(told ? { statuses: [latest] } : {}),
      uuid: { value: uuid },
    })),
  );
}

function statusOf(info: ResourceOperation, agentId: AgentId, state: OperationState): OperationStatus {
  return { ...(info.id === undefined ? {} : { operation_id: info.id }), state, agent_id: { value: agentId } };
}

function withoutUuid({ uuid: _uuid, ...status }: OperationStatus): OperationStatus {
  return status;
}

/** Sixteen bytes that no other operation of any master has: those of the master, which are fresh, and a number. */
function operationUuid(master: MasterState): string {
  const bytes = Buffer.alloc(16);
  bytes.write(master.options.masterId.replaceAll('-', '').slice(0, 24), 'hex');
  bytes.writeUInt32BE(master.counters.operation++, 12);
  return bytes.toString('base64');
}
