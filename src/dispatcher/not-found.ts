/** "There is no such thing; there are these": so that a wrong name can be corrected without another question. */
import { Problem } from '../lib/problem.ts';

const NAMES_SHOWN = 10;

export function notFound(what: string, name: string, present: readonly string[]): Problem {
  const wanted = name.length > 80 ? `${name.slice(0, 80)}…` : name;
  return new Problem('NOT_FOUND', `there is no ${what} "${wanted}"; ${listed(present)}`);
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'there is none at all';
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : '';
  return `there ${names.length === 1 ? 'is' : 'are'}: ${names.slice(0, NAMES_SHOWN).join(', ')}${more}`;
}
