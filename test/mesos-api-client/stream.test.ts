import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import test from 'ava';
import { encodeRecord } from '../../src/mesos-api-client/protocol/recordio.ts';
import type { SchedulerEvent } from '../../src/mesos-api-client/protocol/scheduler.ts';
import { obliging, sendEvent } from './fake-master.ts';
import { opened, readAll, startClient, startMaster } from './harness.ts';
import { recording, recordings } from './recorded.ts';

const heartbeat = { type: 'HEARTBEAT' } as const;

for (const name of recordings) {
  test(`MA-5 the recorded answer ${name}, byte for byte over a socket`, async (t) => {
    const { head, chunks, events } = recording(name);
    const server = createServer((socket) => {
      socket.once('data', () => socket.write(Buffer.concat([head, ...chunks])));
    }).listen(0, '127.0.0.1');
    t.teardown(() => server.close());
    await once(server, 'listening');
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const read = await readAll(await opened(startClient(t), { address }));
    t.deepEqual(read.events as unknown, events);
    t.is(read.error.code, 'closed');
  });
}

test('MA-8 an event of unknown type is passed on', async (t) => {
  const odd = { type: 'TELEPATHY', telepathy: {} };
  const master = await startMaster(
    t,
    obliging((response) => {
      sendEvent(response, odd);
      sendEvent(response, heartbeat);
      response.end();
    }),
  );
  const { events } = await readAll(await opened(startClient(t), master));
  t.deepEqual(events as unknown, [odd, heartbeat]);
});

test('MA-22 200 followed at once by the end: closed', async (t) => {
  const master = await startMaster(
    t,
    obliging((response) => response.end()),
  );
  const stream = await opened(startClient(t), master);
  const { events, error } = await readAll(stream);
  t.deepEqual(events, []);
  t.is(error.code, 'closed');
  await master.allSocketsClosed();
});

const ends: readonly [string, (response: ServerResponse) => void, RegExp][] = [
  ['the last chunk', (response) => response.end(), /closed the stream$/],
  ['an end inside a record', (response) => response.end('100\n{"type"'), /in the middle of a record$/],
  ['a reset', (response) => (response.socket as Socket).resetAndDestroy(), /broke off/],
];

for (const [name, end, message] of ends) {
  test(`${name} ends the stream as closed, after the events before it`, async (t) => {
    let master: ServerResponse | undefined;
    const fake = await startMaster(
      t,
      obliging((response) => {
        master = response;
        sendEvent(response, heartbeat);
      }),
    );
    const stream = await opened(startClient(t), fake);
    const events = stream.events()[Symbol.asyncIterator]();
    t.deepEqual(await events.next(), { done: false, value: heartbeat });
    if (master !== undefined) {
      end(master);
    }
    const error = await t.throwsAsync(async () => events.next());
    t.like(error, { name: 'MesosError', code: 'closed' });
    t.regex(error?.message ?? '', message);
    await t.throwsAsync(() => stream.call({ type: 'TEARDOWN', framework_id: { value: 'f' as never } }), {
      message: /has ended/,
    });
    await fake.allSocketsClosed();
  });
}

for (const [name, bytes] of [
  ['a header that is no number', 'abc\n'],
  ['a record over the limit', '100001\n'],
  ['a record that is no JSON', '3\n{]}'],
  ['a record that is no event', '2\n{}'],
] as const) {
  test(`MA-7 ${name}: protocol, after the events before it, and the connection is ended`, async (t) => {
    const master = await startMaster(
      t,
      obliging((response) => {
        response.write(Buffer.concat([encodeRecord(JSON.stringify(heartbeat)), Buffer.from(bytes)]));
      }),
    );
    const { events, error } = await readAll(await opened(startClient(t, { maxRecordBytes: 100_000 }), master));
    t.deepEqual(events, [heartbeat]);
    t.is(error.code, 'protocol');
    await master.allSocketsClosed();
  });
}

test('an empty record is skipped', async (t) => {
  const master = await startMaster(
    t,
    obliging((response) => response.end(`0\n${encodeRecord(JSON.stringify(heartbeat))}0\n`)),
  );
  t.deepEqual((await readAll(await opened(startClient(t), master))).events, [heartbeat]);
});

test('who does not pull holds the master back, and loses nothing', async (t) => {
  const count = 300;
  const thought = 'x'.repeat(100_000);
  let held: Promise<unknown> = Promise.resolve();
  const master = await startMaster(
    t,
    obliging((response) => {
      const stalled = Promise.withResolvers<void>();
      held = stalled.promise;
      void (async () => {
        for (let number = 0; number < count; number += 1) {
          if (!sendEvent(response, { type: 'THOUGHT', number, thought })) {
            // 30 MB fit in no socket buffer: some write stays undrained until somebody pulls.
            stalled.resolve();
            await once(response, 'drain');
          }
        }
        response.end();
      })();
    }),
  );
  const stream = await opened(startClient(t), master);
  await held;
  t.is(master.openSockets, 1);
  const { events } = await readAll(stream);
  t.deepEqual(
    events.map((event) => (event as unknown as { number: number }).number),
    Array.from({ length: count }, (_, number) => number),
  );
});

test('close() between two pulls ends the reading, events at hand or not', async (t) => {
  const master = await startMaster(
    t,
    obliging((response) => {
      response.write(encodeRecord(JSON.stringify(heartbeat)).toString().repeat(3));
    }),
  );
  const stream = await opened(startClient(t), master);
  const seen: SchedulerEvent[] = [];
  const error = await t.throwsAsync(async () => {
    for await (const event of stream.events()) {
      seen.push(event);
      stream.close();
    }
  });
  t.like(error, { name: 'MesosError', code: 'closed' });
  t.is(seen.length, 1);
  await master.allSocketsClosed();
});

test('a reader that leaves ends the subscription', async (t) => {
  const master = await startMaster(
    t,
    obliging((response) => sendEvent(response, heartbeat)),
  );
  const stream = await opened(startClient(t), master);
  for await (const event of stream.events()) {
    t.is(event.type, 'HEARTBEAT');
    break;
  }
  await master.allSocketsClosed();
  t.pass();
});

test('the events are read once', async (t) => {
  const master = await startMaster(
    t,
    obliging((response) => response.end()),
  );
  const stream = await opened(startClient(t), master);
  await readAll(stream);
  t.throws(() => stream.events(), { message: /only once/ });
});

test('a stream that nobody reads may break: it is told to who reads it later', async (t) => {
  let breakOff: () => void = () => undefined;
  const master = await startMaster(
    t,
    obliging((response) => {
      breakOff = () => (response.socket as Socket).resetAndDestroy();
    }),
  );
  const stream = await opened(startClient(t), master);
  const broken = master.allSocketsClosed();
  breakOff();
  await broken;
  t.is((await readAll(stream)).error.code, 'closed');
});
