/** People who have savepoints taken of jobs, stop them with one, and give them another parallelism. */
import type { OperationWish } from '../../../src/flink/plan/records.ts';
import { People } from './people.ts';

export class JobOperations extends People {
  some(): void {
    const { chance, books } = this.parts;
    const cluster = chance.pick(this.operator.standing());
    const id = chance.pick([...(cluster?.jobs.keys() ?? [])]);
    const wish = this.#wish();
    if (cluster === undefined || id === undefined) return;
    const what = `${wish.kind} of job ${id.slice(0, 8)} of ${cluster.name}`;
    void this.asking.ask(`wants a ${what}`, async (dispatcher) => {
      const { operation } = await dispatcher.operateJob(cluster.name, id, wish);
      const written = cluster.deletionAsked || books.operations.has(operation?.id ?? '');
      this.asking.mustBeWritten(written, `a ${what}`);
    });
  }

  #wish(): OperationWish {
    const { chance } = this.parts;
    const rescale = { kind: 'rescale', parallelism: chance.whole(1, 2) } as const;
    return chance.pick([{ kind: 'savepoint' }, { kind: 'stop', drain: false }, rescale, rescale]) ?? rescale;
  }
}
