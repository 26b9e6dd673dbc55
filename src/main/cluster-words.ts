/** How options for clusters are written: constraints, options of Flink, numbers of TaskManagers. */
import { Problem } from '../lib/problem.ts';

type Constraint = string[];

/**
 * As DC/OS services take them: JSON (`[["hostname","UNIQUE"]]`, or one alone, `["hostname","UNIQUE"]`), or
 * `FIELD:OPERATOR:VALUE,…` with "\" before a ":" or "," that belongs to a value.
 */
export function parseConstraints(text: string, option: string): Constraint[] {
  const trimmed = text.trim();
  if (!trimmed.startsWith('['))
    return splitUnescaped(trimmed, ',').map((each) => splitUnescaped(each, ':').map(unescaped));
  let json: unknown;
  try {
    json = JSON.parse(trimmed);
  } catch (error) {
    throw new Problem('USAGE', `${option}: ${(error as Error).message}`);
  }
  const rows = Array.isArray(json) && json.every((row) => Array.isArray(row)) ? json : [json];
  if (rows.every(isRow)) return rows;
  throw new Problem('USAGE', `${option} ${text}: expected lists of texts, as [["@zone","GROUP_BY","3"]]`);
}

function isRow(row: unknown): row is Constraint {
  return Array.isArray(row) && row.every((each) => typeof each === 'string');
}

/** `az:x,series:t2`: the old package's way to say IS. */
export function parseHostAttributes(text: string, option: string): [string, string, string][] {
  return parsePairs(text, option).map(([name, value]) => [name, 'IS', value]);
}

/** `zone:inner,tier:2`, as dcos-commons writes the labels of a network. */
export function parseLabels(text: string, option: string): Record<string, string> {
  return Object.fromEntries(parsePairs(text.trim().replace(/,$/, ''), option));
}

function parsePairs(text: string, option: string): [string, string][] {
  return splitUnescaped(text.trim(), ',').map((each) => {
    const [name = '', value = '', ...more] = splitUnescaped(each, ':').map((part) => unescaped(part).trim());
    if (name !== '' && value !== '' && more.length === 0) return [name, value];
    throw new Problem('USAGE', `${option} ${text}: expected NAME:VALUE,…`);
  });
}

/** `-Dkey=value`, `-D key=value` or `key=value`, between blanks or line ends; quotes keep blanks. */
export function parseConfiguration(text: string, option: string): Record<string, string> {
  const words = text.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? [];
  const pairs = words
    .map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2').replace(/^-D/, ''))
    .filter((word) => word !== '')
    .map((word) => {
      const at = word.indexOf('=');
      if (at < 1) throw new Problem('USAGE', `${option}: expected -Dkey=value, not ${word}`);
      return [word.slice(0, at), word.slice(at + 1)] as const;
    });
  return Object.fromEntries(pairs);
}

/** `4`, or `MIN:MAX` or `MIN:MAX:SPARE`. */
export function parseTaskManagers(text: string, option: string): object {
  const parts = text.trim().split(':').map(Number);
  const [first = 0, max, spare = 0] = parts;
  if (parts.length > 3 || parts.some((part) => !Number.isInteger(part) || part < 0)) {
    throw new Problem('USAGE', `${option} ${text}: expected COUNT, MIN:MAX or MIN:MAX:SPARE`);
  }
  return max === undefined ? { mode: 'fixed', count: first } : { mode: 'elastic', min: first, max, spare };
}

/** `2.3.0@/opt/flink` */
export function parseFlinkHome(text: string, option: string): object {
  const [, version, home] = /^([0-9]+\.[0-9]+\.[0-9]+)@(\/\S*)$/.exec(text.trim()) ?? [];
  if (version === undefined)
    throw new Problem('USAGE', `${option} ${text}: expected VERSION@DIRECTORY, as 2.3.0@/opt/flink`);
  return { home, version };
}

/** Kept by the agent: the next process there does not fetch it again. */
export function parseUris(text: string): object[] {
  const uris = splitUnescaped(text, ',').map((uri) => unescaped(uri).trim());
  return uris.filter((uri) => uri !== '').map((value) => ({ value, extract: true, cache: true }));
}

function splitUnescaped(text: string, separator: string): string[] {
  const parts = [''];
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === separator) parts.push('');
    else if (character === '\\') parts[parts.length - 1] += character + (text[++at] ?? '');
    else parts[parts.length - 1] += character;
  }
  return parts;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, '$1').trim();
}
