/** docs/errors.md lists every code with what it really does. */
import { readFileSync } from 'node:fs';
import test from 'ava';
import { problemTable } from '../../src/lib/problem.ts';

test('docs/errors.md and the table of problems say the same', (t) => {
  const documented = readFileSync('docs/errors.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  const actual = Object.entries(problemTable).map(
    ([code, { status, exitCode, advice }]) => `| \`${code}\` | ${exitCode} | ${status} | ${advice} |`,
  );
  t.deepEqual(documented, actual);
});
