import test from 'ava';
import fc from 'fast-check';
import { parseEvents } from '../../src/cli/server-sent-events.ts';

async function parse(pieces: readonly Uint8Array[]) {
  async function* chunks() {
    yield* pieces;
  }
  const events = [];
  for await (const event of parseEvents(chunks())) events.push(event);
  return events;
}

const text =
  'retry: 1000\n\n: a comment\n\nid: 1.1\nevent: fact\ndata: {"a":"ü"}\n\ndata: x\ndata: y\r\n\r\nid: 1.2\n\nid: 9\ndata: cut';
const events = [{ id: '1.1', data: '{"a":"ü"}' }, { data: 'x\ny' }];

test('events are read, comments and unfinished ones are not', async (t) => {
  t.deepEqual(await parse([Buffer.from(text)]), events);
});

test('the same events, wherever the pieces are cut', async (t) => {
  const bytes = Buffer.from(text.replaceAll('\r', ''));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: bytes.length }), { maxLength: 20 }), async (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      const pieces = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
      t.deepEqual(await parse(pieces), events);
    }),
  );
});
