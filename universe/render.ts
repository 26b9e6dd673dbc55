/**
 * What Cosmos makes of a package and a user's options (PackageDefinitionRenderer): defaults of the schema, the options over
 * them, validation, the resources where nobody can override them, the template, a JSON object, and labels of its own.
 */
import { Ajv } from 'ajv';
import _ from 'lodash';
import type { MarathonApp } from '../marathon/app.ts';
import { renderAsCosmos } from './cosmos-mustache.ts';
import type { CatalogPackage, ConfigSchema } from './package.ts';

export type Options = Readonly<Record<string, unknown>>;

/** Cosmos' answer to options that do not fit the schema. */
export class OptionsRefused extends Error {
  override readonly name = 'OptionsRefused';
}

export function renderPackage(definition: CatalogPackage, options: Options, source = 'http://localhost/'): MarathonApp {
  const merged = mergeOptions(definition.config, options);
  const wrong = validateOptions(definition.config, merged);
  if (wrong.length > 0) throw new OptionsRefused(wrong.join('; '));
  const text = renderAsCosmos(definition.marathon, { ...merged, resource: definition.resource });
  const app = JSON.parse(text) as MarathonApp & Record<string, unknown>;
  return { ...app, labels: { ...app.labels, ...cosmosLabels(definition, options, source) } };
}

export function mergeOptions(schema: ConfigSchema, options: Options): Record<string, unknown> {
  const replaceLists = (_mine: unknown, theirs: unknown): unknown => (Array.isArray(theirs) ? theirs : undefined);
  return _.mergeWith({}, defaultsOf(schema) ?? {}, options, replaceLists) as Record<string, unknown>;
}

/** A default of its own wins over those below; objects without any disappear. Nothing below `items` or `allOf` counts. */
function defaultsOf(schema: ConfigSchema): unknown {
  if (schema.default !== undefined) return schema.default;
  const members = Object.entries(schema.properties ?? {})
    .map(([name, member]) => [name, defaultsOf(member)] as const)
    .filter(([, value]) => value !== undefined);
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

/**
 * Cosmos validates with draft-04. What config.json uses of it means the same in later drafts, and Ajv refuses to compile
 * what does not (`id`, exclusive bounds that are booleans).
 */
export function validateOptions(schema: ConfigSchema, merged: unknown): string[] {
  const validate = validatorOf(schema);
  if (validate(merged)) return [];
  return (validate.errors ?? []).map((error) => `${error.instancePath || '/'} ${error.message}`);
}

const validatorOf = _.memoize(({ $schema: _draft04, ...rules }: ConfigSchema) =>
  new Ajv({ strict: false, allErrors: true }).compile(rules),
);

function cosmosLabels({ package: { name, version } }: CatalogPackage, options: Options, source: string) {
  return {
    DCOS_PACKAGE_NAME: name,
    DCOS_PACKAGE_VERSION: version,
    DCOS_PACKAGE_SOURCE: source,
    DCOS_PACKAGE_OPTIONS: Buffer.from(JSON.stringify(options)).toString('base64'),
  };
}
