/** Server-sent events over a real connection. */
import test, { type ExecutionContext } from 'ava';
import { request } from 'undici';
import { listen, testApi, withCluster } from './support/api.ts';
import type { FakeDispatcher } from './support/fake-dispatcher.ts';

interface Stream {
  readonly contentType: string;
  /** Reads on until the text so far matches; fails when the stream ends before. */
  until(pattern: RegExp): Promise<string>;
  close(): void;
}

async function openStream(t: ExecutionContext, url: string, headers: Record<string, string> = {}): Promise<Stream> {
  const controller = new AbortController();
  t.teardown(() => controller.abort());
  const answer = await request(url, {
    headers: { accept: 'text/event-stream', ...headers },
    signal: controller.signal,
  });
  t.is(answer.statusCode, 200);
  answer.body.setEncoding('utf8');
  const chunks = answer.body[Symbol.asyncIterator]();
  let text = '';
  return {
    contentType: String(answer.headers['content-type']),
    async until(pattern) {
      while (!pattern.test(text)) {
        const { value, done } = await chunks.next();
        if (done) throw new Error(`the stream ended after ${JSON.stringify(text)}`);
        text += value;
      }
      return text;
    },
    close: () => controller.abort(),
  };
}

/** The events of a stream by number, in order. */
function numbersIn(text: string): number[] {
  return [...text.matchAll(/^id: \d+\.(\d+)$/gm)].map((match) => Number(match[1]));
}

function idOf(dispatcher: FakeDispatcher, sequence: number): string {
  return `${Date.parse(dispatcher.startedAt)}.${sequence}`;
}

test('history first, then what happens, each once and in order', async (t) => {
  const { app, dispatcher } = await testApi(t);
  const url = await listen(app);
  dispatcher.addFact('past');
  const stream = await openStream(t, `${url}/v1/events`);
  t.regex(stream.contentType, /^text\/event-stream/);
  const first = await stream.until(/past/);
  t.regex(first, /^retry: 1000\n\nid: \d+\.1\nevent: fact\ndata: \{"sequence":1,.*\}\n\n$/);
  dispatcher.addFact('present');
  dispatcher.addFact('future');
  t.deepEqual(numbersIn(await stream.until(/future/)), [1, 2, 3]);
});

test('more than one read of history', async (t) => {
  const { app, dispatcher } = await testApi(t);
  const url = await listen(app);
  for (let at = 1; at <= 250; at++) dispatcher.addFact(`fact-${at}`);
  const stream = await openStream(t, `${url}/v1/events?after=10`);
  const numbers = numbersIn(await stream.until(/fact-250.*\n\n$/));
  t.deepEqual(
    numbers,
    Array.from({ length: 240 }, (_, index) => index + 11),
  );
});

test('a stream resumes after Last-Event-ID, whatever the address says', async (t) => {
  const { app, dispatcher } = await testApi(t);
  const url = await listen(app);
  for (const kind of ['a', 'b', 'c']) dispatcher.addFact(kind);
  const stream = await openStream(t, `${url}/v1/events?after=0`, { 'last-event-id': idOf(dispatcher, 2) });
  t.deepEqual(numbersIn(await stream.until(/"kind":"c"/)), [3]);
});

for (const id of ['1000.2', 'nonsense', '2', '']) {
  test(`Last-Event-ID ${JSON.stringify(id)}, of another life or none, gets the whole history`, async (t) => {
    const { app, dispatcher } = await testApi(t);
    const url = await listen(app);
    for (const kind of ['a', 'b', 'c']) dispatcher.addFact(kind);
    const stream = await openStream(t, `${url}/v1/events`, { 'last-event-id': id });
    t.deepEqual(numbersIn(await stream.until(/"kind":"c"/)), [1, 2, 3]);
  });
}

test('a silent stream says that it lives', async (t) => {
  const { app } = await testApi(t, { limits: { eventHeartbeatMs: 5 } });
  const stream = await openStream(t, `${await listen(app)}/v1/events`);
  t.pass(await stream.until(/: nothing new\n\n: nothing new\n\n/));
});

test('a client that goes away is forgotten', async (t) => {
  const { app, dispatcher } = await withCluster(t);
  const stream = await openStream(t, `${await listen(app)}/v1/events`);
  await stream.until(/retry/);
  dispatcher.addFact('seen');
  await stream.until(/seen/);
  t.is(dispatcher.listeners(), 1);
  const forgotten = Promise.withResolvers<void>();
  const poll = setInterval(() => {
    if (dispatcher.listeners() === 0) forgotten.resolve();
  }, 5);
  stream.close();
  await forgotten.promise;
  clearInterval(poll);
  t.is(dispatcher.listeners(), 0);
});

test('closing the API ends the streams that are open', async (t) => {
  const { app, dispatcher } = await testApi(t);
  const stream = await openStream(t, `${await listen(app)}/v1/events`);
  await stream.until(/retry/);
  const ended = stream.until(/never/);
  await Promise.all([app.close(), t.throwsAsync(ended)]);
  t.is(dispatcher.listeners(), 0);
});
