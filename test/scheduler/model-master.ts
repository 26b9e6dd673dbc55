/**
 * A small Mesos master with its agents, for property tests: offers, launches, updates in order until acknowledged,
 * kills, both kinds of reconciliation, lost and recovering agents. It checks nothing but what a master checks; the
 * invariants of the core are held by model-world.ts. Events wait in `outbox` until the world delivers them.
 */
import type { AgentId, OfferId, TaskId } from '../../src/mesos-api-client/protocol/ids.ts';
import type { Offer, Resource, TaskInfo, TaskStatus } from '../../src/mesos-api-client/protocol/mesos.ts';
import { add, contains, subtract } from '../../src/mesos-api-client/protocol/resources.ts';
import type { SchedulerCall, SchedulerEvent, SubscribeCall } from '../../src/mesos-api-client/protocol/scheduler.ts';
import { isTerminal, type TaskState } from '../../src/mesos-api-client/protocol/task-state.ts';
import type { SubscriptionId } from '../../src/scheduler/model/master.ts';
import { frameworkId, portsResource, scalar } from './fixtures.ts';

type AgentState = 'registered' | 'unreachable' | 'recovering';

interface ModelAgent {
  readonly id: AgentId;
  readonly total: readonly Resource[];
  state: AgentState;
  refusedUntil: number;
}

export interface ModelTask {
  readonly id: TaskId;
  readonly agent: ModelAgent;
  readonly resources: readonly Resource[];
  /** What the agent knows. */
  state: TaskState;
  /** Updates that wait for their acknowledgement; only the first is on its way. */
  readonly unacknowledged: { readonly state: TaskState; readonly uuid: string }[];
}

export class ModelMaster {
  readonly agents: ModelAgent[];
  readonly tasks = new Map<TaskId, ModelTask>();
  readonly offers = new Map<OfferId, Offer>();
  readonly launchedEver = new Set<TaskId>();
  outbox: { readonly subscription: SubscriptionId; readonly event: SchedulerEvent }[] = [];
  subscription: SubscriptionId | undefined;
  suppressed = false;
  /** Says nothing, with its stream open, until this many subscriptions have been tried. */
  silent = 0;
  #numbers = 0;

  constructor(agents: number) {
    this.agents = Array.from({ length: agents }, (_each, index) => ({
      id: `S${index}` as AgentId,
      total: [scalar('cpus', 32), scalar('mem', 65_536), portsResource({ begin: 31_000, end: 31_120 })],
      state: 'registered' as const,
      refusedUntil: 0,
    }));
  }

  subscribe(subscription: SubscriptionId, call: SubscribeCall): void {
    this.disconnect();
    this.silent = Math.max(0, this.silent - 1);
    this.subscription = subscription;
    this.suppressed = (call.subscribe.suppressed_roles ?? []).length > 0;
    this.#send({ type: 'SUBSCRIBED', subscribed: { framework_id: { value: frameworkId } } });
    for (const task of this.tasks.values()) {
      this.#sendHead(task);
    }
  }

  /** Offers are void, and what was on its way is lost. */
  disconnect(): void {
    this.subscription = undefined;
    this.outbox = [];
    this.offers.clear();
    for (const agent of this.agents) {
      agent.refusedUntil = 0;
    }
  }

  /** A new master knows nothing until its agents come back. */
  restart(): void {
    this.disconnect();
    for (const agent of this.agents) {
      if (agent.state === 'registered') {
        agent.state = 'recovering';
      }
    }
  }

  allocate(now: number): void {
    if (this.subscription === undefined || this.suppressed || this.silent > 0) {
      return;
    }
    const offers = this.agents.flatMap((agent) => {
      const free = this.#free(agent);
      return agent.state === 'registered' && agent.refusedUntil <= now && free.length > 0
        ? [this.#offer(agent, free)]
        : [];
    });
    if (offers.length > 0) {
      this.#send({ type: 'OFFERS', offers: { offers } });
    }
  }

  heartbeat(): void {
    this.#send({ type: 'HEARTBEAT' });
  }

  rescind(offerId: OfferId): void {
    if (this.offers.delete(offerId)) {
      this.#send({ type: 'RESCIND', rescind: { offer_id: { value: offerId } } });
    }
  }

  /** A task gets on by itself: towards RUNNING, or to the end that is given. */
  progress(task: ModelTask, end?: TaskState): void {
    const next =
      end ??
      ({ TASK_STAGING: 'TASK_STARTING', TASK_STARTING: 'TASK_RUNNING' } as Partial<Record<TaskState, TaskState>>)[
        task.state
      ];
    if (next === undefined || isTerminal(task.state)) {
      return;
    }
    task.state = next;
    task.unacknowledged.push({ state: next, uuid: `uuid-${this.#number()}` });
    if (task.unacknowledged.length === 1) {
      this.#sendHead(task);
    }
  }

  repeat(task: ModelTask): void {
    this.#sendHead(task);
  }

  loseAgent(agent: ModelAgent): void {
    if (agent.state === 'unreachable') {
      return;
    }
    agent.state = 'unreachable';
    for (const [offerId, offer] of this.offers) {
      if (offer.agent_id.value === agent.id) {
        this.rescind(offerId);
      }
    }
    for (const task of this.#tasksOf(agent)) {
      this.#status(task.id, agent.id, 'TASK_UNREACHABLE', { reason: 'REASON_AGENT_REMOVED' });
    }
    this.#send({ type: 'FAILURE', failure: { agent_id: { value: agent.id } } });
  }

  returnAgent(agent: ModelAgent): void {
    const was = agent.state;
    agent.state = 'registered';
    for (const task of this.#tasksOf(agent)) {
      if (was === 'unreachable') {
        this.#status(task.id, agent.id, task.state, { reason: 'REASON_AGENT_REREGISTERED' });
      }
      this.#sendHead(task);
    }
  }

  call(call: SchedulerCall, now: number): void {
    switch (call.type) {
      case 'ACCEPT':
        this.#accept(call, now);
        break;
      case 'DECLINE':
        for (const { value } of call.decline.offer_ids) {
          this.#refuse(value, now + 1000 * (call.decline.filters?.refuse_seconds ?? 5));
        }
        break;
      case 'SUPPRESS':
        this.suppressed = true;
        break;
      case 'REVIVE':
        this.suppressed = false;
        for (const agent of this.agents) {
          agent.refusedUntil = 0;
        }
        break;
      case 'KILL':
        this.#kill(call.kill.task_id.value, call.kill.agent_id?.value);
        break;
      case 'ACKNOWLEDGE':
        this.#acknowledge(call.acknowledge.task_id.value, call.acknowledge.uuid);
        break;
      case 'RECONCILE':
        this.#reconcile(call.reconcile.tasks ?? []);
        break;
      default:
        throw new Error(`the model takes no ${call.type}`);
    }
  }

  /** The master took the call, but what it passed on to the agent (or wanted to answer) was lost. */
  loseOnTheWay(call: SchedulerCall, now: number): void {
    if (call.type === 'ACCEPT') {
      this.call({ ...call, accept: { ...call.accept, operations: [] } }, now);
    } else if (!['KILL', 'ACKNOWLEDGE', 'RECONCILE'].includes(call.type)) {
      this.call(call, now);
    }
  }

  #accept(call: Extract<SchedulerCall, { type: 'ACCEPT' }>, now: number): void {
    const infos = (call.accept.operations ?? []).flatMap((each) =>
      each.type === 'LAUNCH' ? each.launch.task_infos : [],
    );
    const offers = call.accept.offer_ids.flatMap(({ value }) => this.offers.get(value) ?? []);
    const refusedUntil = now + 1000 * (call.accept.filters?.refuse_seconds ?? 5);
    for (const offer of offers) {
      this.#refuse(offer.id.value, refusedUntil);
    }
    const agent = this.agents.find(({ id }) => id === offers[0]?.agent_id.value);
    if (offers.length < call.accept.offer_ids.length || agent === undefined) {
      for (const info of infos) {
        this.#status(info.task_id.value, info.agent_id.value, 'TASK_DROPPED', { reason: 'REASON_INVALID_OFFERS' });
      }
      return;
    }
    let left: Resource[] = add(offers.flatMap((offer) => offer.resources ?? []));
    for (const info of infos) {
      left = this.#launch(info, agent, left);
    }
  }

  #launch(info: TaskInfo, agent: ModelAgent, left: Resource[]): Resource[] {
    const id = info.task_id.value;
    const resources = info.resources ?? [];
    if (this.launchedEver.has(id) || !contains(left, resources)) {
      throw new Error(`launch of ${id} is invalid`);
    }
    this.launchedEver.add(id);
    this.tasks.set(id, { id, agent, resources, state: 'TASK_STAGING', unacknowledged: [] });
    return subtract(left, resources) ?? [];
  }

  #kill(taskId: TaskId, agentId: AgentId | undefined): void {
    const task = this.tasks.get(taskId);
    if (task === undefined || task.agent.state !== 'registered') {
      this.#answer(taskId, agentId);
    } else {
      this.progress(task, 'TASK_KILLED');
    }
  }

  #acknowledge(taskId: TaskId, uuid: string): void {
    const task = this.tasks.get(taskId);
    const head = task?.unacknowledged[0];
    if (task === undefined || head?.uuid !== uuid || task.agent.state !== 'registered') {
      return;
    }
    task.unacknowledged.shift();
    if (isTerminal(head.state)) {
      this.tasks.delete(taskId);
    } else {
      this.#sendHead(task);
    }
  }

  #reconcile(tasks: readonly { task_id: { value: TaskId }; agent_id?: { value: AgentId } }[]): void {
    for (const { task_id, agent_id } of tasks) {
      this.#answer(task_id.value, agent_id?.value);
    }
    if (tasks.length === 0) {
      for (const task of this.tasks.values()) {
        if (task.agent.state === 'registered') {
          this.#answer(task.id, task.agent.id);
        }
      }
    }
  }

  /** An explicit question about one task, in the order in which a master looks (silence while its agent recovers). */
  #answer(taskId: TaskId, agentId: AgentId | undefined): void {
    const task = this.tasks.get(taskId);
    const agent = task?.agent ?? this.agents.find(({ id }) => id === agentId);
    const said = { reason: 'REASON_RECONCILIATION', source: 'SOURCE_MASTER' } as const;
    switch (agent?.state) {
      case 'registered':
        this.#status(taskId, agent.id, task?.unacknowledged[0]?.state ?? task?.state ?? 'TASK_GONE', said);
        break;
      case 'unreachable':
        this.#status(taskId, agent.id, 'TASK_UNREACHABLE', said);
        break;
      case 'recovering':
        break;
      case undefined:
        this.#send({
          type: 'UPDATE',
          update: { status: { task_id: { value: taskId }, state: 'TASK_UNKNOWN', ...said } },
        });
        break;
    }
  }

  #offer(agent: ModelAgent, resources: Resource[]): Offer {
    const offer: Offer = {
      id: { value: `o${this.#number()}` as OfferId },
      framework_id: { value: frameworkId },
      agent_id: { value: agent.id },
      hostname: `host-${agent.id}`,
      resources,
      allocation_info: { role: 'flink' },
    };
    this.offers.set(offer.id.value, offer);
    return offer;
  }

  #refuse(offerId: OfferId, until: number): void {
    const offer = this.offers.get(offerId);
    const agent = this.agents.find(({ id }) => id === offer?.agent_id.value);
    this.offers.delete(offerId);
    if (agent !== undefined) {
      agent.refusedUntil = until;
    }
  }

  #free(agent: ModelAgent): Resource[] {
    const used = this.#tasksOf(agent).flatMap((task) => (isTerminal(task.state) ? [] : task.resources));
    const offered = [...this.offers.values()].flatMap((offer) =>
      offer.agent_id.value === agent.id ? (offer.resources ?? []) : [],
    );
    const free = subtract(agent.total, [...used, ...offered]);
    if (free === undefined) {
      throw new Error(`more than there is was used of ${agent.id}`);
    }
    return free;
  }

  #tasksOf(agent: ModelAgent): ModelTask[] {
    return [...this.tasks.values()].filter((task) => task.agent === agent);
  }

  #sendHead(task: ModelTask): void {
    const head = task.unacknowledged[0];
    if (head !== undefined && task.agent.state === 'registered') {
      this.#status(task.id, task.agent.id, head.state, { uuid: head.uuid, source: 'SOURCE_EXECUTOR' });
    }
  }

  #status(taskId: TaskId, agentId: AgentId, state: TaskState, more: Partial<TaskStatus>): void {
    const status = { task_id: { value: taskId }, agent_id: { value: agentId }, state, ...more };
    this.#send({ type: 'UPDATE', update: { status } });
  }

  #send(event: SchedulerEvent): void {
    if (this.subscription !== undefined && this.silent === 0) {
      this.outbox.push({ subscription: this.subscription, event });
    }
  }

  #number(): number {
    this.#numbers += 1;
    return this.#numbers;
  }
}
