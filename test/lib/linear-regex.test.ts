/** Held against JavaScript's own expressions where both speak the same language. */
import test from 'ava';
import fc from 'fast-check';
import { compileRegex } from '../../src/lib/linear-regex.ts';

function matches(pattern: string, text: string): boolean {
  const regex = compileRegex(pattern);
  if (regex.kind === 'fault') {
    throw new Error(regex.message);
  }
  return regex.matchesAll(text);
}

const cases: readonly [string, string, boolean][] = [
  ['r1|r2', 'r2', true],
  ['r1|r2', 'r12', false],
  ['', '', true],
  ['a*', '', true],
  ['rack-[0-9]{2,3}', 'rack-12', true],
  ['rack-[0-9]{2,3}', 'rack-1', false],
  ['a{3}', 'aaa', true],
  ['a{2,}', 'aaaaa', true],
  ['(?i)RACK', 'rack', true],
  ['x(?i:Y)z', 'xyz', true],
  ['x(?i:Y)z', 'xyZ', false],
  ['(?P<name>a)(?:b)', 'ab', true],
  ['^us-.*$', 'us-east-1', true],
  ['\\d+\\.\\d', '12.5', true],
  ['[^a-c]+', 'xyz', true],
  ['[]a]+', ']a', true],
  ['[a-]+', '-a', true],
  ['[[:alpha:]_]+', 'ab_', true],
  ['[[:^digit:]]', 'x', true],
  ['\\bfoo\\b', 'foo', true],
  ['.', '\n', false],
  ['(?s).', '\n', true],
  ['\\Qa.b\\E', 'a.b', true],
  ['\\x41\\x{1F600}', 'A😀', true],
  ['a+?b??', 'aab', true],
];
for (const [pattern, text, expected] of cases) {
  test(`${JSON.stringify(pattern)} on ${JSON.stringify(text)}`, (t) => {
    t.is(matches(pattern, text), expected);
  });
}

const faults: readonly [string, string][] = [
  ['(', 'missing ): ('],
  ['a)', 'unexpected ): a)'],
  ['[a', 'missing ]: [a'],
  ['*a', 'no argument for repetition operator: *'],
  ['a**', 'bad repetition operator: **'],
  ['a{1001}', 'invalid repetition size: {1001}'],
  ['\\1', 'invalid escape sequence: \\1'],
  ['\\', 'trailing \\: \\'],
  ['(?=a)', 'invalid perl operator: (?='],
  ['[b-a]', 'invalid character class range: b-a'],
];
for (const [pattern, message] of faults) {
  test(`${JSON.stringify(pattern)} is refused: ${message}`, (t) => {
    t.deepEqual(compileRegex(pattern), { kind: 'fault', message });
  });
}

test('an expression that makes others backtrack for ever is done at once', (t) => {
  t.false(matches('(a|a|aa)*b', 'a'.repeat(2000)));
  t.false(matches('(a*)*c', 'a'.repeat(2000)));
});

test('what takes no letter is not repeated on and on, however deep', (t) => {
  let nothing = '';
  for (let depth = 0; depth < 100; depth++) nothing = `(${nothing}){1000}`;
  t.true(matches(`a${nothing}b`, 'ab'));
  t.false(matches(nothing, 'a'));
});

test('very many groups are read in time that grows with their number', (t) => {
  for (const group of ['(?:)', '(?i)', '(?P<name>)']) {
    const began = process.threadCpuUsage();
    t.true(matches(`${group.repeat(20_000)}a`, 'a'));
    const { user } = process.threadCpuUsage(began);
    t.true(user < 5e6, `${group} took ${user} µs`);
  }
});

test('an expression beyond all bounds is refused, not built', (t) => {
  t.is(compileRegex('((a{1000}){1000}){1000}').kind, 'fault');
  t.is(compileRegex('('.repeat(5000)).kind, 'fault');
});

const letters = fc.constantFrom('a', 'b', 'c');
const pattern = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    letters,
    fc.constantFrom('.', '[ab]', '[^a]', '\\w', '(?:)'),
    fc.tuple(tie('tree'), tie('tree')).map(([left, right]) => `${left}${right}`),
    fc.tuple(tie('tree'), tie('tree')).map(([left, right]) => `(?:${left}|${right})`),
    fc
      .tuple(tie('tree'), fc.constantFrom('*', '+', '?', '{2}', '{1,2}', '*?'))
      .map(([part, count]) => `(?:${part})${count}`),
  ),
})).tree as fc.Arbitrary<string>;

test('the same texts match as with JavaScript’s own expressions', (t) => {
  fc.assert(
    fc.property(pattern, fc.array(letters, { maxLength: 8 }), (expression, text) => {
      const joined = text.join('');
      return matches(expression, joined) === new RegExp(`^(?:${expression})$`, 'u').test(joined);
    }),
    { numRuns: 1000 },
  );
  t.pass();
});
