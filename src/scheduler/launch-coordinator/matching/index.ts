/**
 * The matcher: requests against the free resources of many agents. A pure library of its own; it knows of scalars, ports
 * and constraints, not of offers, tasks or Flink.
 */
export type { Constraint, Field, Spot } from './constraint.ts';
export { Counts } from './counts.ts';
export { fieldOf, type Located } from './field.ts';
export type { Fitness } from './fitness.ts';
export * as fitness from './fitness.ts';
export { Matcher } from './matcher.ts';
export type { Agent, Matching, Objective, Placement, Request, Scalars } from './model.ts';
export { NamedSets, type SetsOfAgent, type SetUse, type SetWish } from './named-sets.ts';
export { type FieldConstraint, suits } from './operators.ts';
export { Patterns } from './patterns.ts';
