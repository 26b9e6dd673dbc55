/** The last events, oldest first: what the scheduler still remembers, and what came since. */
import type { FactView } from '../../api/views.ts';
import { type Observable, observable } from './observable.ts';

const mostKept = 10_000;
/** Redrawing for each of a flood of events would be work that nobody sees. */
const redrawMs = 100;

export interface EventHistory {
  readonly facts: Observable<readonly FactView[]>;
  add(facts: readonly FactView[]): void;
  clear(): void;
}

export function createEventHistory(): EventHistory {
  const facts = observable<readonly FactView[]>([]);
  let waiting: FactView[] = [];
  const publish = () => {
    const last = facts.get().at(-1)?.sequence ?? -1;
    const fresh = waiting.filter(({ sequence }) => sequence > last);
    waiting = [];
    if (fresh.length > 0) facts.set([...facts.get(), ...fresh].slice(-mostKept));
  };
  return {
    facts,
    add(fresh) {
      if (waiting.length === 0) setTimeout(publish, redrawMs);
      waiting.push(...fresh);
    },
    clear() {
      waiting = [];
      facts.set([]);
    },
  };
}
