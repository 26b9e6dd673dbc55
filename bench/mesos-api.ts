/**
 * How fast is the client of Mesos, on one core? Events decoded (RecordIO in, events out, as a subscription gives them)
 * beside JSON.parse on the same texts, and calls sent.
 *
 *   npm run bench:mesos-api [-- --json --events 200000 --passes 11 --memory 10000000]
 */
import { parseArgs } from 'node:util';
import { parseCount } from '../src/main/settings.ts';
import { median } from './lib/figures.ts';
import { callsPerSecond } from './mesos-api/calling.ts';
import { compare } from './mesos-api/decoding.ts';
import { busyStream } from './mesos-api/events.ts';
import { memoryOver } from './mesos-api/memory.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    events: { type: 'string', default: '50000' },
    passes: { type: 'string', default: '11' },
    /** Reads so many events more, and shows what stays in memory. */
    memory: { type: 'string', default: '0' },
  },
});
const events = parseCount(values.events, '--events', 1_000, 1_000_000);
const passes = parseCount(values.passes, '--passes', 1, 1_000);
const many = parseCount(values.memory, '--memory', 0, 1_000_000_000);

const stream = busyStream(events);
await compare(stream, 3); // until everything is compiled
const { client, parse } = await compare(stream, passes);
const calls = (await callsPerSecond(5_000, 4)).slice(1);
const ratios = client.map((rate, pass) => rate / (parse[pass] ?? Number.NaN));
const figures = {
  eventsPerSecond: Math.round(median(client)),
  jsonParsePerSecond: Math.round(median(parse)),
  ratio: Math.round(median(ratios) * 1000) / 1000,
  callsPerSecond: Math.round(median(calls)),
};
const memory = many === 0 ? undefined : await memoryOver(stream, many);

if (values.json) {
  console.log(JSON.stringify({ ...figures, ...(memory === undefined ? {} : { memory }) }));
} else {
  const megabytes = Math.round((figures.eventsPerSecond * stream.bytes) / events / 1e6);
  console.log(`events decoded   ${figures.eventsPerSecond} a second (${megabytes} MB/s)`);
  console.log(`JSON.parse alone ${figures.jsonParsePerSecond} a second`);
  console.log(`ratio            ${figures.ratio}`);
  console.log(`calls sent       ${figures.callsPerSecond} a second, each after the answer to the one before`);
  if (memory !== undefined) {
    console.log(`${memory.events} events, ten looks on the way`);
    console.log(`heap     ${memory.heap.join(' ')} MiB`);
    console.log(`resident ${memory.resident.join(' ')} MiB`);
  }
}
