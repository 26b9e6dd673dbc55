import { readFileSync } from 'node:fs';
import test from 'ava';
import { notYet, subjects } from './conformance-ids.ts';
import { coverage, pagePath } from './conformance-page.ts';

const all = (['MA', 'LM'] as const).flatMap((kind) => subjects[kind].map((_, index) => `${kind}-${index + 1}`));

test('every scenario has a test or the reason why it has none', (t) => {
  const covered = coverage();
  t.deepEqual(
    all.filter((id) => !covered.has(id) && notYet[id] === undefined),
    [],
  );
});

test('tests and reasons name scenarios that exist', (t) => {
  t.deepEqual(
    [...coverage().keys(), ...Object.keys(notYet)].filter((id) => !all.includes(id)),
    [],
  );
});

/** A new test may wait for the next writing of the page; a claim without its test may not. */
test('the page has all scenarios and names no test that does not hold them: node test/docs/conformance-page.ts --write', (t) => {
  const covered = coverage();
  const rows = [...readFileSync(pagePath, 'utf8').matchAll(/^\| ((?:MA|LM)-\d+) \| .* \| (.*) \|$/gm)];
  t.deepEqual(
    rows.map(([, id]) => id),
    all,
  );
  for (const [, id = '', by = ''] of rows) {
    const claims = by.startsWith('not yet: ') ? [] : by.split(', ');
    t.deepEqual(
      claims.filter((test) => !covered.get(id)?.has(test)),
      [],
      id,
    );
  }
});
