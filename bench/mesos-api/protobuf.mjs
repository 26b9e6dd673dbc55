/**
 * Would protobuf pay? The events of bench:mesos-api decoded by JSON.parse, and by protobufjs from the descriptions of
 * Mesos, into its own objects and into plain ones as JSON.parse gives. The project needs neither, so both are given:
 *
 *   npm install --no-save protobufjs && node bench/mesos-api/protobuf.mjs MESOS_SOURCES/include
 */
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { median } from '../lib/figures.ts';
import { busyStream } from './events.ts';

const [include = ''] = process.argv.slice(2);
const root = new protobuf.Root();
root.resolvePath = (_, target) => join(include, target);
await root.load('mesos/v1/scheduler/scheduler.proto', { keepCase: true });
const Event = root.lookupType('mesos.v1.scheduler.Event');

const { records } = busyStream(20_000);
const texts = records.map((record) => Buffer.from(record));
const binary = records.map((record) => Buffer.from(Event.encode(Event.fromObject(JSON.parse(record))).finish()));
const plain = { enums: String, bytes: String, longs: Number };

function microseconds(inputs, decode) {
  const passes = Array.from({ length: 16 }, () => {
    const before = performance.now();
    for (const input of inputs) decode(input);
    return performance.now() - before;
  });
  return `${((median(passes.slice(5)) / inputs.length) * 1000).toFixed(2)} µs an event`;
}

const bytes = (buffers) => Math.round(buffers.reduce((sum, { length }) => sum + length, 0) / buffers.length);
const json = microseconds(texts, (text) => JSON.parse(text.toString('utf8')));
const own = microseconds(binary, (one) => Event.decode(one));
const asJson = microseconds(binary, (one) => Event.toObject(Event.decode(one), plain));
console.log(`JSON                    ${bytes(texts)} bytes, ${json}`);
console.log(`protobuf, its objects   ${bytes(binary)} bytes, ${own}`);
console.log(`protobuf, plain objects ${bytes(binary)} bytes, ${asJson}`);
