import test from 'ava';
import fc from 'fast-check';
import { earlierAttempts, flinkJobId, flinkJobIds, isAttemptOf } from '../../../src/flink/plan/flink-job-id.ts';
import type { JobId } from '../../../src/flink/plan/records.ts';

const id = (counted: string) => `${'ab'.repeat(14)}${counted}` as JobId;

test('the first attempt is called as the job, later ones are counted in the last four digits', (t) => {
  t.is(flinkJobId({ id: id('00fe'), resumed: 0 }), id('00fe'));
  t.is(flinkJobId({ id: id('00fe'), resumed: 1 }), id('00ff'));
  t.is(flinkJobId({ id: id('00fe'), resumed: 2 }), id('0100'));
  t.is(flinkJobId({ id: id('fffe'), resumed: 3 }), id('0001'));
});

test('the attempts so far, newest first', (t) => {
  t.deepEqual(flinkJobIds({ id: id('ffff'), resumed: 2 }, 10), [id('0001'), id('0000'), id('ffff')]);
  t.deepEqual(flinkJobIds({ id: id('ffff'), resumed: 2 }, 2), [id('0001'), id('0000')]);
});

test('an attempt is known as one of its job, what is to come is not', (t) => {
  fc.assert(
    fc.property(fc.nat(65_535), fc.nat(30_000), fc.nat(30_000), (counted, resumed, attempt) => {
      const job = { id: id(counted.toString(16).padStart(4, '0')), resumed };
      return isAttemptOf(job, flinkJobId({ ...job, resumed: attempt })) === attempt <= resumed;
    }),
  );
  t.false(isAttemptOf({ id: id('0000'), resumed: 5 }, `${'cd'.repeat(14)}0001`));
});

test('what a job goes on from was left by one of the ten attempts before it, and not before its last savepoint', (t) => {
  t.deepEqual(earlierAttempts({ id: id('0000'), resumed: 0 }), []);
  t.deepEqual(earlierAttempts({ id: id('0000'), resumed: 3 }), [id('0002'), id('0001'), id('0000')]);
  t.deepEqual(earlierAttempts({ id: id('0000'), resumed: 3, savedBefore: 2 }), [id('0002')]);
  t.deepEqual(earlierAttempts({ id: id('0000'), resumed: 3, savedBefore: 3 }), []);
  t.is(earlierAttempts({ id: id('0000'), resumed: 30 }).length, 10);
});
