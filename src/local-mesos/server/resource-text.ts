/**
 * Resources and attributes as Mesos writes them in its flags: `cpus:4;mem:2048;ports:[31000-32000];cpus(web):2` and
 * `rack:r1;cores:16;net:[10-20,30-40]` (docs/attributes-resources.md of Mesos). Sets of resources stand in braces.
 */
import { Problem } from '../../lib/problem.ts';
import type { Attribute, Range, Resource } from '../../mesos-api-client/protocol/mesos.ts';

export function parseResources(text: string): Resource[] {
  return entriesOf(text).map(([key, value]) => {
    const [, name, role] = /^([^()]+)(?:\((.+)\))?$/.exec(key) ?? [];
    if (name === undefined) throw refuse(text, `"${key}" is no name`);
    const parsed = parseValue(text, value);
    if ('text' in parsed) throw refuse(text, `"${value}" is no amount, no [ranges] and no {set}`);
    const reserved = role === undefined || role === '*' ? {} : { reservations: [{ type: 'STATIC' as const, role }] };
    return { name, ...parsed, ...reserved };
  });
}

export function parseAttributes(text: string): Attribute[] {
  return entriesOf(text).map(([name, value]) => ({ name, ...parseValue(text, value) }));
}

function entriesOf(text: string): [string, string][] {
  const entries = text.split(/[;\n]/).filter((each) => each.trim() !== '');
  return entries.map((each) => {
    const colon = each.indexOf(':');
    const [name, value] = [each.slice(0, Math.max(0, colon)).trim(), each.slice(colon + 1).trim()];
    if (name === '' || value === '') throw refuse(text, `"${each.trim()}" is not name:value`);
    return [name, value];
  });
}

type Parsed =
  | { readonly type: 'SCALAR'; readonly scalar: { value: number } }
  | { readonly type: 'RANGES'; readonly ranges: { range: Range[] } }
  | { readonly type: 'SET'; readonly set: { item: string[] } }
  | { readonly type: 'TEXT'; readonly text: { value: string } };

function parseValue(text: string, value: string): Parsed {
  const inner = value.slice(1, -1);
  if (/^\[.*\]$/.test(value)) {
    return { type: 'RANGES', ranges: { range: inner.split(',').map((each) => parseRange(text, each)) } };
  }
  if (/^\{.*\}$/.test(value)) return { type: 'SET', set: { item: inner.split(',').map((each) => each.trim()) } };
  if (/^\d+(\.\d+)?$/.test(value)) return { type: 'SCALAR', scalar: { value: Number(value) } };
  return { type: 'TEXT', text: { value } };
}

function parseRange(text: string, each: string): Range {
  const [, begin, end] = /^\s*(\d+)\s*-\s*(\d+)\s*$/.exec(each) ?? [];
  if (begin === undefined || end === undefined || Number(begin) > Number(end)) {
    throw refuse(text, `"${each.trim()}" is no range`);
  }
  return { begin: Number(begin), end: Number(end) };
}

function refuse(text: string, why: string): Problem {
  return new Problem(
    'USAGE',
    `${why}, in ${text}; expected for example cpus:4;mem:2048;ports:[31000-32000];cpus(web):2`,
  );
}
