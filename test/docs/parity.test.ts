import { readFileSync } from 'node:fs';
import test from 'ava';
import { families, idsOf } from './parity-ids.ts';
import { coverage, pagePath } from './parity-page.ts';

const all = families.flatMap(idsOf);

test('tests and reasons name scenarios that exist', (t) => {
  const named = [...coverage().keys(), ...families.flatMap(({ leftOut }) => Object.keys(leftOut))];
  t.deepEqual(
    named.filter((id) => !all.includes(id)),
    [],
  );
});

test('a scenario with a test has no reason why it has none', (t) => {
  const covered = coverage();
  t.deepEqual(
    families.flatMap(({ leftOut }) => Object.keys(leftOut)).filter((id) => covered.has(id)),
    [],
  );
});

/** A new test may wait for the next writing of the page; a claim without its test may not. */
test('the page has all scenarios and names no test that does not hold them: node test/docs/parity-page.ts --write', (t) => {
  const covered = coverage();
  const rows = [...readFileSync(pagePath, 'utf8').matchAll(/^\| ([A-Z]+-\d+) \| .* \| (.*) \|$/gm)];
  t.deepEqual(
    rows.map(([, id]) => id),
    all,
  );
  for (const [, id = '', by = ''] of rows) {
    const claims = by.startsWith('– ') ? [] : by.split(', ');
    t.deepEqual(
      claims.filter((test) => !covered.get(id)?.has(test)),
      [],
      id,
    );
  }
});
