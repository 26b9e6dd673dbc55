/** The differences between mustache.java as Cosmos uses it and mustache.js, one row each. */
import test from 'ava';
import { renderAsCosmos, tagNames } from '../../universe/cosmos-mustache.ts';

const section = '{{#v}}on{{/v}}{{^v}}off{{/v}}';

const sections: [unknown, string][] = [
  [0, 'on'],
  [1, 'on'],
  ['', 'off'],
  [false, 'off'],
  [null, 'off'],
  [undefined, 'off'],
  [[], 'off'],
  [{}, 'on'],
  ['false', 'on'],
  [true, 'on'],
];

for (const [v, said] of sections) {
  test(`a section of ${JSON.stringify(v)} is ${said}`, (t) => {
    t.is(renderAsCosmos(section, { v }), said);
  });
}

const prints: [unknown, string][] = [
  [['a', 'b'], '["a", "b"]'],
  [[['a', 'IS', 'b'], ['c']], '[["a", "IS", "b"], ["c"]]'],
  [[], '[]'],
  [['a"b'], '["a\\"b"]'],
  ['a"b\\c\n', 'a\\"b\\\\c\\n'],
  ['<&>', '<&>'],
  [1.0, '1'],
  [0.5, '0.5'],
  [12345678.5, '1.23456785E7'],
  [0.00001, '1.0E-5'],
  [123456789012, '123456789012'],
  [true, 'true'],
  [undefined, ''],
];

for (const [v, text] of prints) {
  test(`${JSON.stringify(v)} prints as ${text}`, (t) => {
    t.is(renderAsCosmos('{{v}}', { v }), text);
    t.is(renderAsCosmos('{{{v}}}', { v }), text, 'three braces are the same');
  });
}

test('inside a section only its members and full paths resolve', (t) => {
  const context = { a: { b: { c: 'in' } }, d: 'out' };
  t.is(renderAsCosmos('{{#a.b}}{{c}} {{a.b.c}} {{d}}{{/a.b}}', context), 'in in out');
});

test('a list as a section comes once for each member', (t) => {
  t.is(renderAsCosmos('{{#v}}x{{/v}}', { v: ['a', 'b'] }), 'xx');
});

test('asJson prints a top-level string raw, null when it is missing', (t) => {
  t.is(renderAsCosmos('{{#asJson}}v{{/asJson}}', { v: '{"a": 1}' }), '{"a": 1}');
  t.is(renderAsCosmos('{{#asJson}}w{{/asJson}}', { v: '{}' }), 'null');
});

test('the names of all tags are found', (t) => {
  t.deepEqual(tagNames('{{a.b}}{{#c}}{{^d}}{{e}}{{/d}}{{/c}}'), ['a.b', 'c', 'd', 'e']);
});
