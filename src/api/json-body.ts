/**
 * JSON bodies, bounded in size and in depth: deeply nested JSON has brought down Mesos masters (CVE-2018-11793), and
 * nothing that we read is deeper than a few levels.
 */
import type { FastifyInstance } from 'fastify';
import { Problem } from '../lib/problem.ts';

/** Only JSON is read; routes that take anything else add their own parser in their own scope. */
export function acceptOnlyJson(app: FastifyInstance, mostLevels: number): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (deeperThan(text, mostLevels)) {
      done(new Problem('BAD_REQUEST', `the JSON is nested deeper than ${mostLevels} levels`));
      return;
    }
    parse(request, text, done);
  });
}

/** Counts brackets outside of strings; whether it is JSON at all is the parser's to say. */
export function deeperThan(text: string, mostLevels: number): boolean {
  let level = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') {
      level++;
      if (level > mostLevels) return true;
    } else if (character === '}' || character === ']') level--;
  }
  return false;
}
