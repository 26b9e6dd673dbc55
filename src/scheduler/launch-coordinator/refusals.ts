/**
 * For how long an offer is refused. While nothing waits for its role: an hour, since REVIVE lifts it anyway. While
 * something does that the agent cannot take: a few seconds, twice as long each further time in a row, so that an agent without a
 * chance is not offered to us every few seconds while others could use it. What changes the demand (REVIVE) begins
 * anew; and whatever becomes free beside the refused resources is offered in spite of the filter.
 */
import type { AgentId } from '../../mesos-api-client/protocol/ids.ts';

const whileIdleMs = 3_600_000;
const firstMs = 5_000;
const longestMs = 120_000;

export class Refusals {
  /** By role, then by agent: how long the last refusal was. */
  readonly #last = new Map<string, Map<AgentId, number>>();

  /** Of what is left of an offer of which a part was taken: the rest is as good as it was. */
  afterUse(wanted: boolean): number {
    return wanted ? firstMs : whileIdleMs;
  }

  next(role: string, agentId: AgentId, wanted: boolean): number {
    if (!wanted) {
      return whileIdleMs;
    }
    const ofRole = this.#last.get(role) ?? new Map<AgentId, number>();
    const last = ofRole.get(agentId);
    const ms = last === undefined ? firstMs : Math.min(2 * last, longestMs);
    this.#last.set(role, ofRole.set(agentId, ms));
    return ms;
  }

  /** The filters of the role are lifted, or do not count any more. */
  startAnew(role: string): void {
    this.#last.delete(role);
  }

  forget(agentId: AgentId): void {
    for (const ofRole of this.#last.values()) {
      ofRole.delete(agentId);
    }
  }

  clear(): void {
    this.#last.clear();
  }
}
