/** Whoever looks at a file sees one tail of it: what was added and what came before. */
import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import { type Followed, followFile } from '../../src/web/data/follow-file.ts';

function look(start: string) {
  const file = { text: start };
  const told: Followed[] = [];
  const reads: number[] = [];
  const follower = followFile({
    async read(offset, length) {
      const from = offset < 0 ? Math.max(0, file.text.length + offset) : offset;
      const text = file.text.slice(from, from + length);
      reads.push(from);
      return { path: 'f', text, offset: from, next: from + text.length, size: file.text.length };
    },
    visible: () => true,
    tell: (followed) => told.push(followed),
  });
  return { file, told, reads, follower, last: () => told.at(-1)?.tail };
}

test('what was read of earlier stays when the file grows', async (t) => {
  const { file, follower, last, told } = look('a'.repeat(1000) + 'b'.repeat(65_536));
  t.teardown(follower.stop);
  await setImmediate();
  t.is(last()?.from, 1000);
  await follower.earlier();
  t.is(last()?.text, file.text);
  file.text += 'c';
  follower.follow(true);
  await setImmediate();
  t.is(last()?.text, file.text);
  t.deepEqual([told.length, last()?.from], [3, 0]);
});

test('of two who ask for the same earlier piece one is enough', async (t) => {
  const { file, follower, last } = look('a'.repeat(1000) + 'b'.repeat(65_536));
  t.teardown(follower.stop);
  await setImmediate();
  await Promise.all([follower.earlier(), follower.earlier()]);
  t.is(last()?.text, file.text);
});

test('earlier pieces are read as far as they can be kept', async (t) => {
  const { follower, last, reads } = look('a'.repeat(2 * 1024 * 1024));
  t.teardown(follower.stop);
  await setImmediate();
  for (let n = 0; n < 40; n++) await follower.earlier();
  t.is(last()?.text.length, 1024 * 1024);
  t.is(reads.length, 16);
});

test('a failure is told, and what was read before it stays', async (t) => {
  const told: Followed[] = [];
  let gone = false;
  const follower = followFile({
    async read(offset) {
      if (gone) throw new Error('gone');
      return { path: 'f', text: 'x', offset: Math.max(0, offset), next: 1, size: 1 };
    },
    visible: () => true,
    tell: (followed) => told.push(followed),
  });
  t.teardown(follower.stop);
  await setImmediate();
  gone = true;
  follower.follow(true);
  await setImmediate();
  t.like(told.at(-1), { read: true, tail: { text: 'x' }, failure: new Error('gone') });
});
