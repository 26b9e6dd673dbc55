/** Random histories for the model of a master: what schedulers, agents, networks and operators may do, in any order. */
import fc from 'fast-check';
import type { ExecutorId } from '../../../src/mesos-api-client/protocol/ids.ts';
import type { ExecutorInfo, OfferOperation, TaskInfo } from '../../../src/mesos-api-client/protocol/mesos.ts';
import {
  accept,
  acknowledge,
  brought,
  createWorld,
  type FakeAgent,
  launch,
  ports,
  type Subscriber,
  scalar,
  statusUpdate,
  task,
  type World,
} from './master-world.ts';

export type Move =
  | {
      readonly kind: 'launch';
      readonly offer: number;
      readonly cpus: number;
      readonly count: number;
      /** Several tasks on one executor, one by one or as a group. */
      readonly executor: number | undefined;
      readonly isGroup: boolean;
    }
  | { readonly kind: 'executor-exits'; readonly executor: number }
  | { readonly kind: 'accept-many'; readonly framework: number; readonly count: number }
  | { readonly kind: 'decline'; readonly framework: number; readonly offer: number; readonly seconds: number }
  | { readonly kind: 'steal'; readonly framework: number; readonly offer: number }
  | { readonly kind: 'update'; readonly task: number; readonly state: 'TASK_RUNNING' | 'TASK_FINISHED' | 'TASK_FAILED' }
  | { readonly kind: 'acknowledge'; readonly task: number }
  | { readonly kind: 'cut' | 'return' | 'pause'; readonly agent: number }
  | { readonly kind: 'disconnect' | 'resubscribe' | 'suppress' | 'revive' | 'teardown'; readonly framework: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | {
      readonly kind: 'quota';
      readonly role: 'a' | 'b';
      readonly guaranteed: number;
      readonly limit: number | undefined;
    }
  | { readonly kind: 'weight'; readonly role: 'a' | 'b'; readonly weight: number }
  | {
      readonly kind: 'reserve' | 'unreserve';
      readonly offer: number;
      readonly cpus: number;
      readonly byOperator: boolean;
    }
  | { readonly kind: 'restart' };

const small = fc.nat({ max: 7 });
export const moves: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('launch' as const),
      offer: small,
      cpus: fc.constantFrom(0, 0.1, 0.3, 1, 2.5, 9),
      count: fc.nat({ max: 3 }),
      executor: fc.constantFrom(undefined, undefined, 0, 1),
      isGroup: fc.boolean(),
    }),
  },
  fc.record({ kind: fc.constant('executor-exits' as const), executor: small }),
  fc.record({ kind: fc.constant('accept-many' as const), framework: small, count: fc.nat({ max: 4 }) }),
  fc.record({
    kind: fc.constant('decline' as const),
    framework: small,
    offer: small,
    seconds: fc.constantFrom(0, 1, 5, 3600),
  }),
  fc.record({ kind: fc.constant('steal' as const), framework: small, offer: small }),
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('update' as const),
      task: small,
      state: fc.constantFrom('TASK_RUNNING' as const, 'TASK_FINISHED' as const, 'TASK_FAILED' as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('acknowledge' as const), task: small }) },
  fc.record({ kind: fc.constantFrom('cut' as const, 'return' as const, 'pause' as const), agent: small }),
  fc.record({
    kind: fc.constantFrom(
      'disconnect' as const,
      'resubscribe' as const,
      'suppress' as const,
      'revive' as const,
      'teardown' as const,
    ),
    framework: small,
  }),
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(100, 1000, 5000, 90_000) }),
  },
  fc.record({
    kind: fc.constant('quota' as const),
    role: fc.constantFrom('a' as const, 'b' as const),
    guaranteed: fc.constantFrom(0, 0, 1, 2.2),
    limit: fc.constantFrom(undefined, 0, 2.5, 5),
  }),
  fc.record({
    kind: fc.constant('weight' as const),
    role: fc.constantFrom('a' as const, 'b' as const),
    weight: fc.constantFrom(0.5, 1, 3),
  }),
  fc.record({
    kind: fc.constantFrom('reserve' as const, 'unreserve' as const),
    offer: small,
    cpus: fc.constantFrom(0.3, 1, 2.5),
    byOperator: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('restart' as const) }),
);

const agentResources = [scalar('cpus', 3.3), scalar('mem', 1024), scalar('disk', 20), ports(31000, 31010)];

export function createPlayer(): { readonly world: World; play(move: Move): void } {
  const world = createWorld();
  const agents = Array.from({ length: 3 }, () => world.addAgent(agentResources));
  const subscribers = [world.subscribe({ roles: ['a', 'b'] }), world.subscribe({ roles: ['a'], failover_timeout: 60 })];
  let launched = 0;

  const pick = <Item>(items: readonly Item[], index: number) =>
    items.length === 0 ? undefined : items[index % items.length];
  const offersHeld = (subscriber: Subscriber | undefined) => [
    ...(world.master.state.frameworks.get(subscriber?.id as never)?.offers.values() ?? []),
  ];
  const tasks = () => [...world.master.state.frameworks.values()].flatMap(({ tasks }) => [...tasks.values()]);
  const agentOf = (id: string) => agents.find((agent) => agent.id === id);

  function launchSome(move: Move & { kind: 'launch' }): void {
    const offer = pick([...world.master.state.offers.values()], move.offer);
    const subscriber = subscribers.find(({ id }) => id === offer?.frameworkId);
    if (subscriber === undefined || offer === undefined) {
      return;
    }
    const infos = Array.from({ length: move.count }, () => {
      const port = 31000 + (launched % 11);
      const resources = [scalar('cpus', move.cpus), scalar('mem', 10), ports(port, port)];
      return task(`t${launched++}`, offer.agentId, 1, { resources });
    });
    world.call(subscriber, accept([offer.id], [operationOf(move, infos, subscriber)], 0));
  }

  function executorExits(move: Move & { kind: 'executor-exits' }): void {
    const all = [...world.master.state.agents.values()].flatMap(({ executors }) => [...executors.values()]);
    const executor = pick(all, move.executor);
    const agent = executor && agentOf(executor.agentId);
    if (executor !== undefined && agent !== undefined) {
      const { frameworkId, id } = executor;
      world.send(agent, { type: 'EXECUTOR_EXITED', frameworkId, executorId: id, status: 0 });
    }
  }

  function comeBack(agent: FakeAgent, index: number): void {
    const mine = tasks().filter(({ agentId, state }) => agentId === agent.id && state !== 'TASK_STAGING');
    const bring = mine.map(({ frameworkId, id, state }) =>
      brought(world, { id: frameworkId } as never, agent.id, id, state),
    );
    const infos = [...world.master.state.frameworks.values()].map(({ info }) => info);
    const known = world.master.state.agents.get(agent.id)?.executors.values() ?? [];
    const executors = [...known].map(({ frameworkId, info }) => ({ frameworkId, info }));
    agents[index] = world.addAgent(agentResources, { id: agent.id, tasks: bring, frameworks: infos, executors });
  }

  function playAgent(move: Move & { kind: 'cut' | 'return' | 'pause' }): void {
    const index = move.agent % agents.length;
    const agent = agents[index];
    if (agent === undefined) {
      return;
    }
    if (move.kind === 'cut' && agent.linkOpen) {
      world.closeLink(agent);
    } else if (move.kind === 'pause') {
      agent.answersPings = false;
    } else if (move.kind === 'return') {
      comeBack(agent, index);
    }
  }

  function playFramework(move: Move & { framework: number }): void {
    const index = move.framework % subscribers.length;
    const subscriber = subscribers[index];
    if (subscriber === undefined) {
      return;
    }
    switch (move.kind) {
      case 'accept-many': {
        const offers = offersHeld(subscriber).slice(0, move.count);
        const agentId = offers[0]?.agentId ?? ('none' as never);
        return void world.call(
          subscriber,
          accept(
            offers.map(({ id }) => id),
            [launch(task(`t${launched++}`, agentId, 0.5))],
            1,
          ),
        );
      }
      case 'decline': {
        const ids = offersHeld(subscriber)
          .slice(0, 1 + (move.offer % 2))
          .map(({ id }) => ({ value: id }));
        const filters = { refuse_seconds: move.seconds };
        world.call(subscriber, { type: 'DECLINE', decline: { offer_ids: ids, filters } });
        return;
      }
      case 'steal': {
        const offer = pick([...world.master.state.offers.values()], move.offer);
        return void (
          offer && world.call(subscriber, accept([offer.id], [launch(task(`t${launched++}`, offer.agentId))]))
        );
      }
      case 'disconnect':
        world.submit({ kind: 'stream-closed', stream: subscriber.stream });
        return;
      case 'resubscribe': {
        const again = world.subscribe({
          id: subscriber.id,
          roles: index === 0 ? ['a', 'b'] : ['a'],
          failover_timeout: 60,
        });
        subscribers[index] = again.id === '' ? world.subscribe({ roles: ['a'], failover_timeout: 60 }) : again;
        return;
      }
      case 'suppress':
        world.call(subscriber, { type: 'SUPPRESS' });
        return;
      case 'revive':
        world.call(subscriber, { type: 'REVIVE' });
        return;
      case 'teardown':
        world.call(subscriber, { type: 'TEARDOWN' });
        return;
    }
  }

  function play(move: Move): void {
    if ('framework' in move) {
      playFramework(move);
      return;
    }
    if ('agent' in move) {
      playAgent(move);
      return;
    }
    if (move.kind === 'quota' || move.kind === 'weight') {
      operate(world, move);
      return;
    }
    if ('byOperator' in move) {
      convert(world, subscribers, move);
      return;
    }
    if (move.kind === 'launch') {
      launchSome(move);
      return;
    }
    if (move.kind === 'executor-exits') {
      executorExits(move);
      return;
    }
    if (move.kind === 'wait') {
      world.advance(move.ms);
      return;
    }
    if (move.kind === 'restart') {
      const ids = subscribers.map(({ id }) => id);
      world.restartMaster();
      ids.forEach((id, index) => {
        subscribers[index] = world.subscribe({ id, roles: ['a'], failover_timeout: 60 });
      });
      agents.forEach(comeBack);
      return;
    }
    const known = pick(tasks(), move.task);
    const agent = known && agentOf(known.agentId);
    const owner = known && subscribers.find(({ id }) => id === known.frameworkId);
    if (known === undefined || agent === undefined || owner === undefined) {
      return;
    }
    if (move.kind === 'update') {
      world.send(agent, statusUpdate(owner, agent.id, known.id, move.state));
    } else if (known.update !== undefined) {
      world.call(owner, acknowledge(agent.id, known.id, known.update.state));
    }
  }

  return { world, play };
}

function operationOf(move: Move & { kind: 'launch' }, tasks: TaskInfo[], { id }: Subscriber): OfferOperation {
  if (move.executor === undefined) {
    return launch(...tasks);
  }
  const executor: ExecutorInfo = {
    executor_id: { value: `e${move.executor}` as ExecutorId },
    framework_id: { value: id },
    type: move.isGroup ? 'DEFAULT' : 'CUSTOM',
    resources: [scalar('cpus', 0.2), scalar('mem', 32), scalar('disk', 1)],
  };
  if (move.isGroup) {
    return { type: 'LAUNCH_GROUP', launch_group: { executor, task_group: { tasks } } };
  }
  const custom = { ...executor, command: { value: 'run' } };
  return launch(...tasks.map(({ command: _command, ...rest }) => ({ ...rest, executor: custom })));
}

function operate(world: World, move: Move & { kind: 'quota' | 'weight' }): void {
  const { role } = move;
  if (move.kind === 'weight') {
    world.operate({ type: 'UPDATE_WEIGHTS', update_weights: { weight_infos: [{ role, weight: move.weight }] } });
    return;
  }
  const cpus = (value: number | undefined) =>
    ({ ...(value === undefined ? {} : { cpus: { value } }) }) as Record<string, { value: number }>;
  const guarantees = cpus(move.guaranteed === 0 ? undefined : move.guaranteed);
  const limits = cpus(move.limit === undefined ? undefined : Math.max(move.limit, move.guaranteed));
  world.operate({ type: 'UPDATE_QUOTA', update_quota: { force: true, quota_configs: [{ role, guarantees, limits }] } });
}

function convert(
  world: World,
  subscribers: readonly Subscriber[],
  move: Move & { kind: 'reserve' | 'unreserve' },
): void {
  const offers = [...world.master.state.offers.values()];
  const offer = offers[move.offer % Math.max(1, offers.length)];
  const subscriber = subscribers.find(({ id }) => id === offer?.frameworkId);
  if (offer === undefined || subscriber === undefined) {
    return;
  }
  const resources = [
    { ...scalar('cpus', move.cpus), reservations: [{ type: 'DYNAMIC' as const, role: offer.role, principal: 'p' }] },
  ];
  const agent_id = { value: offer.agentId };
  if (!move.byOperator) {
    const id = { value: 'an operation' as never };
    const operation =
      move.kind === 'reserve'
        ? ({ type: 'RESERVE', reserve: { resources }, id } as const)
        : ({ type: 'UNRESERVE', unreserve: { resources }, id } as const);
    world.call(subscriber, accept([offer.id], [operation], 0));
  } else if (move.kind === 'reserve') {
    world.operate({ type: 'RESERVE_RESOURCES', reserve_resources: { agent_id, resources } });
  } else {
    world.operate({ type: 'UNRESERVE_RESOURCES', unreserve_resources: { agent_id, resources } });
  }
}
