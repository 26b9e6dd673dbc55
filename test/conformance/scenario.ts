/** What a scenario is: a check that names the ids that it covers and speaks to a master over HTTP only. */
import type { Framework, FrameworkOptions } from './framework.ts';
import type { Target } from './http.ts';

export interface Bench {
  readonly master: Target;
  /** How long an event may take that must come; a real master starts executors and containers. */
  readonly patienceMs: number;
  /** How long is waited for what must not come. */
  readonly quietMs: number;
  /** A framework of this scenario; it is torn down at the scenario's end. */
  framework(options?: FrameworkOptions): Promise<Framework>;
}

export interface Scenario {
  readonly ids: readonly string[];
  readonly title: string;
  /** Why it is not run against a master that the suite did not start. */
  readonly onlyOurs?: string;
  readonly run: (bench: Bench) => Promise<void>;
}

/** Thrown by a scenario that finds that the cluster lacks what it needs. */
export class Skipped extends Error {}

export function scenario(ids: string, title: string, run: Scenario['run'], onlyOurs?: string): Scenario {
  return { ids: ids.split(' '), title, run, ...(onlyOurs === undefined ? {} : { onlyOurs }) };
}
