import test from 'ava';
import fc from 'fast-check';
import { parseExact, stringifyExact } from '../../../src/mesos-api-client/protocol/int64.ts';

const key = fc.string().filter((name) => name !== 'begin' && name !== 'end' && name !== '__proto__');
const leaf = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.boolean(),
  fc.constant(null),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
);
/** Whole numbers are bigints beyond 2^53 and numbers below it, whichever way they were made. */
const normal = leaf.map((value) =>
  typeof value === 'bigint' && value >= -(2n ** 53n) + 1n && value <= 2n ** 53n - 1n ? Number(value) : value,
);
const message = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    normal.filter((value) => typeof value !== 'number' || Number.isSafeInteger(value) || !Number.isInteger(value)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

test('property: what is written is read again, 64-bit numbers, bytes and names that we do not know included', (t) => {
  fc.assert(
    fc.property(message, (value) => {
      t.deepEqual(parseExact(stringifyExact(value)), value);
    }),
  );
});

test('a text of Mesos survives to the digit: nanoseconds, counters at 2^64-1, unknown enum values, base64', (t) => {
  const text =
    '{"type":"UPDATE","update":{"status":{"state":"TASK_ASLEEP","reason":"REASON_NEW","uuid":"DNvVmp3STM+/AAAA////9w==",' +
    '"timestamp":1795222919.06788,"unreachable_time":{"nanoseconds":1795222915755762201},' +
    '"counters":[18446744073709551615,-9223372036854775808,9007199254740993,9007199254740991,0.1234567890123456]}}}';
  t.is(stringifyExact(parseExact(text)), text);
});

test('only whole numbers beyond 2^53 are bigints', (t) => {
  t.deepEqual(parseExact('[9007199254740991,9007199254740992,1e20,1234567890123456.5,"12345678901234567890"]'), [
    9007199254740991,
    9007199254740992n,
    1e20,
    1234567890123456.5,
    '12345678901234567890',
  ]);
});

test('the ends of ranges stay numbers', (t) => {
  t.deepEqual(parseExact('{"begin":0,"end":18446744073709551615}'), { begin: 0, end: 2 ** 64 });
});

test('what is no JSON is refused as by JSON.parse, and a circle as by JSON.stringify', (t) => {
  t.throws(() => parseExact('{"a":1234567890123456789'), { instanceOf: SyntaxError });
  const circle: unknown[] = [];
  circle.push(circle);
  t.throws(() => stringifyExact(circle), { instanceOf: TypeError });
});
