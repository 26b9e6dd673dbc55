/**
 * The batch matcher: requests against the free resources of many agents. A pure library of its own; it knows of scalars,
 * ports and constraints, not of offers, tasks or Flink.
 */
export { Matcher } from './matcher.ts';
export type { Agent, Constraint, Matching, Objective, Placement, Request, Scalars } from './model.ts';
