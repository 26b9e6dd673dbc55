/**
 * Brings what waits together with what is offered: launches at the first full fit, in the turn in which the offer or the
 * request came, and gives the rest back at once. An offer is held only while somebody has a reason to wait for a better
 * one: a task that would rather go back to its old agent, or the first answers after a subscription.
 */
import _ from 'lodash';
import type { EpochMs } from '../../lib/brand.ts';
import type { AgentId, OfferId, TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { Offer, TaskInfo } from '../../mesos-api-client/protocol/mesos.ts';
import type { FrameBuilder } from '../frame-builder.ts';
import type { Placement, TaskRecord } from '../model/task.ts';
import { offersWorthHolding } from './holding.ts';
import { type Match, match, type Request } from './matching/match.ts';
import type { Pool } from './matching/pool.ts';
import { OfferFlow, refuseSeconds } from './offer-flow.ts';
import { OfferShelf, offerSummary } from './offer-shelf.ts';
import { taskInfo } from './task-info.ts';
import { WaitingTasks } from './waiting-tasks.ts';

/** Records the intent to launch, before the ACCEPT leaves. */
export interface Launches {
  launched(frame: FrameBuilder, record: TaskRecord, placement: Placement): void;
}

export class LaunchCoordinator {
  readonly #launches: Launches;
  readonly #waiting: WaitingTasks;
  readonly #flow: OfferFlow;
  readonly #shelf = new OfferShelf();
  /** Where the next choice of ports begins at each agent. */
  #nextPorts: ReadonlyMap<AgentId, number>;
  #connected = false;
  #mayLaunch = false;
  /** Something changed since the last look: nothing is matched twice in vain. */
  #stale = false;
  #wakeAt: EpochMs | undefined;

  constructor(roles: readonly string[], records: readonly TaskRecord[], launches: Launches) {
    this.#launches = launches;
    this.#waiting = new WaitingTasks(records);
    this.#flow = new OfferFlow(roles);
    this.#nextPorts = nextPortsAfter(records);
  }

  get offersHeld(): number {
    return this.#shelf.size;
  }

  get tasksWaiting(): number {
    return this.#waiting.size;
  }

  rolesToSuppress(): string[] {
    return this.#flow.rolesToSuppress(this.#waiting.size);
  }

  connected(): void {
    this.#connected = true;
    this.#stale = true;
  }

  disconnected(frame: FrameBuilder): void {
    this.#connected = false;
    this.#mayLaunch = false;
    this.#shelf.clear();
    this.#wake(frame, undefined);
  }

  request(frame: FrameBuilder, record: TaskRecord): void {
    const { taskId, group, part } = record.spec;
    this.#waiting.add(record);
    this.#flow.requested();
    this.#stale = true;
    frame.fact({ kind: 'task.requested', taskId, group, part });
  }

  withdraw(taskId: TaskId): void {
    this.#waiting.delete(taskId);
    this.#stale = true;
  }

  offers(frame: FrameBuilder, offers: readonly Offer[]): void {
    for (const offer of offers) {
      this.#shelf.put(offer);
      frame.fact({ kind: 'offer.received', offer: offerSummary(offer) });
    }
    this.#stale = true;
  }

  rescind(frame: FrameBuilder, offerId: OfferId): void {
    const known = this.#shelf.take(offerId) !== undefined;
    frame.fact({ kind: 'offer.rescinded', offerId, known });
  }

  agentFailed(agentId: AgentId): void {
    this.#shelf.forget(agentId);
  }

  /** The master took an ACCEPT for wrong: it still counts these offers as ours. */
  giveBack(frame: FrameBuilder, offerIds: readonly OfferId[]): void {
    this.#decline(frame, offerIds);
  }

  /** Somebody's wait for a better offer is over. */
  timer(): void {
    this.#wakeAt = undefined;
    this.#stale = true;
  }

  /** The last thing in every turn: matches if anything changed, gives back what is not needed, tells the master. */
  settle(frame: FrameBuilder, mayLaunch: boolean): void {
    if (!this.#connected) {
      return;
    }
    this.#stale ||= mayLaunch !== this.#mayLaunch;
    this.#mayLaunch = mayLaunch;
    if (this.#stale) {
      this.#stale = false;
      if (mayLaunch) {
        this.#match(frame);
      }
      this.#giveBackUnneeded(frame);
      this.#wake(frame, this.#waiting.nextExpiry(frame.at));
    }
    this.#flow.adjust(frame, this.#waiting.size);
  }

  /** Undefined for a task that does not wait. */
  whyWaiting(taskId: TaskId): string | undefined {
    if (!this.#waiting.has(taskId)) {
      return undefined;
    }
    if (!this.#connected) {
      return 'no Mesos master is connected';
    }
    return this.#mayLaunch
      ? this.#waiting.why(taskId)
      : 'the master is first asked what became of the tasks launched before';
  }

  #match(frame: FrameBuilder): void {
    const requests = this.#waiting.requests(frame.at);
    if (requests.length === 0 || this.#shelf.size === 0) {
      return;
    }
    const { matches, left, nextPorts } = match(requests, this.#shelf.pools(), this.#nextPorts);
    this.#nextPorts = nextPorts;
    this.#shelf.remember(left);
    const stillWaiting = requests.length - matches.length;
    for (const [pool, together] of Map.groupBy(matches, ({ pool }) => pool)) {
      this.#accept(frame, pool, together, refuseSeconds(stillWaiting));
    }
    this.#waiting.explain(frame, this.#shelf.seen());
  }

  /** All offers of one agent and role in one call; what the tasks leave of them is refused with it. */
  #accept(frame: FrameBuilder, pool: Pool, matches: readonly Match[], refuse_seconds: number): void {
    const task_infos = matches.flatMap((match) => this.#launch(frame, pool, match));
    for (const offerId of pool.offerIds) {
      this.#shelf.take(offerId);
    }
    this.#flow.refused();
    frame.call({
      type: 'ACCEPT',
      accept: {
        offer_ids: pool.offerIds.map((value) => ({ value })),
        operations: [{ type: 'LAUNCH', launch: { task_infos } }],
        filters: { refuse_seconds },
      },
    });
  }

  #launch(frame: FrameBuilder, pool: Pool, { taskId, ports, resources }: Match): TaskInfo[] {
    const record = this.#waiting.delete(taskId);
    if (record === undefined) {
      return [];
    }
    const { agentId, hostname, offerIds } = pool;
    const { group, part } = record.spec;
    const placement = { agentId, hostname, ports, launchedAt: frame.at };
    this.#launches.launched(frame, record, placement);
    const waitedMs = frame.at - record.requestedAt;
    frame.fact({ kind: 'task.launched', taskId, group, part, agentId, hostname, ports, offerIds, waitedMs });
    return [taskInfo(record.spec, placement, resources)];
  }

  #giveBackUnneeded(frame: FrameBuilder): void {
    const unneeded = this.#unneeded(this.#waiting.requests(frame.at));
    if (unneeded.length === 0) {
      return;
    }
    const refuseMs = refuseSeconds(this.#waiting.size) * 1000;
    const why = this.#waiting.size === 0 ? 'no task waits' : 'no task that waits fits';
    for (const { id, agent_id } of unneeded) {
      this.#shelf.take(id.value);
      frame.fact({ kind: 'offer.declined', offerId: id.value, agentId: agent_id.value, why, refuseMs });
    }
    this.#decline(
      frame,
      unneeded.map((offer) => offer.id.value),
    );
  }

  #unneeded(requests: readonly Request[]): readonly Offer[] {
    if (requests.length > 0 && !this.#mayLaunch) {
      return [];
    }
    const worthHolding = offersWorthHolding(this.#shelf.pools(), requests);
    return this.#shelf.all().filter((offer) => !worthHolding.has(offer.id.value));
  }

  #decline(frame: FrameBuilder, offerIds: readonly OfferId[]): void {
    this.#flow.refused();
    const filters = { refuse_seconds: refuseSeconds(this.#waiting.size) };
    frame.call({ type: 'DECLINE', decline: { offer_ids: offerIds.map((value) => ({ value })), filters } });
  }

  #wake(frame: FrameBuilder, at: EpochMs | undefined): void {
    if (at === this.#wakeAt) {
      return;
    }
    this.#wakeAt = at;
    if (at === undefined) {
      frame.clearTimer({ kind: 'match' });
    } else {
      frame.setTimer({ kind: 'match' }, at);
    }
  }
}

/** After a restart too, a new task does not get the ports that the last one at its agent had. */
function nextPortsAfter(records: readonly TaskRecord[]): ReadonlyMap<AgentId, number> {
  const placements = records.flatMap(({ life }) => (life.phase === 'waiting' ? [] : (life.placement ?? [])));
  return new Map(
    _.sortBy(placements, 'launchedAt').flatMap(({ agentId, ports }) => {
      const highest = _.max(Object.values(ports));
      return highest === undefined ? [] : [[agentId, highest + 1] as const];
    }),
  );
}
