/**
 * Mustache as Cosmos has it (mustache.java 0.9.6, HTML escaping off), on top of mustache.js. The values decide, so they
 * are converted before: strings stand as inside JSON quotes; every number turns a section on, 0 too; a list prints as
 * `["a", "b"]`; numbers print as Java does. `{{#asJson}}key{{/asJson}}` prints a top-level string as it is, null when it is missing.
 */
import Mustache from 'mustache';

export function renderAsCosmos(template: string, context: Readonly<Record<string, unknown>>): string {
  const asJson = () => (key: string) => {
    const value = context[key.trim()];
    return value === undefined ? 'null' : String(value);
  };
  const view = { ...(javaValue(context) as object), asJson };
  return Mustache.render(template, view, {}, { escape: String });
}

/** The names of all tags: sections, inverted sections and variables. */
export function tagNames(template: string): string[] {
  return [...new Set(namesIn(Mustache.parse(template)))].sort();
}

type Tokens = ReturnType<typeof Mustache.parse>;

function namesIn(tokens: Tokens): string[] {
  return tokens.flatMap(([kind, name, , , children]) => {
    if (kind === 'text' || kind === '!') return [];
    return [name, ...(Array.isArray(children) ? namesIn(children as Tokens) : [])];
  });
}

function javaValue(value: unknown): unknown {
  if (typeof value === 'string') return jsonEscaped(value);
  if (typeof value === 'number') return new JavaNumber(value);
  if (Array.isArray(value)) return JavaList.from(value, javaMember);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, javaValue(member)]));
}

/** Members of lists keep their quotes: a list prints as JSON. */
function javaMember(value: unknown): unknown {
  return typeof value === 'string' ? JSON.stringify(value) : javaValue(value);
}

function jsonEscaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** An object, so that 0 turns a section on. */
class JavaNumber {
  readonly #value: number;

  constructor(value: number) {
    this.#value = value;
  }

  toString(): string {
    return javaNumber(this.#value);
  }
}

class JavaList extends Array<unknown> {
  override toString(): string {
    return `[${this.map(String).join(', ')}]`;
  }
}

/** Whole numbers as BigInteger, all others as Double.toString: scientific below 10^-3 and from 10^7 on. */
function javaNumber(value: number): string {
  if (Number.isInteger(value)) return BigInt(value).toString();
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) return String(value);
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
}
