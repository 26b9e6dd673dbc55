/** The agents that are still worth looking at, as one fitness looks at them: in rows of one capacity if it has ranks. */
import type { Alike } from './alike.ts';
import type { Fitness } from './fitness.ts';
import { type Rank, Row } from './row.ts';

export class OpenAgents {
  readonly rows: Row[] = [];
  readonly #rank: Rank | undefined;
  /** Cpus → memory → row; without ranks all stand in one. */
  readonly #byCapacity = new Map<number, Map<number, Row>>();

  constructor(fitness: Fitness) {
    this.#rank = fitness.sees === 'sizes' ? fitness.rank : undefined;
  }

  add(alike: Alike): void {
    const [cpus, mem] = this.#rank === undefined ? [0, 0] : [alike.capacityCpus, alike.capacityMem];
    const byMem = this.#byCapacity.get(cpus) ?? new Map<number, Row>();
    this.#byCapacity.set(cpus, byMem);
    const known = byMem.get(mem);
    const row = known ?? new Row(alike, this.#rank);
    if (known === undefined) {
      byMem.set(mem, row);
      this.rows.push(row);
    }
    row.add(alike);
  }
}
