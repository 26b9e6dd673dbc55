/** What a whole batch is to become: who goes where. Nothing is placed yet. */
import type { Demand } from './demand.ts';
import type { Place } from './place.ts';

/** What one agent gets. */
export interface Step {
  readonly place: Place;
  readonly demands: readonly Demand[];
}

export interface Plan {
  readonly steps: readonly Step[];
  readonly rest: readonly Demand[];
  readonly cost: number;
}

export type Cost = (place: Place) => number;
