/** Whom the API lets in, and as what: readers see everything, actors may change it too. */
import type { Actor } from '../../lib/act-fact.ts';
import { Problem } from '../../lib/problem.ts';

export type Role = 'read' | 'act';

export interface Caller extends Actor {
  readonly role: Role;
}

export interface ApiToken {
  readonly name: string;
  readonly role: Role;
  readonly token: string;
}

export interface AccessRules {
  readonly tokens: readonly ApiToken[];
  /** Asked of tokens that are none of ours; undefined when it knows the token as little. */
  readonly elsewhere?: (token: string) => Promise<Caller | undefined>;
}

/**
 * The tokens of a file, one a line: `TOKEN`, or `NAME TOKEN` so that the audit can say who it was. Several tokens of one
 * name are how a token is changed without a moment in which none counts.
 */
export function parseTokens(text: string, role: Role, origin: string): ApiToken[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '').map((line) => parseLine(line, role, origin));
}

function parseLine(line: string, role: Role, origin: string): ApiToken {
  const [first = '', second, ...more] = line.split(/\s+/);
  if (second === undefined) return { name: role === 'act' ? 'token' : 'read-token', role, token: first };
  // The line itself is not shown: it holds a secret.
  if (more.length > 0) throw new Problem('USAGE', `${origin}: a line is TOKEN or NAME TOKEN, and one has more`);
  if (!/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/.test(first)) {
    throw new Problem('USAGE', `${origin}: a name is of letters, digits and "._@-", 64 at most, and one is not`);
  }
  return { name: first, role, token: second };
}
