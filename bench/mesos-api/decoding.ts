/** Events a second: through the client (bytes in, events out), and by JSON.parse alone on the texts that are in them. */
import { Readable } from 'node:stream';
import { MesosError } from '../../src/mesos-api-client/mesos-error.ts';
import { parseSchedulerEvent } from '../../src/mesos-api-client/protocol/events.ts';
import { openRecordStream } from '../../src/mesos-api-client/record-stream.ts';
import type { Stream } from './events.ts';

/** The whole way of a stream's body, as SchedulerStream.events() goes it. */
export async function readThroughClient(chunks: Iterable<Buffer>): Promise<number> {
  const { messages } = openRecordStream({
    master: 'bench',
    body: Readable.from(chunks, { objectMode: true, highWaterMark: 4 }),
    parse: parseSchedulerEvent,
    release: () => undefined,
  });
  let events = 0;
  try {
    for await (const event of messages()) {
      if (event.type !== undefined) events += 1;
    }
  } catch (error) {
    if (!(error instanceof MesosError && error.code === 'closed')) throw error;
  }
  return events;
}

function parseAlone({ records }: Stream): number {
  let events = 0;
  for (const record of records) {
    if ((JSON.parse(record) as { type?: string }).type !== undefined) events += 1;
  }
  return events;
}

/** Each of both in turn, so that what else the machine does falls on both alike; events a second of each pass. */
export async function compare(stream: Stream, passes: number): Promise<{ client: number[]; parse: number[] }> {
  const client: number[] = [];
  const parse: number[] = [];
  for (let pass = 0; pass < passes; pass += 1) {
    parse.push(await perSecond(() => parseAlone(stream)));
    client.push(await perSecond(() => readThroughClient(stream.chunks)));
  }
  return { client, parse };
}

async function perSecond(run: () => number | Promise<number>): Promise<number> {
  const before = performance.now();
  const count = await run();
  return (count / (performance.now() - before)) * 1000;
}
