/**
 * A world around the model of a master: a clock that only `advance` moves, schedulers that note what they read, agents
 * that answer pings while they are alive. Everything happens in the calls of the test.
 */

import type {
  AgentDescription,
  AgentOperation,
  AgentTask,
  AgentToMaster,
  ExecutorOnAgent,
  MasterToAgent,
} from '../../../src/local-mesos/model/agent-protocol.ts';
import { createMaster, type Master } from '../../../src/local-mesos/model/master.ts';
import {
  defaultMasterOptions,
  emptyRegistry,
  type LinkId,
  type MasterEffect,
  type MasterInput,
  type MasterOptions,
  type Registry,
  type StreamId,
  type TimerId,
} from '../../../src/local-mesos/model/master-io.ts';
import type { FrameworkCall } from '../../../src/local-mesos/model/scheduler-call.ts';
import type { AgentId, FrameworkId, OfferId, TaskId } from '../../../src/mesos-api-client/protocol/ids.ts';
import type {
  FrameworkInfo,
  Offer,
  OfferOperation,
  Resource,
  TaskInfo,
  TaskStatus,
} from '../../../src/mesos-api-client/protocol/mesos.ts';
import type { MasterCommand, MasterEvent } from '../../../src/mesos-api-client/protocol/operator.ts';
import type { SchedulerEvent, SubscribeCall } from '../../../src/mesos-api-client/protocol/scheduler.ts';
import type { TaskState } from '../../../src/mesos-api-client/protocol/task-state.ts';

export interface Subscriber {
  readonly stream: StreamId;
  readonly id: FrameworkId;
  /** All that was read, oldest first. */
  readonly events: SchedulerEvent[];
  closed: boolean;
}

export interface FakeAgent {
  link: LinkId;
  id: AgentId;
  readonly received: MasterToAgent[];
  linkOpen: boolean;
  answersPings: boolean;
}

export interface World {
  readonly master: Master;
  readonly registry: Registry;
  now: number;
  advance(ms: number): void;
  submit(input: Omit<MasterInput & { kind: 'start' }, 'at' | 'kind'> & Record<string, unknown>): Reply | undefined;
  subscribe(info?: InfoChanges, rest?: Partial<SubscribeCall['subscribe']>): Subscriber;
  call(subscriber: Subscriber, call: CallBody, stream?: string): Reply | undefined;
  addAgent(
    resources?: Resource[],
    again?: {
      id: AgentId;
      tasks?: AgentTask[];
      frameworks?: FrameworkInfo[];
      executors?: ExecutorOnAgent[];
      operations?: AgentOperation[];
    },
    more?: Partial<AgentDescription>,
  ): FakeAgent;
  /** What operators read on their streams. */
  readonly told: MasterEvent[];
  /** A call of the operator API. */
  operate(call: MasterCommand): Reply | undefined;
  send(agent: FakeAgent, message: AgentToMaster): void;
  closeLink(agent: FakeAgent): void;
  /** Another master with the same registry; nothing of the old one reaches anybody any more. */
  restartMaster(): void;
}

export interface Reply {
  readonly status: number;
  readonly text: string;
}

/** `id` stands for `{ value: id }`. */
type InfoChanges = Partial<Omit<FrameworkInfo, 'id'>> & { readonly id?: FrameworkId };

type CallBody = { type: FrameworkCall['type'] } & Record<string, unknown>;

export const scalar = (name: string, value: number): Resource => ({ name, type: 'SCALAR', scalar: { value } });
export const ports = (begin: number, end: number): Resource => ({
  name: 'ports',
  type: 'RANGES',
  ranges: { range: [{ begin, end }] },
});
export const wholeAgent: Resource[] = [
  scalar('cpus', 4),
  scalar('mem', 2048),
  scalar('disk', 4096),
  ports(31000, 32000),
];

export const multiRole = ['MULTI_ROLE', 'RESERVATION_REFINEMENT'].map((type) => ({ type }));
export const partitionAware = [...multiRole, { type: 'PARTITION_AWARE' }];

export function createWorld(options: Partial<MasterOptions> = {}): World {
  const timers = new Map<TimerId, number>();
  const streams = new Map<StreamId, Subscriber>();
  const agents = new Map<LinkId, FakeAgent>();
  const told: MasterEvent[] = [];
  let counter = 0;
  let generation = 0;
  let registry: Registry = emptyRegistry;
  let master = start();

  function start(): Master {
    const id = `m${generation++}`;
    const address = { hostname: 'localhost', ip: '127.0.0.1', port: 5050 };
    return createMaster({ ...defaultMasterOptions, ...address, ...options, masterId: id }, registry);
  }

  function step(input: Record<string, unknown>): Reply | undefined {
    let reply: Reply | undefined;
    for (const effect of master.step({ at: world.now, ...input } as MasterInput)) {
      reply = carryOut(effect) ?? reply;
    }
    return reply;
  }

  function carryOut(effect: MasterEffect): Reply | undefined {
    switch (effect.kind) {
      case 'reply':
        return effect;
      case 'send':
        streams.get(effect.stream)?.events.push(structuredClone(effect.event));
        return undefined;
      case 'send-to-operator':
        told.push(structuredClone(effect.event));
        return undefined;
      case 'close-stream': {
        const subscriber = streams.get(effect.stream);
        if (subscriber !== undefined) {
          subscriber.closed = true;
        }
        return undefined;
      }
      case 'send-to-agent':
        agents.get(effect.link)?.received.push(structuredClone(effect.message));
        return undefined;
      case 'close-link': {
        const agent = agents.get(effect.link);
        if (agent !== undefined) {
          agent.linkOpen = false;
        }
        return undefined;
      }
      case 'set-timer':
        timers.set(effect.timer, effect.at);
        return undefined;
      case 'clear-timer':
        timers.delete(effect.timer);
        return undefined;
      case 'persist':
        registry = structuredClone(effect.registry);
        return undefined;
    }
  }

  function answerPings(): void {
    for (const agent of agents.values()) {
      if (agent.linkOpen && agent.answersPings && agent.received.at(-1)?.type === 'PING') {
        step({ kind: 'agent-message', link: agent.link, message: { type: 'PONG' } });
      }
    }
  }

  const world: World = {
    get master() {
      return master;
    },
    get registry() {
      return registry;
    },
    now: 1_000_000,
    advance: (ms) => {
      const until = world.now + ms;
      for (;;) {
        answerPings();
        const [next] = [...timers].sort((left, right) => left[1] - right[1]);
        if (next === undefined || next[1] > until) {
          break;
        }
        timers.delete(next[0]);
        world.now = Math.max(world.now, next[1]);
        step({ kind: 'timer', timer: next[0] });
      }
      world.now = until;
    },
    submit: step,
    subscribe: ({ id, ...info } = {}, rest = {}) => {
      const stream = `stream-${++counter}` as StreamId;
      const frameworkInfo = {
        user: 'root',
        name: 'test',
        roles: ['*'],
        failover_timeout: 600,
        checkpoint: true,
        capabilities: partitionAware,
        ...info,
        ...(id === undefined ? {} : { id: { value: id } }),
      };
      const events: SchedulerEvent[] = [];
      const subscriber = { stream, events, closed: false, id: '' as FrameworkId };
      streams.set(stream, subscriber);
      step({
        kind: 'subscribe',
        stream,
        call: { type: 'SUBSCRIBE', subscribe: { framework_info: frameworkInfo, ...rest } },
      });
      const [first] = events;
      if (first?.type === 'SUBSCRIBED') {
        subscriber.id = first.subscribed.framework_id.value;
      }
      return subscriber;
    },
    call: (subscriber, call, stream = subscriber.stream) =>
      step({ kind: 'call', stream, call: { framework_id: { value: subscriber.id }, ...call } }),
    addAgent: (resources = wholeAgent, again, more = {}) => {
      const link = `link-${++counter}` as LinkId;
      const agent: FakeAgent = { link, id: '' as AgentId, received: [], linkOpen: true, answersPings: true };
      agents.set(link, agent);
      const description = { hostname: 'localhost', port: 5051, resources, attributes: [], ...more };
      const brings = again && {
        again: {
          agentId: again.id,
          frameworks: again.frameworks ?? [],
          tasks: again.tasks ?? [],
          ...(again.executors === undefined ? {} : { executors: again.executors }),
          ...(again.operations === undefined ? {} : { operations: again.operations }),
        },
      };
      world.send(agent, { type: 'REGISTER', agent: description, ...brings });
      const answer = agent.received.find((message) => message.type === 'REGISTERED');
      if (answer?.type === 'REGISTERED') {
        agent.id = answer.agentId;
      }
      return agent;
    },
    told,
    operate: (call) => step({ kind: 'operator', call }),
    send: (agent, message) => {
      step({ kind: 'agent-message', link: agent.link, message });
    },
    closeLink: (agent) => {
      agent.linkOpen = false;
      step({ kind: 'link-closed', link: agent.link });
    },
    restartMaster: () => {
      timers.clear();
      for (const subscriber of streams.values()) {
        subscriber.closed = true;
      }
      streams.clear();
      agents.clear();
      master = start();
      step({ kind: 'start' });
    },
  };
  step({ kind: 'start' });
  return world;
}

export function offersOf({ events }: Subscriber): Offer[] {
  return events.flatMap((event) => (event.type === 'OFFERS' ? (event.offers.offers ?? []) : []));
}

export function lastOffer(subscriber: Subscriber): Offer {
  const offer = offersOf(subscriber).at(-1);
  if (offer === undefined) {
    throw new Error('nothing was offered');
  }
  return offer;
}

export function statusesOf({ events }: Subscriber): TaskStatus[] {
  return events.flatMap((event) => (event.type === 'UPDATE' ? [event.update.status] : []));
}

export function typesOf({ events }: Subscriber): string[] {
  return events.map(({ type }) => type);
}

export function task(id: string, agentId: AgentId, cpus = 1, more: Partial<TaskInfo> = {}): TaskInfo {
  return {
    name: id,
    task_id: { value: id as TaskId },
    agent_id: { value: agentId },
    command: { value: 'sleep 300' },
    resources: [scalar('cpus', cpus), scalar('mem', 64)],
    ...more,
  };
}

export function launch(...tasks: TaskInfo[]): OfferOperation {
  return { type: 'LAUNCH', launch: { task_infos: tasks } };
}

export function accept(offerIds: readonly (OfferId | string)[], operations: OfferOperation[], refuseSeconds?: number) {
  return {
    type: 'ACCEPT' as const,
    accept: {
      offer_ids: offerIds.map((value) => ({ value })),
      operations,
      ...(refuseSeconds === undefined ? {} : { filters: { refuse_seconds: refuseSeconds } }),
    },
  };
}

/** Launches on the newest offer and returns the id of the agent. */
export function launchOn(world: World, subscriber: Subscriber, ids: readonly string[], cpus = 1): AgentId {
  const offer = lastOffer(subscriber);
  const agentId = offer.agent_id.value;
  world.call(subscriber, accept([offer.id.value], [launch(...ids.map((id) => task(id, agentId, cpus)))], 3600));
  return agentId;
}

export function uuidOf(name: string): string {
  return Buffer.from(name.padEnd(16, '.').slice(0, 16)).toString('base64');
}

/** As the agent would say it: with a uuid, so to be acknowledged. */
export function statusUpdate(
  subscriber: { readonly id: FrameworkId },
  agentId: AgentId,
  taskId: string,
  state: TaskState,
  latestState: TaskState = state,
): AgentToMaster & { type: 'STATUS_UPDATE' } {
  return {
    type: 'STATUS_UPDATE',
    frameworkId: subscriber.id,
    latestState,
    status: {
      task_id: { value: taskId as TaskId },
      state,
      source: 'SOURCE_EXECUTOR',
      agent_id: { value: agentId },
      uuid: uuidOf(`${taskId} ${state}`),
      container_status: { executor_pid: 7 },
    },
  };
}

export function acknowledge(agentId: AgentId, taskId: string, state: TaskState) {
  return {
    type: 'ACKNOWLEDGE' as const,
    acknowledge: { agent_id: { value: agentId }, task_id: { value: taskId }, uuid: uuidOf(`${taskId} ${state}`) },
  };
}

/** The agent says it, the framework acknowledges it. */
export function report(world: World, subscriber: Subscriber, agent: FakeAgent, taskId: string, state: TaskState): void {
  world.send(agent, statusUpdate(subscriber, agent.id, taskId, state));
  world.call(subscriber, acknowledge(agent.id, taskId, state));
}

export function brought(
  world: World,
  subscriber: Subscriber,
  agentId: AgentId,
  taskId: string,
  state: TaskState,
  latestState: TaskState = state,
): AgentTask {
  const known = world.master.state.frameworks.get(subscriber.id);
  const record = known?.tasks.get(taskId as TaskId) ?? known?.unreachableTasks.get(taskId as TaskId) ?? undefined;
  const { status } = statusUpdate(subscriber, agentId, taskId, state);
  const info = record?.info ?? {
    ...task(taskId, agentId),
    resources: allocated([scalar('cpus', 1), scalar('mem', 64)]),
  };
  return { frameworkId: subscriber.id, info, latestState, status };
}

export function allocated(resources: Resource[], role = '*'): Resource[] {
  return resources.map((resource) => ({ ...resource, allocation_info: { role } }));
}
