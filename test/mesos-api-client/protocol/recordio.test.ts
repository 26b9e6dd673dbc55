import { Buffer } from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import {
  createRecordDecoder,
  encodeRecord,
  type RecordIoFault,
} from '../../../src/mesos-api-client/protocol/recordio.ts';
import { recording, recordings } from '../recorded.ts';

interface Decoded {
  readonly records: string[];
  readonly fault?: RecordIoFault['kind'];
  readonly insideRecord: boolean;
}

function decode(chunks: readonly Uint8Array[], maxRecordBytes = 1_000_000): Decoded {
  const decoder = createRecordDecoder({ maxRecordBytes });
  const results = chunks.map((chunk) => decoder.push(chunk));
  const fault = results.find((result) => result.fault !== undefined)?.fault?.kind;
  return {
    records: results.flatMap((result) => result.records),
    ...(fault === undefined ? {} : { fault }),
    insideRecord: decoder.insideRecord,
  };
}

function cutAt(bytes: Buffer, positions: readonly number[]): Buffer[] {
  const places = [0, ...positions.map((position) => position % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((place, index) => bytes.subarray(places[index], place));
}

const texts = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', 'tâche-✓-😀', '12\n34')), {
  maxLength: 12,
});
const cuts = fc.array(fc.nat(), { maxLength: 20 });

test('MA-5 MA-6 property: records come out as they went in, wherever the bytes are cut', (t) => {
  fc.assert(
    fc.property(texts, cuts, (records, positions) => {
      const bytes = Buffer.concat(records.map(encodeRecord));
      t.deepEqual(decode(cutAt(bytes, positions)), { records, insideRecord: false });
    }),
  );
});

for (const name of recordings) {
  test(`MA-5 MA-6 the recorded stream ${name}, cut at every byte and into single bytes`, (t) => {
    const { body, events } = recording(name);
    const whole = decode([body]).records;
    t.deepEqual(
      whole.map((record) => JSON.parse(record)),
      events,
    );
    for (let position = 0; position <= body.length; position += 1) {
      t.deepEqual(decode([body.subarray(0, position), body.subarray(position)]).records, whole);
    }
    t.deepEqual(decode(Array.from(body, (byte) => Uint8Array.of(byte))).records, whole);
  });
}

test('MA-5 property: the recorded stream cut and merged anyhow', (t) => {
  const { body } = recording('utf8');
  const whole = decode([body]).records;
  fc.assert(
    fc.property(cuts, (positions) => {
      t.deepEqual(decode(cutAt(body, positions)).records, whole);
    }),
  );
});

test('a chunk that is a view into a larger buffer is read at its place', (t) => {
  const bytes = Buffer.concat([Buffer.from('noise'), encodeRecord('{}'), Buffer.from('noise')]);
  t.deepEqual(decode([new Uint8Array(bytes.buffer, bytes.byteOffset + 5, 4)]).records, ['{}']);
});

test('MA-6 the length counts bytes, and a cut inside a character leaves the text intact', (t) => {
  const bytes = encodeRecord('😀');
  t.is(bytes.toString('latin1', 0, 2), '4\n');
  t.deepEqual(decode([bytes.subarray(0, 4), bytes.subarray(4)]).records, ['😀']);
});

test('bytes that are no UTF-8 are replaced, and the records after them are read', (t) => {
  const bytes = Buffer.concat([Buffer.from('3\n'), Buffer.from([0x61, 0xff, 0x62]), encodeRecord('next')]);
  t.deepEqual(decode([bytes]).records, ['a\ufffdb', 'next']);
});

const faults: readonly [name: string, bytes: string, kind: RecordIoFault['kind']][] = [
  ['letters', 'abc\n', 'bad-header'],
  ['an empty header', '\n{}', 'bad-header'],
  ['a negative length', '-1\n', 'bad-header'],
  ['a fraction', '1.5\n', 'bad-header'],
  ['white space', ' 2\n{}', 'bad-header'],
  ['CRLF', '2\r\n{}', 'bad-header'],
  ['JSON without a header', '{"type":"HEARTBEAT"}', 'bad-header'],
  ['21 digits', '000000000000000000002\n{}', 'header-too-long'],
  ['a length beyond the limit', '1001\n', 'record-too-large'],
  ['a length beyond every number', '99999999999999999999\n', 'record-too-large'],
  ['digits that never end', '0'.repeat(1000), 'header-too-long'],
];

for (const [name, bytes, kind] of faults) {
  test(`MA-7 ${name}: a fault after the whole records before it, in any cut`, (t) => {
    const stream = Buffer.concat([encodeRecord('before'), Buffer.from(bytes)]);
    for (let position = 0; position <= stream.length; position += 1) {
      const decoded = decode([stream.subarray(0, position), stream.subarray(position)], 1000);
      t.deepEqual(decoded.records, ['before']);
      t.is(decoded.fault, kind);
    }
  });
}

test('MA-7 20 digits and a record of just the limit are read', (t) => {
  t.deepEqual(decode([Buffer.from('00000000000000000002\n{}')]).records, ['{}']);
  t.deepEqual(decode([encodeRecord('x'.repeat(1000))], 1000).records, ['x'.repeat(1000)]);
});

test('MA-7 after a fault nothing more is read', (t) => {
  const decoder = createRecordDecoder();
  const { fault } = decoder.push(Buffer.from('x'));
  t.deepEqual(decoder.push(encodeRecord('{}')), { records: [], ...(fault === undefined ? {} : { fault }) });
});

test('an end inside a header or a record is told from one between records', (t) => {
  t.true(decode([Buffer.from('1')]).insideRecord);
  t.true(decode([Buffer.from('1\n')]).insideRecord);
  t.false(decode([Buffer.from('1\nx')]).insideRecord);
  t.false(decode([]).insideRecord);
});
