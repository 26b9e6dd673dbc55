/**
 * What Flink says when it refuses is the text of a Java stack trace, wrapped in the exceptions of every layer it passed.
 * People need the innermost cause, in a line.
 */
const MOST_CHARACTERS = 500;

/** From the body of a refusal: {"errors": ["Internal server error.", "<Exception on server side: …stack trace…>"]}. */
export function wordsOfRefusal(status: number, text: string): string {
  const errors = errorsOf(text);
  const traces = errors.filter((error) => error.includes('\n'));
  const words = traces.length > 0 ? traces.map(wordsOfTrace) : errors;
  return words.join('; ') || `HTTP ${status} without a word`;
}

/** The last cause of a stack trace, and the outermost message where that one says nothing. */
export function wordsOfTrace(trace: string): string {
  const heads = trace
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^(Caused by: |<?Exception on server side|[\w.$]+(Exception|Error)\b)/.test(line));
  const causes = heads.filter((line) => line.startsWith('Caused by: ')).map((line) => line.slice('Caused by: '.length));
  const speaking = causes.filter((line) => line.includes(': '));
  const chosen = speaking.at(-1) ?? causes.at(-1) ?? heads[0] ?? trace.trim().split('\n')[0] ?? '';
  return shorten(withoutPackage(withoutNesting(chosen)));
}

function errorsOf(text: string): readonly string[] {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && 'errors' in body && Array.isArray(body.errors)) {
      return body.errors.filter((error) => typeof error === 'string');
    }
  } catch {
    // No JSON: a proxy between us, or a page of another server. Its own words follow.
  }
  return text.trim() === '' ? [] : [shorten(text.trim())];
}

/** Messages that were made from other exceptions begin with their class names, one after another. */
function withoutNesting(line: string): string {
  const match = /^(?:[\w.$]+(?:Exception|Error): )+(?=[\w.$]+(?:Exception|Error): )/.exec(line);
  return match === null ? line : line.slice(match[0].length);
}

function withoutPackage(line: string): string {
  return line.replace(/^(?:[a-z][\w$]*\.)+(?=[A-Z])/, '');
}

function shorten(line: string): string {
  return line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)}…` : line;
}
