/** One timer of the core: set, moved or cleared only where that changes something. */
import type { EpochMs } from '../../lib/brand.ts';
import type { FrameBuilder } from '../frame-builder.ts';

export class Alarm {
  readonly #kind: 'match' | 'revive';
  #at: EpochMs | undefined;

  constructor(kind: 'match' | 'revive') {
    this.#kind = kind;
  }

  set(frame: FrameBuilder, at: EpochMs | undefined): void {
    if (at === this.#at) {
      return;
    }
    this.#at = at;
    if (at === undefined) {
      frame.clearTimer({ kind: this.#kind });
    } else {
      frame.setTimer({ kind: this.#kind }, at);
    }
  }

  /** It went off. */
  passed(): void {
    this.#at = undefined;
  }
}
