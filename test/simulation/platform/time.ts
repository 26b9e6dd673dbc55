/**
 * The time of a simulated world: a queue of what happens when. Nothing happens between two events, and of two at the
 * same moment the one that was planned first comes first: so a seed decides everything.
 */
import { setImmediate as macrotask } from 'node:timers/promises';

interface Planned {
  readonly at: number;
  readonly order: number;
  run: (() => void) | undefined;
}

const START = Date.UTC(2026, 0, 1);

export class Time {
  now = START;
  /** How many events have happened. */
  steps = 0;
  /** Set by whoever entered a process: its promises are to settle before the next event. */
  promisesPend = false;
  #heap: Planned[] = [];
  #order = 0;

  get elapsedMs(): number {
    return this.now - START;
  }

  /** Returns the way to call it off. */
  after(delayMs: number, run: () => void): () => void {
    const planned: Planned = { at: this.now + Math.max(0, Math.round(delayMs)), order: this.#order++, run };
    this.#push(planned);
    return () => {
      planned.run = undefined;
    };
  }

  /** Lets things happen until then, or until `enough`, which is asked after each event. */
  async run(untilMs: number, enough: () => boolean): Promise<void> {
    const until = START + Math.round(untilMs);
    while (!enough()) {
      const next = this.#heap[0];
      if (next === undefined || next.at > until) {
        this.now = until;
        return;
      }
      this.#pop();
      if (next.run === undefined) continue;
      this.now = next.at;
      this.steps += 1;
      next.run();
      if (!this.promisesPend) continue;
      this.promisesPend = false;
      await macrotask();
    }
  }

  #push(planned: Planned): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(planned);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as Planned;
      if (!isBefore(planned, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = planned;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Planned;
    const size = heap.length;
    if (size === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= size) break;
      if (child + 1 < size && isBefore(heap[child + 1] as Planned, heap[child] as Planned)) child += 1;
      if (!isBefore(heap[child] as Planned, last)) break;
      heap[index] = heap[child] as Planned;
      index = child;
    }
    heap[index] = last;
  }
}

function isBefore(left: Planned, right: Planned): boolean {
  return left.at < right.at || (left.at === right.at && left.order < right.order);
}
