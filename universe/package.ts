/** The catalog package: four files of universe/package, and where its artifacts lie. */

import { readFile } from 'node:fs/promises';
import Mustache from 'mustache';
import type { CliResource } from './cli-binaries.ts';
import { partials } from './secrets.ts';

export interface ConfigSchema {
  readonly $schema?: string;
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: ConfigSchema;
  readonly properties?: Readonly<Record<string, ConfigSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
}

export interface PackageDescription {
  readonly packagingVersion: string;
  readonly name: string;
  readonly version: string;
  readonly [field: string]: unknown;
}

export interface CatalogPackage {
  readonly package: PackageDescription;
  readonly config: ConfigSchema;
  readonly resource: {
    readonly assets: { readonly uris: Readonly<Record<string, string>> };
    readonly cli?: CliResource;
  };
  /** The template of the Marathon app. */
  readonly marathon: string;
}

/** The Flink that the package brings; another one is an option. */
export const packagedFlink = '2.3.0';

/** `artifacts` is the address of a directory that holds the archives; agents fetch from there. */
export async function readPackage(artifacts: string, version: string): Promise<CatalogPackage> {
  const base = artifacts.replace(/\/+$/, '');
  const [description, config, resource, marathon] = await Promise.all(
    ['package.json', 'config.json', 'resource.json', 'marathon.json.mustache'].map((name) =>
      readFile(new URL(`package/${name}`, import.meta.url), 'utf8'),
    ),
  );
  const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);
  const values = { artifacts: base, version, flinkVersion: packagedFlink };
  return {
    package: { ...(JSON.parse(description ?? '') as PackageDescription), version },
    config: JSON.parse(config ?? '') as ConfigSchema,
    resource: JSON.parse(Mustache.render(resource ?? '', values, {}, { escape: inJson })) as CatalogPackage['resource'],
    marathon: withPartials(marathon ?? ''),
  };
}

/** The template that goes out is one text: DC/OS knows no partials. */
function withPartials(template: string): string {
  return template.replace(/\{\{> ([\w-]+)\}\}/g, (_tag, name: string) => {
    const text = partials[name];
    if (text === undefined) throw new Error(`the template names ${name}, which nobody has written`);
    return text;
  });
}
