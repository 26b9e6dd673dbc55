/**
 * Offer constraints for masters that know them (1.11 and later): if every task that waits in a role rules agents out by
 * their host, fault domain or text attributes, the master need not offer those at all. Only what the master cannot
 * judge more strictly than we do is handed on; the rest we judge ourselves, as always.
 */
import type { FrameworkInfo } from '../../mesos-api-client/protocol/mesos.ts';
import type {
  AttributeConstraint,
  OfferConstraints,
  OfferConstraintsGroup,
} from '../../mesos-api-client/protocol/offer-constraints.ts';
import type { FrameBuilder } from '../frame-builder.ts';
import type { PlacementConstraint } from '../model/placement.ts';
import type { Request } from './request.ts';

export interface Wanted {
  readonly requests: readonly Request[];
  /** Roles in which any agent may be wanted: places there are to be given up. */
  readonly open: { has(role: string): boolean; readonly size: number };
}

export class ConstraintPush {
  readonly #framework: FrameworkInfo;
  #understood = false;
  /** What the master goes by, as JSON, and for which roles. */
  #told: string | undefined;
  #roles: readonly string[] = [];

  constructor(framework: FrameworkInfo) {
    this.#framework = framework;
  }

  /** Said with SUBSCRIBE, which a fault would make fatal: so without patterns, whose size masters bound as they like. */
  forSubscribe({ requests, open }: Wanted): OfferConstraints | undefined {
    const constraints = this.#understood ? constraintsOf(requests, open, simple) : undefined;
    this.#note(constraints);
    return constraints;
  }

  /** Whether the master leaves agents out of what it offers the role. */
  constrains(role: string): boolean {
    return this.#roles.includes(role);
  }

  subscribed(masterVersion: string | undefined): void {
    this.#understood = knowsConstraints(masterVersion);
  }

  /** The master took the last ones for wrong: it keeps those of before, so they are taken back. */
  refused(frame: FrameBuilder, suppressed: readonly string[]): void {
    if (this.#understood) {
      this.#understood = false;
      this.#tell(frame, undefined, suppressed);
    }
  }

  /** Says what has changed; while nothing waits, what was said may stand. */
  adjust(frame: FrameBuilder, { requests, open }: Wanted, suppressed: readonly string[]): void {
    if (this.#understood && requests.length + open.size > 0) {
      const constraints = constraintsOf(requests, open, withPatterns);
      if (keyOf(constraints) !== this.#told) {
        this.#tell(frame, constraints, suppressed);
      }
    }
  }

  #tell(frame: FrameBuilder, constraints: OfferConstraints | undefined, suppressed: readonly string[]): void {
    this.#note(constraints);
    const id = { value: frame.frameworkId };
    frame.call({
      type: 'UPDATE_FRAMEWORK',
      update_framework: {
        framework_info: { ...this.#framework, id },
        ...(suppressed.length === 0 ? {} : { suppressed_roles: [...suppressed] }),
        ...(constraints === undefined ? {} : { offer_constraints: constraints }),
      },
    });
    frame.fact({ kind: 'offers.constrained', roles: this.#roles });
  }

  #note(constraints: OfferConstraints | undefined): void {
    this.#told = keyOf(constraints);
    this.#roles = Object.keys(constraints?.role_constraints ?? {});
  }
}

type Translate = (constraint: PlacementConstraint) => AttributeConstraint | undefined;

/** A role is named only if each of its requests can be served by constrained offers: its groups are alternatives. */
function constraintsOf(
  requests: readonly Request[],
  open: Wanted['open'],
  translate: Translate,
): OfferConstraints | undefined {
  const roles = Map.groupBy(
    requests.filter(({ role }) => !open.has(role)),
    ({ role }) => role,
  );
  const constrained = [...roles].flatMap(([role, ofRole]) => {
    const groups = ofRole.map(({ spec }) => groupOf(spec.placement?.constraints ?? [], translate));
    const different = new Map(groups.map((group) => [keyOf(group), group]));
    const free = groups.some(({ attribute_constraints = [] }) => attribute_constraints.length === 0);
    const group = { groups: [...different.values()] };
    return free || different.size > mostGroups ? [] : [[role, group] satisfies [string, object]];
  });
  return constrained.length === 0 ? undefined : { role_constraints: Object.fromEntries(constrained) };
}

const mostGroups = 50;

function groupOf(constraints: readonly PlacementConstraint[], translate: Translate): OfferConstraintsGroup {
  return { attribute_constraints: constraints.flatMap((constraint) => translate(constraint) ?? []) };
}

function simple({ field, operator, value }: PlacementConstraint): AttributeConstraint | undefined {
  const isEquality = operator === 'IS' || operator === 'CLUSTER';
  return isEquality && value !== undefined && value !== ''
    ? { selector: selectorOf(field), predicate: { text_equals: { value } } }
    : undefined;
}

function withPatterns(constraint: PlacementConstraint): AttributeConstraint | undefined {
  const { field, operator, value = '' } = constraint;
  return operator === 'LIKE' && isPlainPattern(value)
    ? { selector: selectorOf(field), predicate: { text_matches: { regex: value } } }
    : simple(constraint);
}

/**
 * A pattern that RE2 reads as JavaScript does, and small: masters allow programs of 100 instructions by default, and a dot
 * takes about ten of them.
 */
function isPlainPattern(pattern: string): boolean {
  const dots = pattern.split('.').length - 1;
  return /^[\w.*+| @:/-]+$/.test(pattern) && pattern.length + 12 * dots <= 70;
}

function selectorOf(field: string): AttributeConstraint['selector'] {
  switch (field) {
    case 'hostname':
    case '@hostname':
      return { pseudoattribute_type: 'HOSTNAME' };
    case '@region':
      return { pseudoattribute_type: 'REGION' };
    case '@zone':
      return { pseudoattribute_type: 'ZONE' };
    default:
      return { attribute_name: field };
  }
}

function knowsConstraints(version: string | undefined): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version ?? '') ?? [];
  return major !== undefined && (Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 11));
}

function keyOf(constraints: OfferConstraints | OfferConstraintsGroup | undefined): string {
  return JSON.stringify(constraints ?? {});
}
