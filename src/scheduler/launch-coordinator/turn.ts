/**
 * What one turn places on the offers held: requests are matched, perhaps several times, launches recorded, and at the end
 * one ACCEPT leaves for all that was placed at an agent for a role.
 */
import _ from 'lodash';
import type { AgentId } from '../../mesos-api-client/protocol/ids.ts';
import type { FrameBuilder } from '../frame-builder.ts';
import type { GroupName, Placement, TaskRecord } from '../model/task.ts';
import { acceptCall } from './accept-call.ts';
import { nextPortsAfter } from './next-ports.ts';
import type { OfferDesk } from './offer-desk.ts';
import type { Demand } from './offer-flow.ts';
import type { PlaceKeeper } from './place-keeper.ts';
import { type Placed, Placing, type Pot, potOf } from './placing.ts';
import type { RunningTasks } from './running-tasks.ts';
import type { WaitingTasks } from './waiting-tasks.ts';

/** Records the intent to launch, before the ACCEPT leaves. */
export interface Launches {
  launched(frame: FrameBuilder, record: TaskRecord, placement: Placement): void;
}

/** The tasks that are at an agent, as far as we know. */
export interface LaunchedTasks {
  launched(): readonly TaskRecord[];
  /** All that is remembered of the group, ended ones too. */
  ofGroup(group: GroupName): readonly TaskRecord[];
}

interface Parts {
  readonly launches: Launches;
  readonly waiting: WaitingTasks;
  readonly desk: OfferDesk;
  readonly places: PlaceKeeper;
}

export class Turn {
  readonly #launches: Launches;
  readonly #waiting: WaitingTasks;
  readonly #desk: OfferDesk;
  readonly #places: PlaceKeeper;
  readonly #nextPorts: Map<AgentId, number>;
  /** What the offers held come to, and what was placed on them. */
  #pots: readonly Pot[] = [];

  constructor({ launches, waiting, desk, places }: Parts, records: readonly TaskRecord[]) {
    this.#launches = launches;
    this.#waiting = waiting;
    this.#desk = desk;
    this.#places = places;
    this.#nextPorts = nextPortsAfter(records);
  }

  /** Some launches have not left yet. */
  get hasPlaced(): boolean {
    return this.#pots.some(({ placed }) => placed.length > 0);
  }

  /** The offers are gone, and what was placed on them with them. */
  forget(): void {
    this.#pots = [];
  }

  /** Answers whether there was anything to match. */
  match(frame: FrameBuilder, running: RunningTasks): boolean {
    const requests = this.#waiting.requests(frame.at, running);
    if (requests.length === 0 || this.#desk.held === 0) {
      return false;
    }
    this.#pots = this.#presentPots();
    const before = new Set(this.#pots.flatMap(({ placed }) => placed));
    const keeper = this.#places.keeper(frame, this.#waiting.records(), running);
    new Placing(this.#pots, running, this.#nextPorts, keeper).place(requests);
    for (const pot of this.#pots) {
      for (const placed of pot.placed) {
        if (!before.has(placed)) {
          pot.before.push(...this.#places.taken(frame, placed, pot.pool, keeper.claims));
          this.#launch(frame, pot, placed);
        }
      }
    }
    this.#desk.agents.left(
      frame.at,
      this.#pots.map(({ pool, free }) => ({ ...pool, free })),
    );
    return true;
  }

  /** What was kept at agents for tasks that are not to come again. */
  giveUpPlaces(frame: FrameBuilder): void {
    if (this.#desk.held > 0) {
      this.#pots = this.#presentPots();
      for (const pot of this.#pots) {
        pot.after.push(...this.#places.giveUps(frame, pot.pool));
      }
    }
  }

  /** One ACCEPT for all offers of an agent and role. */
  accept(frame: FrameBuilder, demand: Demand): void {
    const used = this.#pots.filter(({ placed, after }) => placed.length + after.length > 0);
    this.#pots = [];
    for (const pot of used) {
      const tasks = pot.placed.map(({ request }) => request.spec.taskId);
      frame.call(acceptCall(pot, this.#desk.use(frame.at, pot.pool, tasks, demand)));
    }
  }

  /** Those of this turn go on being used. */
  #presentPots(): readonly Pot[] {
    const known = new Map(this.#pots.map((pot) => [pot.pool.offerIds.join(), pot]));
    return this.#desk.pools().map((pool) => known.get(pool.offerIds.join()) ?? potOf(pool));
  }

  #launch(frame: FrameBuilder, { pool }: Pot, { request, ports, sets }: Placed): void {
    const record = this.#waiting.delete(request.spec.taskId);
    if (record === undefined) {
      return;
    }
    const { agentId, hostname, offerIds, attributes, domain } = pool;
    const { taskId, group, part } = record.spec;
    this.#launches.launched(frame, record, {
      agentId,
      hostname,
      ports,
      launchedAt: frame.at,
      ...(_.isEmpty(attributes) ? {} : { attributes }),
      ...(domain === undefined ? {} : { domain }),
      ...(sets && { sets }),
    });
    const waitedMs = frame.at - record.requestedAt;
    frame.fact({ kind: 'task.launched', taskId, group, part, agentId, hostname, ports, offerIds, waitedMs });
  }
}
