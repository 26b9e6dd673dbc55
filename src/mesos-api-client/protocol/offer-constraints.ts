/**
 * Offer constraints (Mesos 1.11): which agents a role wants to be offered at all. A role's groups are alternatives, the
 * constraints of a group hold together. An attribute that is no TEXT satisfies every predicate on its text.
 */

export interface OfferConstraints {
  /** By role; roles that are not named are not constrained. */
  role_constraints?: Record<string, { groups?: OfferConstraintsGroup[] }>;
}

export interface OfferConstraintsGroup {
  attribute_constraints?: AttributeConstraint[];
}

export interface AttributeConstraint {
  selector: { attribute_name: string } | { pseudoattribute_type: 'HOSTNAME' | 'REGION' | 'ZONE' };
  predicate:
    | { exists: Record<string, never> }
    | { not_exists: Record<string, never> }
    | { text_equals: { value: string } }
    | { text_not_equals: { value: string } }
    /** RE2, matched against the whole text; masters bound its size. */
    | { text_matches: { regex: string } }
    | { text_not_matches: { regex: string } };
}
