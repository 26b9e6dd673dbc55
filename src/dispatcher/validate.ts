/**
 * What a user sent, held against its schema: answers the typed value, or a SPEC_INVALID that names every wrong field and
 * what is wrong with it. Unions are judged by the variant that the user seems to have meant: the one with the fewest faults.
 */
import _ from 'lodash';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { Problem } from '../lib/problem.ts';

/** More faults than this are counted, not listed. */
const FAULTS_SHOWN = 5;

type Fault = ReturnType<typeof Value.Errors>[number];

export function validate<Schema extends TSchema>(schema: Schema, value: unknown, what: string): Static<Schema> {
  if (Value.Check(schema, value)) return value as Static<Schema>;
  const faults = _.uniq(likelyFaults(Value.Errors(schema, value)).flatMap(inWords));
  const shown = faults.slice(0, FAULTS_SHOWN).join('; ');
  const more = faults.length > FAULTS_SHOWN ? `; and ${faults.length - FAULTS_SHOWN} more` : '';
  throw new Problem('SPEC_INVALID', `${what} is not valid: ${shown}${more}`, { details: { faults } });
}

/** Keeps, of the faults of each union's variants, those of the variant that comes nearest. */
function likelyFaults(faults: readonly Fault[]): readonly Fault[] {
  const [inUnions, plain] = _.partition(faults, (fault) => fault.schemaPath.includes('/anyOf/'));
  const nearest = Object.values(_.groupBy(inUnions, unionOf)).flatMap((ofUnion) => {
    const variants = Object.values(_.groupBy(ofUnion, variantOf));
    return _.minBy(variants, distance) ?? [];
  });
  const judged = plain.filter((fault) => fault.keyword !== 'anyOf' || nearest.length === 0);
  return [...judged, ...nearest];
}

function unionOf(fault: Fault): string {
  return fault.schemaPath.slice(0, fault.schemaPath.indexOf('/anyOf/'));
}

function variantOf(fault: Fault): string {
  const rest = fault.schemaPath.slice(unionOf(fault).length + '/anyOf/'.length);
  return rest.split('/', 1)[0] ?? '';
}

/** A wrong constant (`mode: "fixed"`) or an unknown field says that another variant was meant, more than a wrong value does. */
function distance(variant: readonly Fault[]): number {
  return _.sumBy(variant, (fault) => (fault.keyword === 'const' ? 10 : fault.keyword === 'boolean' ? 3 : 1));
}

function inWords(fault: Fault): string[] {
  const field = fieldOf(fault.instancePath);
  switch (fault.keyword) {
    // `additionalProperties` names the field too: one of the two is enough.
    case 'boolean':
      return [`${field} is unknown`];
    case 'additionalProperties':
      return fault.params.additionalProperties.map((name) => `${within(fault.instancePath, name)} is unknown`);
    case 'required':
      return fault.params.requiredProperties.map((name) => `${within(fault.instancePath, name)} is missing`);
    case 'const':
      return [`${field} must be ${JSON.stringify(fault.params.allowedValue)}`];
    default:
      return [`${field} ${fault.message}`];
  }
}

/** `/taskManager/slots` as people write it: `taskManager.slots`. */
function fieldOf(instancePath: string): string {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~').slice(0, 80));
  return path.length === 0 ? 'it' : path.join('.');
}

function within(instancePath: string, name: string): string {
  const field = fieldOf(instancePath);
  const own = name.slice(0, 80);
  return field === 'it' ? own : `${field}.${own}`;
}
