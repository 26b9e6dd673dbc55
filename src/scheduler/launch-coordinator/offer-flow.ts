/**
 * Opens and closes the flow of offers: nothing waits, none are wanted (SUPPRESS); something waits, all are (REVIVE,
 * which also lifts the filters of what was refused). Said as a difference to what the master knows, role by role named.
 */
import type { FrameBuilder } from '../frame-builder.ts';

/** Refused while tasks wait: the offer may fit what is asked for next. While none do, REVIVE lifts it anyway. */
const refuseWhileWaitingSeconds = 5;
const refuseWhileIdleSeconds = 3_600;

export function refuseSeconds(waiting: number): number {
  return waiting > 0 ? refuseWhileWaitingSeconds : refuseWhileIdleSeconds;
}

export class OfferFlow {
  readonly #roles: readonly string[];
  #suppressed = false;
  /** Offers were refused since the last REVIVE. */
  #refused = false;
  /** A request came that might have liked what was refused before it. */
  #reviveWanted = false;

  constructor(roles: readonly string[]) {
    this.#roles = roles;
  }

  /** Said with SUBSCRIBE, and from then on what the master knows. */
  rolesToSuppress(waiting: number): string[] {
    this.#suppressed = waiting === 0;
    this.#refused = false;
    this.#reviveWanted = false;
    return this.#suppressed ? [...this.#roles] : [];
  }

  refused(): void {
    this.#refused = true;
  }

  requested(): void {
    this.#reviveWanted ||= this.#refused;
  }

  adjust(frame: FrameBuilder, waiting: number): void {
    if (waiting === 0) {
      this.#suppress(frame);
    } else if (this.#suppressed || this.#reviveWanted) {
      this.#revive(frame);
    }
  }

  #suppress(frame: FrameBuilder): void {
    this.#reviveWanted = false;
    if (!this.#suppressed) {
      this.#suppressed = true;
      frame.call({ type: 'SUPPRESS', suppress: { roles: [...this.#roles] } });
      frame.fact({ kind: 'offers.suppressed' });
    }
  }

  #revive(frame: FrameBuilder): void {
    this.#suppressed = false;
    this.#refused = false;
    this.#reviveWanted = false;
    frame.call({ type: 'REVIVE', revive: { roles: [...this.#roles] } });
    frame.fact({ kind: 'offers.revived' });
  }
}
