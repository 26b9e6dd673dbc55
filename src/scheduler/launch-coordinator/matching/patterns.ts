/**
 * Patterns of users, each compiled once and tried once for every value that agents have. Which patterns are let in, so
 * that none takes for ever, is decided where users give them (src/flink/render/judge-placement.ts).
 */
interface Tried {
  readonly pattern: RegExp;
  readonly answers: Map<string, boolean>;
}

export class Patterns {
  readonly #tried = new Map<string, Tried>();

  /** Whether the whole value matches. */
  match(source: string, value: string): boolean {
    const { pattern, answers } = this.#of(source);
    const answer = answers.get(value) ?? pattern.test(value);
    answers.set(value, answer);
    return answer;
  }

  #of(source: string): Tried {
    const known = this.#tried.get(source);
    if (known !== undefined) {
      return known;
    }
    const tried = { pattern: new RegExp(`^(?:${source})$`, 'u'), answers: new Map<string, boolean>() };
    this.#tried.set(source, tried);
    return tried;
  }
}
