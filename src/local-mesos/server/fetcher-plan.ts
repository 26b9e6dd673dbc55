/** What a URI of a command means to the fetcher, or the sentence (Mesos' own) that says why it means nothing. */
import { basename, isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Uri } from '../../mesos-api-client/protocol/mesos.ts';

export type FetchSource =
  | { readonly kind: 'http'; readonly url: string }
  | { readonly kind: 'file'; readonly path: string };

export interface FetchPlan {
  readonly uri: Uri;
  readonly source: FetchSource;
  /** Path inside the sandbox: `output_file`, else the last segment of the URI with its query. */
  readonly name: string;
}

export function planFetch(uri: Uri): FetchPlan | string {
  const { value } = uri;
  if (/['"\\\0]/.test(value)) return 'Illegal characters in URI';
  const source = sourceOf(value);
  if (typeof source === 'string') return source;
  const name = uri.output_file ?? lastSegment(value);
  if (name === '' || name === '.') return `Malformed URI (missing path): ${withoutQuery(value)}`;
  if (name.includes('\0') || isAbsolute(name) || name.split('/').includes('..'))
    return 'URI output file must be within the sandbox directory';
  return { uri, source, name };
}

/** For logs and statuses: signatures and tokens travel in queries, passwords before the host. */
export function withoutQuery(uri: string): string {
  return uri.replace(/[?#].*$/s, '').replace(/^([a-z]+:\/\/)[^/@]*@/i, '$1');
}

function sourceOf(value: string): FetchSource | string {
  if (isAbsolute(value)) return { kind: 'file', path: value };
  if (value.startsWith('file:///')) return { kind: 'file', path: fileURLToPath(value) };
  if (!/^https?:\/\//i.test(value))
    return `Scheme of ${withoutQuery(value)} is not http, https or file, nor is it an absolute path`;
  if (!URL.canParse(value)) return `Malformed URI: ${withoutQuery(value)}`;
  return new URL(value).pathname === '/'
    ? `Malformed URI (missing path): ${withoutQuery(value)}`
    : { kind: 'http', url: value };
}

function lastSegment(value: string): string {
  const query = value.indexOf('?');
  if (query === -1) return basename(value);
  return basename(value.slice(0, query)) + value.slice(query).replaceAll('/', '_');
}
