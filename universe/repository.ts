/**
 * A repository as Cosmos reads it (v4): one JSON document with everything in it. The catalog wants pure ASCII, and the
 * content type to the letter; a plain file server will not do.
 */
import type { CatalogPackage } from './package.ts';

export const repositoryContentType = 'application/vnd.dcos.universe.repo+json;charset=utf-8;version=v4';

export function buildRepository(definition: CatalogPackage): string {
  const { package: description, config, resource, marathon } = definition;
  const v2AppMustacheTemplate = Buffer.from(marathon, 'utf8').toString('base64');
  // Release 0 is what a repository of one package calls its only revision.
  const only = { ...description, releaseVersion: 0, config, resource, marathon: { v2AppMustacheTemplate } };
  const text = `${JSON.stringify({ packages: [only] }, undefined, 2)}\n`;
  const foreign = text.match(/[^\n\x20-\x7e]/);
  if (foreign !== null) throw new Error(`the package holds ${JSON.stringify(foreign[0])}, which is not ASCII`);
  return text;
}
