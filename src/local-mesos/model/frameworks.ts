/**
 * The life of a framework: it subscribes, is the only subscriber of its id (a later one takes over), may lose its
 * scheduler for up to failover_timeout, and is removed for ever by that time-out or by TEARDOWN. Its id is then burnt.
 */
import type { FrameworkId } from '../../mesos-api-client/protocol/ids.ts';
import type { FrameworkInfo, MasterInfo } from '../../mesos-api-client/protocol/mesos.ts';
import type { SubscribeCall } from '../../mesos-api-client/protocol/scheduler.ts';
import { enterSubscriptions, strikeFramework } from './allocation/books.ts';
import { noConstraints } from './allocation/offer-constraints.ts';
import { createOfferFilters } from './allocation/offer-filters.ts';
import { allocate } from './allocator.ts';
import { removeExecutor } from './executors/master-executors.ts';
import {
  changeFault,
  constraintsOf,
  infoFault,
  minAllocatableOf,
  rolesOf,
  subscriptionFault,
} from './framework-info.ts';
import { usesResources } from './holdings.ts';
import { forgetInverseOffers } from './maintenance/inverse-offers.ts';
import type { Answer, StreamId } from './master-io.ts';
import type { Framework, MasterState, Task } from './master-state.ts';
import { clearTimer, count, countFor, sendEvent, sendToAgent, setTimer } from './master-state.ts';
import { removeOffer, rescindOffer } from './offers.ts';
import { tellFrameworkAdded, tellFrameworkRemoved, tellFrameworkUpdated } from './operator-events.ts';
import { endTask, masterStatus, remember } from './tasks.ts';

export function subscribe(master: MasterState, stream: StreamId, { subscribe: subscription }: SubscribeCall): void {
  const info = subscription.framework_info;
  const known = info.id && master.frameworks.get(info.id.value);
  const removed = info.id !== undefined && master.completedFrameworks.has(info.id.value);
  const fault =
    infoFault(info) ??
    subscriptionFault(subscription) ??
    (removed ? 'Framework has been removed' : undefined) ??
    (known && known.info.principal !== info.principal ? "Changing framework's principal is not allowed." : undefined);
  if (fault !== undefined) {
    closeWithError(master, stream, fault);
    return;
  }
  const cut = known?.stream === undefined;
  const framework = known ?? addFramework(master, info);
  if (known !== undefined) {
    takeOver(master, known, info);
  }
  countFor(framework, 'calls/subscribe');
  count(master, `master/messages_${info.id === undefined ? 'register' : 'reregister'}_framework`);
  connect(master, framework, stream, subscription);
  (known === undefined ? tellFrameworkAdded : tellFrameworkUpdated)(master, framework);
  if (cut) {
    // One that took over an open stream waits for the next batch (LM-11).
    allocate(master);
  }
}

function closeWithError(master: MasterState, stream: StreamId, message: string): void {
  master.effects.push({ kind: 'send', stream, event: { type: 'ERROR', error: { message } } });
  master.effects.push({ kind: 'close-stream', stream });
}

/** The first of its id: a new one, or one that an earlier master knew (that id is kept, whatever it looks like). */
export function addFramework(master: MasterState, info: FrameworkInfo): Framework {
  const id = info.id?.value ?? nextFrameworkId(master);
  const framework: Framework = {
    id,
    info: { ...info, id: { value: id } },
    roles: rolesOf(info),
    suppressedRoles: new Set(),
    stream: undefined,
    recovered: false,
    registeredAt: master.now,
    reregisteredAt: undefined,
    unregisteredAt: undefined,
    tasks: new Map(),
    unreachableTasks: new Map(),
    completedTasks: [],
    executors: new Set(),
    offers: new Map(),
    operations: new Map(),
    filters: createOfferFilters(),
    counters: new Map(),
    offerConstraints: {},
    constraints: noConstraints,
    minAllocatable: minAllocatableOf(info),
    changed: 0,
  };
  master.frameworks.set(id, framework);
  return framework;
}

/** In which roles the allocator asks it: those that it subscribed and did not suppress, while it is connected. */
export function competeForOffers(master: MasterState, framework: Framework): void {
  const { id, roles, stream, suppressedRoles } = framework;
  master.books.generation += 1;
  framework.changed = master.books.generation;
  enterSubscriptions(master.books, id, roles, (role) => stream !== undefined && !suppressedRoles.has(role));
}

function nextFrameworkId(master: MasterState): FrameworkId {
  const number = String(master.counters.framework++).padStart(4, '0');
  return `${master.options.masterId}-${number}` as FrameworkId;
}

/** Offers of the former subscription are void without a RESCIND; user and checkpoint keep their values. */
function takeOver(master: MasterState, framework: Framework, info: FrameworkInfo): void {
  dropOffers(master, framework);
  if (framework.stream !== undefined) {
    closeWithError(master, framework.stream, 'Framework failed over');
  }
  const { user, checkpoint = false } = framework.info;
  framework.info = { ...info, user, checkpoint };
  framework.roles = rolesOf(info);
  framework.minAllocatable = minAllocatableOf(info);
  framework.filters.clear();
  framework.recovered = false;
  framework.reregisteredAt = master.now;
  clearTimer(master, `failover ${framework.id}`);
}

function connect(
  master: MasterState,
  framework: Framework,
  stream: StreamId,
  subscription: SubscribeCall['subscribe'],
): void {
  framework.stream = stream;
  framework.suppressedRoles = new Set(subscription.suppressed_roles ?? []);
  framework.offerConstraints = subscription.offer_constraints ?? {};
  framework.constraints = constraintsOf(subscription);
  competeForOffers(master, framework);
  sendEvent(master, framework, {
    type: 'SUBSCRIBED',
    subscribed: {
      framework_id: { value: framework.id },
      heartbeat_interval_seconds: master.options.heartbeatMs / 1000,
      master_info: masterInfo(master),
    },
  });
  heartbeat(master, framework);
  for (const agent of master.agents.values()) {
    sendToAgent(master, agent, { type: 'UPDATE_FRAMEWORK', framework: framework.info });
  }
}

export function heartbeat(master: MasterState, framework: Framework): void {
  if (framework.stream !== undefined) {
    sendEvent(master, framework, { type: 'HEARTBEAT' });
    setTimer(master, `heartbeat ${framework.id}`, master.options.heartbeatMs);
  }
}

export function masterInfo({ options }: Pick<MasterState, 'options'>): MasterInfo {
  const { masterId, hostname, ip, port, version } = options;
  return {
    id: masterId,
    ...oldAddress(ip),
    port,
    pid: `master@${ip}:${port}`,
    hostname,
    version,
    address: { hostname, ip, port },
    capabilities: [{ type: 'AGENT_UPDATE' }, { type: 'AGENT_DRAINING' }, { type: 'QUOTA_V2' }],
  };
}

/** The four bytes of an IPv4 address in network order, read as a little-endian number: what Mesos has always sent. */
function oldAddress(ip: string): { ip?: number } {
  const bytes = ip.split('.').map(Number);
  return bytes.length === 4 ? { ip: Buffer.from(bytes).readUInt32LE() } : {};
}

/** The scheduler's stream has gone: offers are withdrawn, tasks run on until failover_timeout. */
export function disconnectFramework(master: MasterState, framework: Framework): void {
  framework.stream = undefined;
  clearTimer(master, `heartbeat ${framework.id}`);
  dropOffers(master, framework);
  framework.filters.clear();
  competeForOffers(master, framework);
  const seconds = framework.info.failover_timeout ?? 0;
  if (seconds > 0) {
    setTimer(master, `failover ${framework.id}`, seconds * 1000);
  } else {
    removeFramework(master, framework);
  }
}

/** Without a word: there is nobody to hear it, or whoever is there knows. */
function dropOffers(master: MasterState, framework: Framework): void {
  for (const offer of [...framework.offers.values()]) {
    removeOffer(master, offer);
  }
  forgetInverseOffers(master, framework);
}

/** For ever: agents end its tasks, no UPDATE is sent, the id is refused from now on. */
export function removeFramework(master: MasterState, framework: Framework): void {
  for (const agent of master.agents.values()) {
    sendToAgent(master, agent, { type: 'SHUTDOWN_FRAMEWORK', frameworkId: framework.id });
  }
  for (const task of [...framework.tasks.values()]) {
    removeTask(master, framework, task);
  }
  for (const executor of [...framework.executors]) {
    removeExecutor(master, executor);
  }
  dropOffers(master, framework);
  if (framework.stream !== undefined) {
    master.effects.push({ kind: 'close-stream', stream: framework.stream });
    framework.stream = undefined;
  }
  clearTimer(master, `heartbeat ${framework.id}`);
  clearTimer(master, `failover ${framework.id}`);
  framework.unregisteredAt = master.now;
  framework.recovered = false;
  master.frameworks.delete(framework.id);
  strikeFramework(master.books, framework.id);
  tellFrameworkRemoved(master, framework.info);
  master.completedFrameworks.set(framework.id, framework);
  const [oldest] = master.completedFrameworks.keys();
  if (master.completedFrameworks.size > master.options.maxCompletedFrameworks && oldest !== undefined) {
    master.completedFrameworks.delete(oldest);
  }
}

/** Operators alone hear of it. */
function removeTask(master: MasterState, framework: Framework, task: Task): void {
  const wasRunning = usesResources(task);
  endTask(master, framework, task, 'TASK_KILLED');
  if (wasRunning) {
    const message = `Framework ${framework.id} removed`;
    const why = { message, reason: 'REASON_FRAMEWORK_REMOVED', agent_id: { value: task.agentId } };
    remember(master, task, masterStatus(master, task.id, 'TASK_KILLED', why));
  }
}

/** UPDATE_FRAMEWORK: all or nothing, and answered at once (LM-26). */
export function updateFramework(master: MasterState, framework: Framework, update: SubscribeCall['subscribe']): Answer {
  const info = update.framework_info;
  const invalid = infoFault(info);
  if (invalid !== undefined) {
    return { status: 400, text: `Supplied FrameworkInfo is not valid: ${invalid}` };
  }
  const change = changeFault(framework.info, info);
  if (change !== undefined) {
    return { status: 400, text: `FrameworkInfo update is not valid: ${change}` };
  }
  const fault = subscriptionFault(update);
  if (fault !== undefined) {
    return { status: 400, text: `'UpdateFramework' call is not valid: ${fault}` };
  }
  framework.offerConstraints = update.offer_constraints ?? {};
  framework.constraints = constraintsOf(update);
  applyUpdate(master, framework, info, new Set(update.suppressed_roles ?? []));
  return { status: 200, text: '' };
}

function applyUpdate(master: MasterState, framework: Framework, info: FrameworkInfo, suppressed: Set<string>): void {
  const unsuppressed = [...framework.suppressedRoles].filter((role) => !suppressed.has(role));
  framework.info = info;
  framework.roles = rolesOf(info);
  framework.suppressedRoles = suppressed;
  framework.minAllocatable = minAllocatableOf(info);
  for (const role of unsuppressed) {
    framework.filters.clearRole(role);
  }
  for (const offer of [...framework.offers.values()]) {
    if (!framework.roles.includes(offer.role)) {
      rescindOffer(master, offer);
    }
  }
  competeForOffers(master, framework);
  tellFrameworkUpdated(master, framework);
  for (const agent of master.agents.values()) {
    sendToAgent(master, agent, { type: 'UPDATE_FRAMEWORK', framework: framework.info });
  }
  allocate(master);
}
