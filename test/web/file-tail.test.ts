/** The end of a file as it grows: nothing lost, nothing twice, nothing without bound. */
import test from 'ava';
import fc from 'fast-check';
import { grown, nothingYet, precededBy, rangeBefore } from '../../src/web/data/file-tail.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text).length;

test('a tail grows, and is begun anew when its file was', (t) => {
  const first = grown(nothingYet, { path: 'f', text: 'ab\n', offset: 100, next: 103, size: 103 });
  t.deepEqual(first, { text: 'ab\n', from: 100, next: 103, size: 103 });
  const second = grown(first, { path: 'f', text: 'c', offset: 103, next: 104, size: 104 });
  t.deepEqual(second, { text: 'ab\nc', from: 100, next: 104, size: 104 });
  t.deepEqual(grown(second, { path: 'f', text: '', offset: 104, next: 104, size: 10 }), {
    ...nothingYet,
    size: 10,
  });
});

test('what comes before is asked for in pieces, down to the beginning', (t) => {
  const tail = { text: 'x', from: 70_000, next: 70_001, size: 70_001 };
  t.deepEqual(rangeBefore(tail), { offset: 4464, length: 65_536 });
  const more = precededBy(tail, { path: 'f', text: 'y', offset: 4464, next: 70_000, size: 70_001 });
  t.deepEqual(rangeBefore(more), { offset: 0, length: 4464 });
  t.is(rangeBefore({ ...more, from: 0 }), undefined);
  t.is(more.text, 'yx');
});

test('a tail never holds more than a mebibyte, and knows where it begins', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('line é\n', 'z'.repeat(200_000), '𝄞'.repeat(100_000), 'end\n'), { maxLength: 20 }),
      (pieces) => {
        let tail = nothingYet;
        let offset = 0;
        for (const text of pieces) {
          const next = offset + bytesOf(text);
          tail = grown(tail, { path: 'f', text, offset, next, size: next });
          offset = next;
        }
        const whole = pieces.join('');
        return (
          whole.endsWith(tail.text) &&
          tail.from === bytesOf(whole) - bytesOf(tail.text) &&
          tail.text.length <= 1024 * 1024
        );
      },
    ),
    {
      examples: [
        [Array.from({ length: 8 }, () => 'z'.repeat(200_000))],
        [['z', ...Array.from({ length: 8 }, () => '𝄞'.repeat(100_000))]],
      ],
    },
  );
  t.pass();
});
