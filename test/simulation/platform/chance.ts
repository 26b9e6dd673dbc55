/** Chance, in the words of a simulation. */
import { createRandom, type Random } from '../../../src/lib/random.ts';

export class Chance implements Random {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = createRandom(seed);
  }

  next(): number {
    return this.#random.next();
  }

  /** Another source, which what is drawn here later does not change. */
  split(): Chance {
    return new Chance(Math.floor(this.next() * 2 ** 48));
  }

  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }

  whole(least: number, most: number): number {
    return Math.floor(this.between(least, most + 1));
  }

  oneIn(count: number): boolean {
    return this.next() * count < 1;
  }

  pick<Item>(items: readonly Item[]): Item | undefined {
    return items[Math.floor(this.next() * items.length)];
  }

  /** Each with the same chance of being among them. */
  some<Item>(items: readonly Item[], share: number): Item[] {
    return items.filter(() => this.next() < share);
  }

  /** Often little, seldom much: the waits of independent events. */
  wait(meanMs: number): number {
    return -Math.log(1 - this.next()) * meanMs;
  }

  hex(digits: number): string {
    let text = '';
    while (text.length < digits) text += Math.floor(this.next() * 16).toString(16);
    return text;
  }
}
