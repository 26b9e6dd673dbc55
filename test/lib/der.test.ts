/** What is written as DER, beside the examples of X.690 and read back by its rules. */
import test from 'ava';
import fc from 'fast-check';
import { integer, objectId, octets, sequence, tagged, utcTime } from '../../src/lib/der.ts';

const lengths: readonly (readonly [bytes: number, head: string])[] = [
  [0, '0400'],
  [0x7f, '047f'],
  [0x80, '048180'],
  [0xff, '0481ff'],
  [0x100, '04820100'],
  [0xffff, '0482ffff'],
  [0x10000, '0483010000'],
  [0xffffff, '0483ffffff'],
  [0x1000000, '048401000000'],
];

for (const [bytes, head] of lengths) {
  test(`contents of ${bytes} bytes in DER`, (t) => {
    const written = octets(Buffer.alloc(bytes, 0xab));
    t.is(written.subarray(0, head.length / 2).toString('hex'), head);
    t.is(written.length, head.length / 2 + bytes);
  });
}

test('parts of any length are found again one after the other', (t) => {
  const part = fc.integer({ min: 0, max: 200_000 });
  fc.assert(
    fc.property(fc.array(part, { maxLength: 4 }), (sizes) => {
      const [whole] = read(sequence(...sizes.map((size) => octets(Buffer.alloc(size)))));
      t.deepEqual(
        read(whole ?? Buffer.alloc(0)).map(({ length }) => length),
        sizes,
      );
    }),
    { numRuns: 50 },
  );
});

/** The contents, one after the other. */
function read(text: Buffer): Buffer[] {
  const contents: Buffer[] = [];
  for (let at = 0; at < text.length; ) {
    const first = text[at + 1] ?? 0;
    const more = first < 0x80 ? 0 : first - 0x80;
    const length = more === 0 ? first : text.readUIntBE(at + 2, more);
    contents.push(text.subarray(at + 2 + more, at + 2 + more + length));
    at += 2 + more + length;
  }
  return contents;
}

test('numbers and object identifiers in DER', (t) => {
  t.is(integer(0).toString('hex'), '020100');
  t.is(integer(127).toString('hex'), '02017f');
  t.is(integer(128).toString('hex'), '02020080');
  t.is(integer(10_000).toString('hex'), '02022710');
  t.is(integer(Number.MAX_SAFE_INTEGER).toString('hex'), '02071fffffffffffff');
  t.is(objectId('1.2.840.113549').toString('hex'), '06062a864886f70d');
  t.is(objectId('2.999.3').toString('hex'), '0603883703', 'X.690, 8.19.5');
});

test('what has no form here is refused', (t) => {
  for (const value of [-1, 1.5, Number.NaN, 2 ** 53])
    t.throws(() => integer(value), { instanceOf: RangeError, message: /a whole number from 0 to 2\^53 - 1/ });
  for (const id of ['', '1', '3.1', '1.40', '1.2.', '1.-2', '1.2.x'])
    t.throws(() => objectId(id), { instanceOf: RangeError, message: /an object identifier/ }, id);
  for (const tag of [-1, 0x1f, 0xbf, 256])
    t.throws(() => tagged(tag, Buffer.alloc(0)), { instanceOf: RangeError, message: /a tag of one byte/ });
  for (const at of [Date.UTC(1949, 11, 31), Date.UTC(2050, 0, 1), Number.NaN])
    t.throws(() => utcTime(at), { instanceOf: RangeError, message: /a time from 1950 to 2049/ });
  t.is(utcTime(Date.UTC(2049, 11, 31, 23, 59, 59)).toString(), '\x17\x0d491231235959Z');
});
