/**
 * Brings what waits together with what is offered: launches at the first full fit, in the turn in which the offer or the
 * request came, and gives the rest back at once. An offer is held only while somebody has a reason to wait for a better
 * one, and not for long: a task that would rather go back to its old agent, or the first answers after a subscription.
 *
 * A turn has two halves. `match` may be asked several times: what it places may lead to requests (the JobManager's place
 * is what its TaskManagers ask for). `conclude` ends the turn: one ACCEPT for all that was placed at an agent, the rest
 * declined, the flow of offers adjusted.
 */
import _ from 'lodash';
import type { EpochMs } from '../../lib/brand.ts';
import type { AgentId, OfferId, TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { FrameworkInfo, InverseOffer, Offer } from '../../mesos-api-client/protocol/mesos.ts';
import type { OfferConstraints } from '../../mesos-api-client/protocol/offer-constraints.ts';
import type { OperationStatus } from '../../mesos-api-client/protocol/operations.ts';
import type { FrameBuilder } from '../frame-builder.ts';
import type { PlaceRecord } from '../model/kept-place.ts';
import type { AgentView, OfferRound, WhyView } from '../model/offer-views.ts';
import type { GroupName, TaskRecord } from '../model/task.ts';
import { agentViews } from './agent-views.ts';
import { Alarm } from './alarm.ts';
import { offersWorthHolding } from './holding.ts';
import { answerInverseOffers } from './inverse-offers.ts';
import { ConstraintPush, type Wanted } from './offer-constraints.ts';
import { OfferDesk } from './offer-desk.ts';
import type { Demand } from './offer-flow.ts';
import { PlaceKeeper } from './place-keeper.ts';
import { RunningTasks } from './running-tasks.ts';
import { type LaunchedTasks, type Launches, Turn } from './turn.ts';
import { WaitingTasks } from './waiting-tasks.ts';
import { type Circumstances, whyWaiting, worthTelling } from './why.ts';

export class LaunchCoordinator {
  readonly #tasks: LaunchedTasks;
  readonly #waiting: WaitingTasks;
  readonly #desk: OfferDesk;
  readonly #constraints: ConstraintPush;
  readonly #places: PlaceKeeper;
  readonly #turn: Turn;
  #connectedAt: EpochMs | undefined;
  #mayLaunch = false;
  /** Something changed since the last match: nothing is matched twice in vain. */
  #stale = false;
  /** Something changed in this turn. */
  #unsettled = false;
  /** The first moment at which something held or waited for comes to its end. */
  readonly #alarm = new Alarm('match');

  constructor(
    framework: FrameworkInfo,
    records: readonly TaskRecord[],
    parts: { readonly launches: Launches; readonly tasks: LaunchedTasks; readonly places: readonly PlaceRecord[] },
  ) {
    const roles = framework.roles ?? (framework.role === undefined ? [] : [framework.role]);
    const onlyRole = roles[0] ?? '*';
    this.#tasks = parts.tasks;
    this.#waiting = new WaitingTasks(records, onlyRole);
    this.#desk = new OfferDesk(roles, onlyRole);
    this.#constraints = new ConstraintPush(framework);
    this.#places = new PlaceKeeper(framework, parts.places);
    const { launches } = parts;
    this.#turn = new Turn({ launches, waiting: this.#waiting, desk: this.#desk, places: this.#places }, records);
  }

  get offersHeld(): number {
    return this.#desk.held;
  }

  get tasksWaiting(): number {
    return this.#waiting.size;
  }

  /** Reserved ones, those that are being given up included. */
  get placesKept(): number {
    return this.#places.all().length;
  }

  rolesToSuppress(): string[] {
    return this.#desk.flow.rolesToSuppress(this.#demand(this.#running()));
  }

  offerConstraints(): OfferConstraints | undefined {
    return this.#constraints.forSubscribe(this.#wanted(0, this.#running()));
  }

  connected(frame: FrameBuilder, masterVersion: string | undefined): void {
    this.#connectedAt = frame.at;
    this.#places.connected(frame);
    this.#constraints.subscribed(masterVersion);
    this.#stale = true;
  }

  disconnected(frame: FrameBuilder): void {
    this.#connectedAt = undefined;
    this.#mayLaunch = false;
    this.#turn.forget();
    this.#desk.disconnected(frame);
    this.#alarm.set(frame, undefined);
  }

  request(frame: FrameBuilder, record: TaskRecord): void {
    const { taskId, group, part } = record.spec;
    this.#waiting.add(record);
    this.#desk.flow.loosened(this.#waiting.roleOf(record));
    this.#stale = true;
    frame.fact({ kind: 'task.requested', taskId, group, part });
  }

  withdraw(taskId: TaskId): void {
    if (this.#waiting.delete(taskId) !== undefined) {
      this.#stale = true;
    }
  }

  offers(frame: FrameBuilder, offers: readonly Offer[]): void {
    this.#desk.receive(frame, offers, this.#waiting.size);
    this.#stale = true;
  }

  /** A group has gone, and what was kept for it goes too. */
  giveUpPlace(frame: FrameBuilder, taskId: TaskId): void {
    this.#places.giveUpOf(frame, taskId);
  }

  forget(frame: FrameBuilder, group: GroupName): void {
    this.#places.releaseGroup(frame, group);
    this.#unsettled = true;
  }

  operationStatus(frame: FrameBuilder, status: OperationStatus): void {
    this.#places.operationStatus(frame, status);
    this.#unsettled = true;
  }

  inverseOffers(frame: FrameBuilder, inverseOffers: readonly InverseOffer[]): void {
    answerInverseOffers(frame, inverseOffers, this.#running());
  }

  rescind(frame: FrameBuilder, offerId: OfferId): void {
    this.#desk.rescind(frame, offerId);
  }

  agentFailed(agentId: AgentId): void {
    this.#desk.agentFailed(agentId);
  }

  /** A place is free again: whoever is held up by a constraint or a limit may be content with what was refused before. */
  taskEnded(): void {
    const roles = this.#waiting.pickyRoles();
    this.#stale ||= roles.size > 0;
    this.#loosen(roles);
  }

  giveBack(frame: FrameBuilder, offerIds: readonly OfferId[]): void {
    this.#desk.giveBackUnused(frame, offerIds, this.#demand(this.#running()));
  }

  constraintsRefused(frame: FrameBuilder): void {
    this.#constraints.refused(frame, this.#desk.flow.suppressed());
  }

  /** Somebody's wait for a better offer is over, or for any has become long. */
  timer(frame: FrameBuilder): void {
    this.#alarm.passed();
    this.#stale = true;
    this.#loosen(this.#waiting.rolesOfExpired(frame.at));
  }

  /** A REVIVE that was put off may leave now. */
  reviveTimer(): void {
    this.#unsettled = true;
    this.#desk.flow.timer();
  }

  match(frame: FrameBuilder, mayLaunch: boolean): void {
    if (this.#connectedAt === undefined) {
      return;
    }
    this.#stale ||= mayLaunch !== this.#mayLaunch;
    this.#mayLaunch = mayLaunch;
    if (this.#stale) {
      this.#stale = false;
      this.#unsettled = true;
      if (mayLaunch && this.#turn.match(frame, this.#running())) {
        this.#loosen(this.#waiting.pickyRoles());
      }
    }
  }

  conclude(frame: FrameBuilder): void {
    if (this.#connectedAt === undefined || !this.#unsettled) {
      return;
    }
    this.#unsettled = false;
    const running = this.#running();
    this.#places.review(frame, this.#waiting.records(), running);
    if (this.#mayLaunch) {
      this.#turn.giveUpPlaces(frame);
    }
    const demand = this.#demand(running);
    this.#turn.accept(frame, demand);
    const silence = this.#waiting.silence(frame.at, (role) => this.#desk.agents.offeredAt(role) ?? this.#connectedAt);
    if (this.#desk.agents.size > 0 || silence.reigns) {
      this.#explain(frame, running);
    }
    this.#desk.giveBackAllBut(frame, this.#worthHolding(frame.at, running), demand);
    this.#constraints.adjust(frame, this.#wanted(frame.at, running), this.#desk.flow.suppressed());
    this.#desk.adjustFlow(frame, demand);
    const ends = [this.#waiting.nextExpiry(frame.at), this.#desk.firstEnd(), this.#places.nextReview(), silence.next];
    this.#alarm.set(frame, _.min(ends.filter(isKnown)));
  }

  /** A task is to be ended that was placed in this very turn: its launch has to leave first. */
  acceptPlaced(frame: FrameBuilder): void {
    if (this.#turn.hasPlaced) {
      this.#turn.accept(frame, this.#demand(this.#running()));
    }
  }

  why(taskId: TaskId, at: EpochMs): WhyView | undefined {
    const record = this.#waiting.get(taskId);
    return record && whyWaiting(record, this.#circumstances(at, this.#running()));
  }

  whyAll(at: EpochMs): readonly WhyView[] {
    const circumstances = this.#circumstances(at, this.#running());
    return this.#waiting.records().map((record) => whyWaiting(record, circumstances));
  }

  offerRounds(): readonly OfferRound[] {
    return this.#desk.rounds();
  }

  agents(): readonly AgentView[] {
    return agentViews(this.#desk.agents, this.#running(), this.#places.all());
  }

  #wanted(at: EpochMs, running: RunningTasks): Wanted {
    return { requests: this.#waiting.requests(at, running), open: this.#places.releasing() };
  }

  /** Tasks that wait, and places that are to be given up. */
  #demand(running: RunningTasks): Demand {
    const demand = new Map(this.#waiting.demand(running));
    for (const [role, count] of this.#places.releasing()) {
      demand.set(role, (demand.get(role) ?? 0) + count);
    }
    return demand;
  }

  #explain(frame: FrameBuilder, running: RunningTasks): void {
    if (this.#mayLaunch) {
      const circumstances = this.#circumstances(frame.at, running);
      this.#waiting.explain(frame, (record) => worthTelling(whyWaiting(record, circumstances), frame.at));
    }
  }

  /** By offer: what for, in words. */
  #worthHolding(at: EpochMs, running: RunningTasks): ReadonlyMap<OfferId, string> {
    if (!this.#mayLaunch) {
      const why = 'the master is first asked what became of the tasks launched before';
      return new Map(this.#waiting.size === 0 ? [] : this.#desk.heldIds().map((offerId) => [offerId, why]));
    }
    return offersWorthHolding(this.#desk.pools(), this.#waiting.requests(at, running));
  }

  #loosen(roles: Iterable<string>): void {
    for (const role of roles) {
      this.#desk.flow.loosened(role);
    }
  }

  #running(): RunningTasks {
    return new RunningTasks(this.#tasks.launched(), (group) => this.#tasks.ofGroup(group));
  }

  #circumstances(at: EpochMs, running: RunningTasks): Circumstances {
    return {
      at,
      connectedAt: this.#connectedAt,
      mayLaunch: this.#mayLaunch,
      agents: this.#desk.agents,
      running,
      roleOf: (record) => this.#waiting.roleOf(record),
      limits: this.#waiting.limited(running),
      bands: this.#waiting.bands(),
      found: new Map(),
      offersConstrained: (role) => this.#constraints.constrains(role),
    };
  }
}

function isKnown<Value>(value: Value | undefined): value is Value {
  return value !== undefined;
}
