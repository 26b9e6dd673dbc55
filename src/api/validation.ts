/**
 * Violations of a schema in words that name the field: `taskManager.slots must be >= 1`. A union of objects violates
 * every one of its forms at once; what is said then is what the form says that the input comes nearest to.
 */
import type { FastifySchemaValidationError } from 'fastify/types/schema.js';
import _ from 'lodash';
import { Problem } from '../lib/problem.ts';

interface Violation {
  readonly field: string;
  readonly message: string;
}

const mostViolations = 20;

export function describeViolations(errors: readonly FastifySchemaValidationError[], where: string): Problem {
  const violations = _.uniqWith(relevant(errors).flatMap(asViolations), _.isEqual).slice(0, mostViolations);
  const text = violations.map(({ field, message }) => `${field === '' ? `the ${where}` : field} ${message}`).join('; ');
  return new Problem(where === 'body' ? 'SPEC_INVALID' : 'BAD_REQUEST', text, { details: { fields: violations } });
}

/** Leaves out what only repeats another violation: `schema is false`, the union's own, and the farther forms. */
function relevant(errors: readonly FastifySchemaValidationError[]): readonly FastifySchemaValidationError[] {
  const plain = errors.filter(({ keyword }) => keyword !== 'boolean' && keyword !== 'anyOf');
  const [inUnion, outside] = _.partition(plain, ({ schemaPath }) => formOf(schemaPath) !== undefined);
  const byUnion = _.groupBy(inUnion, ({ schemaPath }) => formOf(schemaPath)?.union);
  return [...outside, ...Object.values(byUnion).flatMap(nearestForm)];
}

/** A form whose constant (`mode: "fixed"`) was met, or else the one with the fewest violations. */
function nearestForm(errors: readonly FastifySchemaValidationError[]): readonly FastifySchemaValidationError[] {
  const forms = Object.values(_.groupBy(errors, ({ schemaPath }) => formOf(schemaPath)?.form));
  const constants = forms.filter((form) => form.some(({ keyword }) => keyword === 'const'));
  if (constants.length === forms.length && forms.length > 0) return mergedConstants(forms);
  return _.minBy(_.difference(forms, constants), (form) => form.length) ?? [];
}

/** No form's constant was met: all that can be said is which values there are. */
function mergedConstants(forms: readonly FastifySchemaValidationError[][]): readonly FastifySchemaValidationError[] {
  const constants = forms.flat().filter(({ keyword }) => keyword === 'const');
  const [first] = constants;
  if (first === undefined) return [];
  const allowed = constants.map(({ params }) => JSON.stringify(params.allowedValue)).join(' or ');
  return [{ ...first, message: `must be ${allowed}` }];
}

function formOf(schemaPath: string): { union: string; form: string } | undefined {
  const match = /^(.*?\/anyOf)\/(\d+)/.exec(schemaPath);
  return match ? { union: match[1] ?? '', form: match[2] ?? '' } : undefined;
}

function asViolations({ keyword, instancePath, params, message }: FastifySchemaValidationError): Violation[] {
  const path = instancePath.split('/').slice(1).map(unescapePointer);
  const named = (fields: unknown, text: string) =>
    _.castArray(fields).map((field) => ({ field: [...path, String(field)].join('.'), message: text }));
  if (keyword === 'additionalProperties') return named(params.additionalProperties, 'is not a known field');
  if (keyword === 'required') return named(params.requiredProperties, 'is missing');
  return [{ field: path.join('.'), message: message ?? `violates ${keyword}` }];
}

function unescapePointer(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}
