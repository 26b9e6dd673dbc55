/** What is shared by its users, and closed when all of them have left and nobody came again. */
import { EventEmitter, once } from 'node:events';
import test from 'ava';
import { lingering } from '../../src/runtime/lingering.ts';

const long = 600_000;

function doors() {
  const opened: string[] = [];
  const closed: string[] = [];
  const news = new EventEmitter();
  const open = (key: string) => {
    opened.push(key);
    return {
      key,
      close: async () => {
        closed.push(key);
        news.emit('closed');
      },
    };
  };
  return { opened, closed, open, someClosed: () => once(news, 'closed') };
}

test('one after the other and at the same time, all use the same, whatever one of them throws', async (t) => {
  const { opened, closed, open } = doors();
  const shared = lingering(open, { lingerMs: long, most: 2 });
  const first = Promise.withResolvers<void>();
  const using = shared.use('a', () => first.promise);
  await t.throwsAsync(shared.use('a', () => Promise.reject(new Error('no'))));
  first.resolve();
  await using;
  t.is(await shared.use('a', async ({ key }) => key), 'a');
  await shared.use('b', async () => undefined);
  t.deepEqual([opened, closed], [['a', 'b'], []]);
  await shared.close();
  t.deepEqual(closed, ['a', 'b']);
});

test('some time after the last has left it is closed, and opened again for the next', async (t) => {
  const { opened, closed, open, someClosed } = doors();
  const shared = lingering(open, { lingerMs: 1, most: 2 });
  const closing = someClosed();
  await shared.use('a', async () => undefined);
  await closing;
  t.deepEqual(closed, ['a']);
  const again = someClosed();
  await shared.use('a', async () => undefined);
  await again;
  t.deepEqual(
    [opened, closed],
    [
      ['a', 'a'],
      ['a', 'a'],
    ],
  );
});

test('of more than so many none lingers', async (t) => {
  const { closed, open } = doors();
  const shared = lingering(open, { lingerMs: long, most: 2 });
  for (const key of ['a', 'b', 'c', 'd']) await shared.use(key, async () => undefined);
  t.deepEqual(closed, ['c', 'd']);
  await shared.close();
});

test('what is used while all is closed is closed once', async (t) => {
  const { closed, open } = doors();
  const shared = lingering(open, { lingerMs: long, most: 2 });
  const first = Promise.withResolvers<void>();
  const using = shared.use('a', () => first.promise);
  await shared.close();
  first.resolve();
  await using;
  t.deepEqual(closed, ['a']);
});
