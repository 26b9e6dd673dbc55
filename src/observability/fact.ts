/** All that is ever logged, measured and told: the facts of the core and those of clusters and jobs. */
import type { ClusterFact } from '../flink/plan/facts.ts';
import type { SchedulerFact } from '../scheduler/model/facts.ts';

export type Fact = SchedulerFact | ClusterFact;

/** A fact as it leaves the loop. */
export interface TimedFact {
  readonly sequence: number;
  readonly at: number;
  readonly fact: Fact;
}

export type Level = 'debug' | 'info' | 'warn' | 'error';
