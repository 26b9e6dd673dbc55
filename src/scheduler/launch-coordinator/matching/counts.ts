/** How many tasks are on each value of a field. Values come from users and agents: any text may be one. */
export class Counts {
  readonly #counts = new Map<string, number>();
  #fewest: number | undefined;

  static of(values: Iterable<string>): Counts {
    const counts = new Counts();
    for (const value of values) {
      counts.add(value, 1);
    }
    return counts;
  }

  /** How many values have tasks. */
  get values(): number {
    return this.#counts.size;
  }

  /** The least that a value with tasks has; 0 if none has any. */
  get fewest(): number {
    this.#fewest ??= leastOf(this.#counts.values());
    return this.#fewest;
  }

  on(value: string): number {
    return this.#counts.get(value) ?? 0;
  }

  add(value: string, tasks: number): void {
    const count = this.on(value) + tasks;
    this.#fewest = undefined;
    if (count > 0) {
      this.#counts.set(value, count);
    } else {
      this.#counts.delete(value);
    }
  }
}

function leastOf(counts: Iterable<number>): number {
  let least = Number.POSITIVE_INFINITY;
  for (const count of counts) {
    least = Math.min(least, count);
  }
  return least === Number.POSITIVE_INFINITY ? 0 : least;
}
