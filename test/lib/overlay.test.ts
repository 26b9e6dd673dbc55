import test from 'ava';
import { overlay } from '../../src/lib/overlay.ts';

test('field by field; lists and the fields named as a whole; what is left out stays', (t) => {
  const base = { a: { b: 1, c: 2 }, list: [1, 2, 3], source: { uri: 'x' }, kept: { d: 4 } };
  const over = { a: { c: 3 }, list: [9], source: { version: '2' } };
  t.deepEqual(overlay<object>(base, over, ['source']), {
    a: { b: 1, c: 3 },
    list: [9],
    source: { version: '2' },
    kept: { d: 4 },
  });
});

test('neither is changed', (t) => {
  const base = { a: { b: 1 } };
  const over = { a: { c: 2 } };
  overlay(base, over, []);
  t.deepEqual([base, over], [{ a: { b: 1 } }, { a: { c: 2 } }]);
});
