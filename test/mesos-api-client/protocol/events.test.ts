import { readFileSync } from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import { parseMasterEvent, parseSchedulerEvent } from '../../../src/mesos-api-client/protocol/events.ts';
import { parseExact, stringifyExact } from '../../../src/mesos-api-client/protocol/int64.ts';
import { createRecordDecoder, encodeRecord } from '../../../src/mesos-api-client/protocol/recordio.ts';
import { recording } from '../recorded.ts';

function lines(name: string): string[] {
  return readFileSync(new URL(`../recorded/${name}.jsonl`, import.meta.url), 'utf8')
    .trim()
    .split('\n');
}

for (const [name, parse] of [
  ['scheduler-events', parseSchedulerEvent],
  ['operator-events', parseMasterEvent],
] as const) {
  test(`MA-8 every recorded shape of ${name} is an event, and is written again to the digit`, (t) => {
    for (const line of lines(name)) {
      const parsed = parse(line);
      t.deepEqual(parsed as unknown, { kind: 'event', event: parseExact(line) });
      t.is(stringifyExact(parsed.kind === 'event' ? parsed.event : undefined), line);
    }
  });

  test(`MA-5 property: the recorded ${name}, in arbitrary cuts`, (t) => {
    const records = lines(name);
    const bytes = Buffer.concat(records.map(encodeRecord));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 40 }), (sizes) => {
        const decoder = createRecordDecoder();
        const read: string[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          read.push(...decoder.push(bytes.subarray(at, at + size)).records);
          at += size;
        }
        t.deepEqual(read, records);
        t.false(decoder.insideRecord);
      }),
      { numRuns: 30 },
    );
  });
}

test('every type of event of both APIs was recorded', (t) => {
  const types = (name: string) => new Set(lines(name).map((line) => (JSON.parse(line) as { type: string }).type));
  t.is(types('scheduler-events').size, 11);
  t.deepEqual([...types('operator-events')].sort(), [
    'AGENT_ADDED',
    'FRAMEWORK_ADDED',
    'FRAMEWORK_REMOVED',
    'FRAMEWORK_UPDATED',
    'HEARTBEAT',
    'SUBSCRIBED',
    'TASK_ADDED',
    'TASK_UPDATED',
  ]);
});

const offer = { id: { value: 'o' }, framework_id: { value: 'f' }, agent_id: { value: 's' }, hostname: 'h' };
const status = { task_id: { value: 't' }, state: 'TASK_RUNNING' };

for (const [event, where] of [
  [{ type: 'SUBSCRIBED', subscribed: {} }, 'subscribed.framework_id'],
  [{ type: 'OFFERS', offers: { offers: [offer, { ...offer, id: 'o' }] } }, 'offers.offers[1].id'],
  [
    { type: 'OFFERS', offers: { offers: [{ ...offer, resources: [{ name: 'cpus', type: 'SCALAR' }] }] } },
    'offers.offers[0].resources[0].scalar',
  ],
  [
    { type: 'OFFERS', offers: { offers: [{ ...offer, attributes: [{ name: 'a', type: 'RANGES', ranges: 7 }] }] } },
    'offers.offers[0].attributes[0].ranges',
  ],
  [
    { type: 'OFFERS', offers: { offers: [{ ...offer, unavailability: { start: {} } }] } },
    'offers.offers[0].unavailability.start.nanoseconds',
  ],
  [
    { type: 'INVERSE_OFFERS', inverse_offers: { inverse_offers: [{ id: { value: 'i' } }] } },
    'inverse_offers.inverse_offers[0].framework_id',
  ],
  [{ type: 'RESCIND', rescind: {} }, 'rescind.offer_id'],
  [{ type: 'UPDATE', update: { status: { ...status, task_id: 't' } } }, 'update.status.task_id'],
  [{ type: 'UPDATE', update: { status: { ...status, uuid: 7 } } }, 'update.status.uuid'],
  [{ type: 'UPDATE', update: { status: { ...status, agent_id: {} } } }, 'update.status.agent_id'],
  [
    { type: 'UPDATE_OPERATION_STATUS', update_operation_status: { status: { state: 'X', uuid: 'x' } } },
    'update_operation_status.status.uuid',
  ],
  [{ type: 'MESSAGE', message: { agent_id: { value: 's' }, executor_id: { value: 'e' } } }, 'message.data'],
  [{ type: 'FAILURE', failure: { agent_id: 's' } }, 'failure.agent_id'],
  [{ type: 'ERROR', error: {} }, 'error.message'],
] as const) {
  test(`MA-8 an event without ${where} is a fault that says so`, (t) => {
    const parsed = parseSchedulerEvent(JSON.stringify(event));
    t.is(parsed.kind, 'fault');
    t.true(parsed.kind === 'fault' && parsed.message.endsWith(where), JSON.stringify(parsed));
  });
}

test('null is absent, as in protobuf', (t) => {
  const event = { type: 'UPDATE', update: { status: { ...status, uuid: null, agent_id: null } } };
  t.is(parseSchedulerEvent(JSON.stringify(event)).kind, 'event');
});

test('events of a real master are passed on as they are', (t) => {
  for (const event of recording('utf8').events) {
    t.deepEqual(parseSchedulerEvent(JSON.stringify(event)), { kind: 'event', event } as never);
  }
});

test('MA-8 unknown types and unknown fields pass through', (t) => {
  for (const event of [
    { type: 'TELEPATHY', telepathy: { thought: 1 } },
    { type: 'HEARTBEAT', mood: 'good' },
    { type: 'ERROR', error: { message: 'no', code: 7 } },
  ]) {
    t.deepEqual(parseSchedulerEvent(JSON.stringify(event)), { kind: 'event', event } as never);
  }
});

for (const record of [
  '',
  '{',
  'null',
  '[]',
  '"HEARTBEAT"',
  '{}',
  '{"type":7}',
  '{"type":"UPDATE"}',
  '{"type":"OFFERS","offers":[]}',
]) {
  test(`a record ${JSON.stringify(record)} is a fault`, (t) => {
    t.is(parseSchedulerEvent(record).kind, 'fault');
  });
}
