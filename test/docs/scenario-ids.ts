/** Which scenarios a test's source names: their ids stand in titles and tables, as `TM-7` or `FZ-61 to FZ-71`. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The test files (paths below test/) that name each id of these prefixes. */
export function testsByScenario(prefixes: readonly string[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const file of globSync('test/**/*.test.ts', { cwd: root, exclude: ['test/docs/**'] }).sort()) {
    for (const id of scenarioIds(readFileSync(`${root}/${file}`, 'utf8'), prefixes)) {
      found.set(id, (found.get(id) ?? new Set()).add(file.replace(/^test\//, '')));
    }
  }
  return found;
}

/** What stands in code; comments cover nothing. They begin a line: in a text `lib/*` begins none. */
function scenarioIds(source: string, prefixes: readonly string[]): string[] {
  const code = source.replace(/^\s*\/\*[\s\S]*?\*\//gm, '').replace(/^\s*\/\/.*$/gm, '');
  const kind = prefixes.join('|');
  const ranges = [...code.matchAll(new RegExp(`\\b(${kind})-(\\d+) to \\1-(\\d+)\\b`, 'g'))].flatMap(
    ([, prefix, from, to]) =>
      Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => `${prefix}-${Number(from) + index}`),
  );
  return [...ranges, ...[...code.matchAll(new RegExp(`\\b(?:${kind})-\\d+\\b`, 'g'))].map(([id]) => id)];
}
