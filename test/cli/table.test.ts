import test from 'ava';
import fc from 'fast-check';
import { asText, renderFields, renderTable, shortInstant } from '../../src/cli/table.ts';

const columns = [
  { title: 'NAME', of: ([name]: readonly [string, number | undefined]) => name },
  { title: 'N', of: ([, n]: readonly [string, number | undefined]) => n },
];

test('columns are as wide as their widest cell', (t) => {
  t.is(
    renderTable(columns, [
      ['a', 1],
      ['longer', undefined],
      ['über', 100],
    ]),
    ['NAME    N', 'a       1', 'longer  -', 'über    100'].join('\n'),
  );
});

test('fields without a value are left out', (t) => {
  t.is(
    renderFields([
      ['name', 'a'],
      ['nothing', undefined],
      ['phase', 'running'],
    ]),
    'name   a\nphase  running',
  );
});

test('no cell moves the cursor, breaks its line or colours the terminal', (t) => {
  t.is(asText('a\u001b[31mb\nc\r\u009bd'), 'a [31mb c d');
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.integer()), { maxLength: 8 }), (rows) => {
      const lines = renderTable(columns, rows).split('\n');
      t.is(lines.length, rows.length + 1);
      for (const line of lines) t.notRegex(line, /\p{Cc}/u);
    }),
  );
});

test('instants are short and in UTC', (t) => {
  t.is(shortInstant('2026-01-02T03:04:05.678Z'), '2026-01-02 03:04:05');
  t.is(shortInstant(undefined), undefined);
});
