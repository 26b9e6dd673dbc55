import test from 'ava';
import fc from 'fast-check';
import { deeperThan } from '../../src/api/json-body.ts';

function depthOf(value: unknown): number {
  if (value === null || typeof value !== 'object') return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

test('the depth of JSON is seen in its text, whatever stands in strings', (t) => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.integer({ min: 0, max: 8 }), (value, levels) => {
      t.is(deeperThan(JSON.stringify(value), levels), depthOf(value) > levels);
    }),
  );
});

test('brackets and quotes in strings do not count', (t) => {
  t.false(deeperThan(JSON.stringify({ a: '[[[[{{{{"\\"[[[' }), 1));
  t.true(deeperThan(JSON.stringify({ a: '"', b: [] }), 1));
});
