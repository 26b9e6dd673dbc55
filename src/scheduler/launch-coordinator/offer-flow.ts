/**
 * Opens and closes the flow of offers, role by role: nothing waits for one, none are wanted (SUPPRESS); something does, all
 * are (REVIVE, which also lifts the filters of what was refused). Said as a difference to what the master knows. A
 * REVIVE makes the master look at all its agents, so each role has a few at once and then one a second.
 */
import type { EpochMs } from '../../lib/brand.ts';
import type { FrameBuilder } from '../frame-builder.ts';
import { Alarm } from './alarm.ts';

/** How many tasks wait for offers of each role. */
export type Demand = ReadonlyMap<string, number>;

const revivesAtOnce = 3;
/** The masters' own allocation interval. */
const reviveEveryMs = 1_000;

interface RoleFlow {
  suppressed: boolean;
  /** Offers were refused since the last REVIVE. */
  refused: boolean;
  /** Something would now be taken that was refused before. */
  reviveWanted: boolean;
  /** How many REVIVEs may leave at `countedAt`. */
  revives: number;
  countedAt: EpochMs;
}

export class OfferFlow {
  readonly #roles: ReadonlyMap<string, RoleFlow>;
  /** When a REVIVE that was put off may leave. */
  readonly #alarm = new Alarm('revive');

  constructor(roles: readonly string[]) {
    this.#roles = new Map(roles.map((role) => [role, newFlow()]));
  }

  /** Said with SUBSCRIBE, and from then on what the master knows: filters do not outlast a subscription. */
  rolesToSuppress(demand: Demand): string[] {
    for (const [role, flow] of this.#roles) {
      Object.assign(flow, newFlow(), { suppressed: !isWanted(demand, role) });
    }
    return this.suppressed();
  }

  /** As the master knows it. */
  suppressed(): string[] {
    return this.#named(({ suppressed }) => suppressed);
  }

  refused(role: string): void {
    this.#change(role, (flow) => {
      flow.refused = true;
    });
  }

  /** Something would be taken now that may have been refused: a request came, a constraint was loosened. */
  loosened(role: string): void {
    this.#change(role, (flow) => {
      flow.reviveWanted ||= flow.refused;
    });
  }

  /** Answers the roles whose filters have just been lifted. */
  adjust(frame: FrameBuilder, demand: Demand): readonly string[] {
    this.#suppress(frame, demand);
    return this.#revive(frame, demand);
  }

  disconnected(frame: FrameBuilder): void {
    this.#alarm.set(frame, undefined);
  }

  timer(): void {
    this.#alarm.passed();
  }

  #suppress(frame: FrameBuilder, demand: Demand): void {
    const roles = this.#named((flow, role) => !flow.suppressed && !isWanted(demand, role));
    for (const role of roles) {
      this.#change(role, (flow) => {
        flow.suppressed = true;
        flow.reviveWanted = false;
      });
    }
    if (roles.length > 0) {
      frame.call({ type: 'SUPPRESS', suppress: { roles } });
      frame.fact({ kind: 'offers.suppressed', roles });
    }
  }

  #revive(frame: FrameBuilder, demand: Demand): readonly string[] {
    const due = this.#named((flow, role) => isWanted(demand, role) && (flow.suppressed || flow.reviveWanted));
    const roles = due.filter((role) => this.#mayRevive(role, frame.at));
    for (const role of roles) {
      this.#change(role, (flow) => {
        flow.suppressed = false;
        flow.refused = false;
        flow.reviveWanted = false;
        flow.revives -= 1;
      });
    }
    if (roles.length > 0) {
      frame.call({ type: 'REVIVE', revive: { roles } });
      frame.fact({ kind: 'offers.revived', roles });
    }
    const nextAt = due.flatMap((role) => (roles.includes(role) ? [] : (this.#roles.get(role)?.countedAt ?? [])));
    this.#alarm.set(frame, nextAt.length === 0 ? undefined : Math.min(...nextAt) + reviveEveryMs);
    return roles;
  }

  #mayRevive(role: string, at: EpochMs): boolean {
    const flow = this.#roles.get(role);
    if (flow === undefined) {
      return false;
    }
    const earned = Math.floor((at - flow.countedAt) / reviveEveryMs);
    if (earned > 0) {
      flow.revives = Math.min(revivesAtOnce, flow.revives + earned);
      flow.countedAt += earned * reviveEveryMs;
    }
    return flow.revives > 0;
  }

  #change(role: string, change: (flow: RoleFlow) => void): void {
    const flow = this.#roles.get(role);
    if (flow !== undefined) {
      change(flow);
    }
  }

  #named(chosen: (flow: RoleFlow, role: string) => boolean): string[] {
    return [...this.#roles].flatMap(([role, flow]) => (chosen(flow, role) ? [role] : []));
  }
}

function newFlow(): RoleFlow {
  return { suppressed: false, refused: false, reviveWanted: false, revives: revivesAtOnce, countedAt: 0 };
}

function isWanted(demand: Demand, role: string): boolean {
  return (demand.get(role) ?? 0) > 0;
}
