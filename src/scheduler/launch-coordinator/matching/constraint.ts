/**
 * What a request may ask of the place it goes to: Marathon's operators in Marathon's meaning
 * (https://mesosphere.github.io/marathon/docs/constraints.html), nearness to the tasks of a group, and functions of the
 * user. An agent that lacks the field satisfies denials (UNLIKE, IS_NOT, APART) and nothing else.
 */
import type { Place } from './place.ts';

/** `hostname` or `@hostname`, `@agent`, `@region`, `@zone`, or the name of an attribute. */
export type Field = string;

export type Constraint =
  /** Patterns match the whole value. */
  | { readonly operator: 'IS' | 'IS_NOT' | 'LIKE' | 'UNLIKE'; readonly field: Field; readonly value: string }
  /** No two tasks of the group on one value of the field. */
  | { readonly operator: 'UNIQUE'; readonly field: Field; readonly among: string }
  /** At most so many tasks of the group on one value. */
  | { readonly operator: 'MAX_PER'; readonly field: Field; readonly among: string; readonly value: number }
  /** On the given value; without one all tasks of the group on the value of the first. */
  | { readonly operator: 'CLUSTER'; readonly field: Field; readonly among: string; readonly value?: string }
  /** The tasks of the group spread evenly over the values, of which there are at least so many. */
  | { readonly operator: 'GROUP_BY'; readonly field: Field; readonly among: string; readonly value?: number }
  /** On a value where a task of the group is; on one where none is. */
  | { readonly operator: 'NEAR' | 'APART'; readonly field: Field; readonly among: string }
  /** Of the user. One that throws lets the agent not do. */
  | { readonly operator: 'TEST'; readonly name: string; readonly test: (agent: Spot) => boolean };

/** What functions of the user see of an agent. */
export type Spot = Pick<
  Place,
  | 'id'
  | 'hostname'
  | 'cpus'
  | 'mem'
  | 'disk'
  | 'portCount'
  | 'portsGiven'
  | 'inUse'
  | 'valueOf'
  | 'freeOf'
  | 'capacityOf'
  | 'tasksOf'
>;

/** These ask only what the agent is, not who is there: one answer for all times. */
export function isOfAgent(constraint: Constraint): boolean {
  const { operator } = constraint;
  return ofAgent.includes(operator) || (operator === 'CLUSTER' && constraint.value !== undefined);
}

const ofAgent: readonly Constraint['operator'][] = ['IS', 'IS_NOT', 'LIKE', 'UNLIKE'];

const forGood: readonly Constraint['operator'][] = ['UNIQUE', 'MAX_PER', 'APART'];

/** Once refused, an agent stays refused however many tasks are placed. */
export function isForGood(constraint: Constraint): boolean {
  return isOfAgent(constraint) || forGood.includes(constraint.operator);
}
