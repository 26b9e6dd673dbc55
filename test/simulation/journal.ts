/**
 * What happened in a simulated world, in order: every word of it goes into the hash that two runs of one seed must
 * share, and, where somebody listens, into an account for people.
 */
import type { Time } from './platform/time.ts';

export class Journal {
  readonly #time: Time;
  readonly #listener: ((line: string) => void) | undefined;
  #high = 0x811c9dc5;
  #low = 0x01000193;

  constructor(time: Time, listener?: (line: string) => void) {
    this.#time = time;
    this.#listener = listener;
  }

  get hash(): string {
    return [this.#high, this.#low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
  }

  note(who: string, what: string): void {
    this.#mix(this.#time.elapsedMs);
    this.#take(who);
    this.#take(what);
    this.#listener?.(`${(this.#time.elapsedMs / 1000).toFixed(3).padStart(9)} s  ${who.padEnd(13)} ${what}`);
  }

  #take(text: string): void {
    for (let index = 0; index < text.length; index += 1) this.#mix(text.charCodeAt(index));
  }

  #mix(value: number): void {
    this.#high = Math.imul(this.#high ^ value, 0x01000193);
    this.#low = Math.imul(this.#low ^ (value + (this.#high >>> 7)), 0x85ebca6b);
  }
}
