/**
 * Patterns of users: each compiled once and tried once for every value that agents have, in time that grows with the value
 * only. One that cannot be compiled matches nothing.
 */
import { type CompiledRegex, compileRegex } from '../../../lib/linear-regex.ts';

interface Tried {
  readonly regex: CompiledRegex;
  readonly answers: Map<string, boolean>;
}

export class Patterns {
  readonly #tried = new Map<string, Tried>();

  /** Whether the whole value matches. */
  match(pattern: string, value: string): boolean {
    const tried = this.#tried.get(pattern) ?? { regex: compileRegex(pattern), answers: new Map<string, boolean>() };
    this.#tried.set(pattern, tried);
    const answer = tried.answers.get(value) ?? (tried.regex.kind === 'regex' && tried.regex.matchesAll(value));
    tried.answers.set(value, answer);
    return answer;
  }
}
