/**
 * Offer constraints (LM-27): a scheduler says of which agents a role wants offers at all, by their attributes, host names,
 * regions and zones. An agent passes if in one of the role's groups all constraints hold; attributes that are no texts
 * always pass the text predicates (src/master/allocator/mesos/offer_constraints_filter.cpp of Mesos; its sentences).
 */

import { compileRegex } from '../../../lib/linear-regex.ts';
import type { Attribute } from '../../../mesos-api-client/protocol/mesos.ts';
import type { AgentDescription } from '../agent-protocol.ts';

export interface AttributeConstraint {
  readonly selector: { readonly pseudoattribute_type?: string; readonly attribute_name?: string };
  readonly predicate: {
    readonly exists?: object;
    readonly not_exists?: object;
    readonly text_equals?: { readonly value: string };
    readonly text_not_equals?: { readonly value: string };
    readonly text_matches?: { readonly regex: string };
    readonly text_not_matches?: { readonly regex: string };
  };
}

export interface OfferConstraints {
  readonly role_constraints?: Readonly<
    Record<string, { readonly groups?: readonly { readonly attribute_constraints?: readonly AttributeConstraint[] }[] }>
  >;
}

/** --offer_constraints_re2_max_program_size of a Mesos master. */
const maxProgramSize = 100;

export interface ConstraintsFilter {
  excludes(role: string, agent: AgentDescription): boolean;
}

export type CompiledConstraints =
  | { readonly kind: 'filter'; readonly filter: ConstraintsFilter }
  | { readonly kind: 'fault'; readonly message: string };

export const noConstraints: ConstraintsFilter = { excludes: () => false };

class ConstraintFault extends Error {}

/** What was found: nothing, a text of the agent itself, an attribute. */
type Found = Attribute | string | undefined;
type Judge = (agent: AgentDescription) => boolean;

export function compileConstraints({ role_constraints: byRole = {} }: OfferConstraints): CompiledConstraints {
  try {
    const judges = new Map(
      Object.entries(byRole).map(([role, { groups = [] }]) => {
        if (groups.length === 0) {
          const where = `'OfferConstraints::role_constraints' has an empty 'RoleConstraints::groups' for role ${role}`;
          throw new ConstraintFault(where);
        }
        const compiled = groups.map((group) => compileGroup(role, group.attribute_constraints ?? []));
        const judge: Judge = (agent) => compiled.some((group) => group.every((constraint) => constraint(agent)));
        return [role, judge] as const;
      }),
    );
    return { kind: 'filter', filter: judges.size === 0 ? noConstraints : remembering(judges) };
  } catch (error) {
    if (error instanceof ConstraintFault) {
      return { kind: 'fault', message: error.message };
    }
    throw error;
  }
}

/** Descriptions of agents seldom change, rounds of allocation ask every second. */
function remembering(judges: ReadonlyMap<string, Judge>): ConstraintsFilter {
  const verdicts = new Map([...judges.keys()].map((role) => [role, new WeakMap<AgentDescription, boolean>()]));
  return {
    excludes: (role, agent) => {
      const judge = judges.get(role);
      const known = verdicts.get(role);
      if (judge === undefined || known === undefined) {
        return false;
      }
      const verdict = known.get(agent) ?? !judge(agent);
      known.set(agent, verdict);
      return verdict;
    },
  };
}

function compileGroup(role: string, constraints: readonly AttributeConstraint[]): Judge[] {
  if (constraints.length === 0) {
    const where = `'OfferConstraints::RoleConstraints::groups' for role ${role}contains an empty RoleConstraints::Group`;
    throw new ConstraintFault(where);
  }
  return constraints.map(({ selector, predicate }) => {
    try {
      const select = compileSelector(selector);
      const test = compilePredicate(predicate);
      return (agent) => test(select(agent));
    } catch (error) {
      throw error instanceof ConstraintFault
        ? new ConstraintFault(`A role ${role} has an invalid 'AttributeConstraint': ${error.message}`)
        : error;
    }
  });
}

/** The first attribute of a name counts. */
function compileSelector(selector: AttributeConstraint['selector']): (agent: AgentDescription) => Found {
  const { attribute_name: name, pseudoattribute_type: pseudo } = selector;
  if (name !== undefined) {
    return ({ attributes }) => attributes.find((attribute) => attribute.name === name);
  }
  switch (pseudo) {
    case 'HOSTNAME':
      return ({ hostname }) => hostname;
    case 'REGION':
      return ({ domain }) => domain?.fault_domain?.region.name;
    case 'ZONE':
      return ({ domain }) => domain?.fault_domain?.zone.name;
    case undefined:
      throw new ConstraintFault(
        "Exactly one of 'AttributeConstraint::Selector::name' or 'AttributeConstraint::Selector::pseudoattribute_type' must be set",
      );
    default:
      throw new ConstraintFault('Unknown pseudoattribute type');
  }
}

function compilePredicate(predicate: AttributeConstraint['predicate']): (found: Found) => boolean {
  if (predicate.exists !== undefined) {
    return (found) => found !== undefined;
  }
  if (predicate.not_exists !== undefined) {
    return (found) => found === undefined;
  }
  const { text_equals: equals, text_not_equals: differs, text_matches: matches, text_not_matches: escapes } = predicate;
  if (equals !== undefined) {
    return textTest((text) => text === equals.value, false);
  }
  if (differs !== undefined) {
    return textTest((text) => text !== differs.value, true);
  }
  if (matches !== undefined) {
    return textTest(compilePattern(matches.regex), false);
  }
  if (escapes !== undefined) {
    const pattern = compilePattern(escapes.regex);
    return textTest((text) => !pattern(text), true);
  }
  throw new ConstraintFault('Unknown predicate type');
}

function textTest(test: (text: string) => boolean, ofNothing: boolean): (found: Found) => boolean {
  return (found) => {
    if (found === undefined) {
      return ofNothing;
    }
    if (typeof found === 'string') {
      return test(found);
    }
    return found.type !== 'TEXT' || test(found.text?.value ?? '');
  };
}

function compilePattern(pattern: string): (text: string) => boolean {
  const regex = compileRegex(pattern);
  if (regex.kind === 'fault') {
    throw new ConstraintFault(`Failed to construct regex from pattern '${pattern}': ${regex.message}`);
  }
  if (regex.programSize > maxProgramSize) {
    throw new ConstraintFault(
      `Regex '${pattern}' is too complex: program size of ${regex.programSize} is larger than maximum of ${maxProgramSize} allowed`,
    );
  }
  return regex.matchesAll;
}
