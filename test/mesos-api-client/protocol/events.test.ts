import test from 'ava';
import { parseSchedulerEvent } from '../../../src/mesos-api-client/protocol/events.ts';
import { recording } from '../recorded.ts';

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
