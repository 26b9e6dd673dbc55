/** All that is ever logged, measured and told: the facts of the core, those of clusters and jobs, and acts of callers. */
import type { ClusterFact } from '../flink/plan/facts.ts';
import type { ActFact } from '../lib/act-fact.ts';
import type { SchedulerFact } from '../scheduler/model/facts.ts';

export type Fact = SchedulerFact | ClusterFact | ActFact;

/** A fact as it leaves the loop. */
export interface TimedFact {
  readonly sequence: number;
  readonly at: number;
  readonly fact: Fact;
}

export type Level = 'debug' | 'info' | 'warn' | 'error';
