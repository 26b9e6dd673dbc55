/** How people ask the leading scheduler for something, and what an answer is worth to them: what is promised is written down. */
import type { Dispatcher } from '../../../src/dispatcher/dispatcher.ts';
import { Problem } from '../../../src/lib/problem.ts';
import type { Books } from '../judges/books.ts';
import type { Verdicts } from '../judges/verdicts.ts';
import type { Chance } from '../platform/chance.ts';
import type { Time } from '../platform/time.ts';
import type { House } from '../service/boot.ts';
import type { SchedulerInstance } from '../service/instance.ts';

export interface AskingParts {
  readonly time: Time;
  readonly chance: Chance;
  readonly books: Books;
  readonly verdicts: Verdicts;
  readonly leader: () => SchedulerInstance | undefined;
  readonly note: (what: string) => void;
}

const expected = [
  'NOT_READY',
  'CONFLICT',
  'NOT_FOUND',
  'DEPOSED',
  'PERSIST_FAILED',
  'EXISTS',
  'MASTER_REFUSED',
] as const satisfies readonly Problem['code'][];

export class Asking {
  readonly #parts: AskingParts;

  constructor(parts: AskingParts) {
    this.#parts = parts;
  }

  /** Asks again until it is told that it is done. */
  persist(ask: () => Promise<boolean>, done: () => void): void {
    let answered = false;
    const again = () => {
      if (answered) return;
      void ask().then((taken) => {
        if (!taken || answered) return;
        answered = true;
        done();
      });
      this.#parts.time.after(5_000, again);
    };
    again();
  }

  /** True when the leader answered that it did it. */
  ask(what: string, act: (dispatcher: Dispatcher) => Promise<void>): Promise<boolean> {
    return this.askHouse(what, ({ dispatcher }) => act(dispatcher));
  }

  askHouse(what: string, act: (house: House) => Promise<void>): Promise<boolean> {
    const leader = this.#parts.leader();
    const { promise, resolve } = Promise.withResolvers<boolean>();
    if (leader?.house === undefined) return Promise.resolve(false);
    const { house } = leader;
    this.#parts.note(what);
    leader.process.enter(() => {
      act(house).then(
        () => resolve(true),
        (error: unknown) => {
          this.#refused(what, error);
          resolve(false);
        },
      );
    });
    return promise;
  }

  mustBeWritten(written: boolean, what: string): void {
    if (!written) this.#parts.verdicts.violated('I1', `${what} was promised and is not written down`);
  }

  #refused(what: string, error: unknown): void {
    if (error instanceof Problem && expected.some((code) => code === error.code))
      this.#parts.note(`${what}: ${error.message}`);
    else this.#parts.verdicts.violated('I14', `an operator ${what} and is answered: ${String(error)}`);
  }
}
