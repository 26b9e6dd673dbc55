/**
 * The one queue and the one writer. Whatever happens is queued; a turn takes all that waits, and what comes of it is
 * carried out in this order: persist (one commit), calls to Mesos, timers, what the plan wants of Flink, facts, and
 * last the answers to those who asked. A commit that fails ends the loop: the core has already moved on.
 */
import type { DriverAnswer } from '../flink/driver/sessions.ts';
import type { Clusters } from '../flink/plan/clusters.ts';
import type { ClusterName } from '../flink/plan/records.ts';
import type { FlinkRest } from '../flink/rest/flink-rest.ts';
import type { ActFact } from '../lib/act-fact.ts';
import { Problem } from '../lib/problem.ts';
import type { SchedulerClient } from '../mesos-api-client/scheduler-client.ts';
import type { MasterAddress } from '../scheduler/model/master.ts';
import type { Scheduler } from '../scheduler/model/scheduler.ts';
import { timerKey } from '../scheduler/model/timer.ts';
import type { Store } from '../store/store.ts';
import { type Clock, monotone, systemClock } from './clock.ts';
import { createFactLog, type FactLog } from './facts.ts';
import { createFlinkActions, type FlinkActions } from './flink-actions.ts';
import { createFlinkWatch, type FlinkWatch } from './flink-watch.ts';
import { lastWord } from './leftovers.ts';
import { followMasters, type MasterSource } from './masters.ts';
import { createMesosConnection, type MesosConnection } from './mesos-connection.ts';
import { lookEveryMs } from './pace.ts';
import type { QueueItem, Settle } from './queue.ts';
import type { Runtime } from './runtime.ts';
import { createTimers, type Timers } from './timers.ts';
import { groupOf, type TurnEffects, takeTurn } from './turn.ts';
import { systemPace, type TurnPace } from './turn-pace.ts';

export interface RuntimeParts {
  readonly scheduler: Scheduler;
  readonly clusters: Clusters;
  readonly store: Store;
  readonly client: SchedulerClient;
  readonly flinkRest: Omit<FlinkRest, 'close'>;
  readonly artifacts: { path(digest: string): string | undefined };
  readonly masters: readonly MasterAddress[] | MasterSource;
  readonly clock?: Clock;
  readonly pace?: TurnPace;
  readonly factsKept?: number;
  /** The service is to end; nothing is registered before that. */
  readonly uninstall?: boolean;
}

const FACTS_KEPT = 5000;

/** Events of the master's stream stay in the socket while so many inputs wait for their turn. */
const QUEUE_LIMIT = 2000;

export async function startRuntime(parts: RuntimeParts): Promise<Runtime> {
  const loop = new Loop(parts);
  loop.start();
  return runtimeOf(loop, parts);
}

function runtimeOf(loop: Loop, { scheduler, clusters }: RuntimeParts): Runtime {
  return {
    submit: (command) => loop.ask({ kind: 'cluster', input: { kind: 'command', command } }),
    driver: async (cluster, call) => {
      let given: DriverAnswer | undefined;
      const answer = (answer: DriverAnswer): void => {
        given = answer;
      };
      await loop.ask({ kind: 'driver', cluster, call, answer });
      if (given === undefined) throw new Problem('INTERNAL', 'a call of a driver was not answered');
      return given;
    },
    onClusterChange: (listener) => {
      loop.clusterListeners.add(listener);
      return () => loop.clusterListeners.delete(listener);
    },
    uninstall: () => loop.ask({ kind: 'uninstall' }),
    restartTask: (taskId, reason, { elsewhere = false } = {}) =>
      loop.ask({ kind: 'restart', taskId, reason, elsewhere }),
    putRecords: (writes) => loop.ask({ kind: 'records', writes }),
    clusters: () => clusters.records(),
    cluster: (name) => clusters.record(name),
    clusterStatus: (name) => clusters.status(name, scheduler.tasksOf(groupOf(name))),
    observation: (name) => clusters.observation(name),
    tasks: () => scheduler.tasks(),
    tasksOf: (name) => scheduler.tasksOf(groupOf(name)),
    task: (taskId) => scheduler.task(taskId),
    whyWaiting: (taskId) => scheduler.whyWaiting(taskId),
    why: (taskId) => scheduler.why(taskId),
    whyAll: () => scheduler.whyAll(),
    offerRounds: () => scheduler.offerRounds(),
    agents: () => scheduler.agents(),
    scheduler: () => scheduler.view(),
    onFact: (listener) => loop.facts.listen(listener),
    note: (fact) => loop.note(fact),
    facts: (after, limit) => loop.facts.since(after, limit),
    ended: loop.ended.promise,
    stop: () => loop.stop(),
  };
}

/** Distributes over the kinds of items, as Omit alone would not. */
type Wish<T> = T extends unknown ? Omit<T, 'at' | 'settle'> : never;

class Loop {
  readonly facts: FactLog;
  readonly clusterListeners = new Set<(cluster: ClusterName) => void>();
  readonly ended = Promise.withResolvers<Problem | undefined>();
  readonly #parts: RuntimeParts;
  readonly #clock: Clock;
  readonly #pace: TurnPace;
  readonly #timers: Timers;
  readonly #connection: MesosConnection;
  readonly #watch: FlinkWatch;
  readonly #actions: FlinkActions;
  #queue: QueueItem[] = [];
  #room = Promise.withResolvers<void>();
  #turning: Promise<void> | undefined;
  #unfollow: () => Promise<void> = () => Promise.resolve();
  #over = false;
  #cause: Problem | undefined;

  constructor(parts: RuntimeParts) {
    this.#parts = parts;
    this.#clock = monotone(parts.clock ?? systemClock);
    // Numbered from the time of the start: so numbers grow across restarts, and a reader never mistakes a new fact for an old one.
    this.facts = createFactLog(this.#clock.now(), parts.factsKept ?? FACTS_KEPT);
    this.#pace = parts.pace ?? systemPace();
    this.#timers = createTimers(this.#clock);
    this.#connection = createMesosConnection({
      client: parts.client,
      report: (input) => this.#push({ kind: 'core', input }),
      room: () => this.#hasRoom(),
      defect: (error) => this.#end(defect(error)),
    });
    this.#watch = createFlinkWatch({
      clock: this.#clock,
      rest: parts.flinkRest,
      report: (observation) => this.#push({ kind: 'cluster', input: { kind: 'observation', observation } }),
    });
    this.#actions = createFlinkActions({
      clock: this.#clock,
      rest: parts.flinkRest,
      artifacts: parts.artifacts,
      report: (outcome) => this.#push({ kind: 'cluster', input: { kind: 'outcome', outcome } }),
    });
  }

  start(): void {
    if (this.#parts.uninstall === true) this.#push({ kind: 'uninstall' });
    for (const { name } of this.#parts.clusters.records()) this.#push({ kind: 'plan', cluster: name });
    this.#unfollow = followMasters(this.#parts.masters, (masters, why) =>
      this.#push({ kind: 'core', input: { kind: 'masters', masters, ...(why !== undefined && { why }) } }),
    );
    this.#push({ kind: 'core', input: { kind: 'leadership', leading: true } });
  }

  /** Resolves when the effect is durable and has been told. */
  ask(wish: Wish<QueueItem>): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#push(wish, (problem) => (problem === undefined ? resolve() : reject(problem)));
    return promise;
  }

  async stop(): Promise<void> {
    const turning = this.#turning;
    this.#end(undefined);
    await turning;
    await this.#unfollow();
  }

  #push(wish: Wish<QueueItem>, settle?: Settle): void {
    if (this.#over) {
      settle?.(stopping());
      return;
    }
    this.#queue.push({ ...wish, at: this.#clock.now(), ...(settle && { settle }) } as QueueItem);
    this.#awake();
  }

  #awake(): void {
    if (this.#turning !== undefined || this.#over) return;
    this.#turning = this.#pace.ready().then(async () => {
      await this.#turn();
      this.#pace.turned();
      this.#turning = undefined;
      if (this.#queue.length > 0) this.#awake();
    });
  }

  #hasRoom(): Promise<void> {
    return this.#queue.length < QUEUE_LIMIT || this.#over ? Promise.resolve() : this.#room.promise;
  }

  /** Never rejects. */
  async #turn(): Promise<void> {
    if (this.#over) return;
    const items = this.#queue;
    this.#queue = [];
    this.#room.resolve();
    this.#room = Promise.withResolvers();
    const problem = await this.#take(items);
    if (problem !== undefined) {
      for (const item of items) item.settle?.(problem);
      this.#end(problem);
    }
  }

  note(fact: ActFact): void {
    this.facts.publish(this.#clock.now(), [fact]);
  }

  /** The problem that ends the loop before the answers were given, if there is one. */
  async #take(items: readonly QueueItem[]): Promise<Problem | undefined> {
    const now = this.#clock.now();
    try {
      const effects = takeTurn(items, this.#parts, now);
      const failed = await this.#persist(effects);
      if (failed !== undefined) return failed;
      if (!this.#over) this.#carryOut(effects);
      this.facts.publish(now, effects.facts);
      this.#tellOfClusters(effects);
      for (const item of items) item.settle?.(effects.refused.get(item));
      if (effects.stop !== undefined) this.#end(new Problem(effects.stop.code, effects.stop.message));
      return undefined;
    } catch (error) {
      return defect(error);
    }
  }

  #tellOfClusters({ persist }: TurnEffects): void {
    for (const { collection, key } of persist) {
      if (collection !== 'clusters') continue;
      for (const listener of this.clusterListeners) listener(key as ClusterName);
    }
  }

  /**
   * Before anything is said to Mesos as well: who was deposed without noticing learns it here. Otherwise it could take the
   * subscription from its successor, and kill as orphans what that one has launched.
   */
  async #persist({ persist, calls, facts }: TurnEffects): Promise<Problem | undefined> {
    if (persist.length === 0 && calls.length === 0) return undefined;
    const { store } = this.#parts;
    try {
      const over = facts.some(({ kind }) => kind === 'uninstall.finished');
      await store.commit(over ? await lastWord(store, persist) : persist);
      return undefined;
    } catch (error) {
      if (error instanceof Problem) return error;
      const why = error instanceof Error ? error.message : String(error);
      return new Problem('PERSIST_FAILED', `the store did not take ${persist.length} records: ${why}`, {
        cause: error,
      });
    }
  }

  #carryOut(effects: TurnEffects): void {
    for (const call of effects.calls) this.#connection.perform(call);
    this.#setTimers(effects);
    for (const action of effects.actions) this.#actions.perform(action);
    this.#watch.follow(this.#targets());
  }

  #setTimers({ timers, wakes }: TurnEffects): void {
    for (const change of timers) {
      const { timer } = change;
      const key = `core/${timerKey(timer)}`;
      if (change.kind === 'clear') this.#timers.clear(key);
      else this.#timers.set(key, change.at, () => this.#push({ kind: 'core', input: { kind: 'timer', timer } }));
    }
    for (const [cluster, at] of wakes) {
      const key = `plan/${cluster}`;
      if (at === undefined) this.#timers.clear(key);
      else this.#timers.set(key, at, () => this.#push({ kind: 'plan', cluster }));
    }
  }

  #targets() {
    const { clusters, scheduler } = this.#parts;
    return clusters
      .targets((cluster) => scheduler.tasksOf(groupOf(cluster)))
      .flatMap((target) => {
        const record = clusters.record(target.cluster);
        if (record === undefined) return [];
        return [{ ...target, everyMs: lookEveryMs(record, clusters.observation(target.cluster)) }];
      });
  }

  /** The first problem counts, one of the last commit after stop() as well. */
  #end(problem: Problem | undefined): void {
    this.#cause ??= problem;
    if (this.#over) return;
    this.#over = true;
    this.#timers.clearAll();
    this.#connection.close();
    this.#watch.stop();
    this.#room.resolve();
    for (const item of this.#queue.splice(0)) item.settle?.(problem ?? stopping());
    const lastTurn = this.#turning ?? Promise.resolve();
    void lastTurn.then(() => this.ended.resolve(this.#cause));
  }
}

function stopping(): Problem {
  return new Problem('NOT_READY', 'the scheduler is stopping');
}

function defect(error: unknown): Problem {
  const why = error instanceof Error ? error.message : String(error);
  return new Problem('INTERNAL', `the scheduler met a state that it has no answer to: ${why}`, { cause: error });
}
