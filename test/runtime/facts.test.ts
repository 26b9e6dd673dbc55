import test from 'ava';
import fc from 'fast-check';
import { createFactLog } from '../../src/runtime/facts.ts';
import type { Fact, StampedFact } from '../../src/runtime/runtime.ts';

function fact(tasks: number): Fact {
  return { kind: 'reconciliation.started', tasks };
}

const numbers = (facts: readonly StampedFact[]) => facts.map((each) => each.sequence);

test('facts are numbered without gaps and stamped with the time of their turn', (t) => {
  const log = createFactLog(10, 100);
  const heard: StampedFact[] = [];
  log.listen((each) => heard.push(each));
  log.publish(1000, [fact(1), fact(2)]);
  log.publish(2000, [fact(3)]);
  t.deepEqual(heard, [
    { sequence: 10, at: 1000, fact: fact(1) },
    { sequence: 11, at: 1000, fact: fact(2) },
    { sequence: 12, at: 2000, fact: fact(3) },
  ]);
});

test('a listener hears nothing after it has stopped, others go on', (t) => {
  const log = createFactLog(1, 100);
  const heard: string[] = [];
  const stop = log.listen(() => heard.push('a'));
  log.listen(() => heard.push('b'));
  log.publish(0, [fact(1)]);
  stop();
  log.publish(0, [fact(2)]);
  t.deepEqual(heard, ['a', 'b', 'b']);
});

test('a reader resumes after the last number that it saw', (t) => {
  const log = createFactLog(1, 100);
  log.publish(0, [1, 2, 3, 4, 5].map(fact));
  t.deepEqual(numbers(log.since(0, 100)), [1, 2, 3, 4, 5]);
  t.deepEqual(numbers(log.since(3, 100)), [4, 5]);
  t.deepEqual(numbers(log.since(1, 2)), [2, 3]);
  t.deepEqual(numbers(log.since(5, 100)), []);
  t.deepEqual(numbers(log.since(99, 100)), []);
  t.deepEqual(numbers(log.since(0, 0)), []);
});

test('property, I12: the history holds the newest facts, no more than its limit, and pages through without gap', (t) => {
  fc.assert(
    fc.property(
      fc.nat(1_000_000),
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.nat(15), { maxLength: 30 }),
      fc.integer({ min: 1, max: 7 }),
      (first, limit, batches, page) => {
        const log = createFactLog(first, limit);
        for (const size of batches)
          log.publish(
            0,
            Array.from({ length: size }, () => fact(size)),
          );
        const total = batches.reduce((sum, size) => sum + size, 0);
        const kept = Math.min(total, limit);
        const expected = Array.from({ length: kept }, (_, index) => first + total - kept + index);
        const read: number[] = [];
        let last = first - 1;
        for (let part = log.since(last, page); part.length > 0; part = log.since(last, page)) {
          read.push(...numbers(part));
          last = read.at(-1) ?? last;
        }
        return JSON.stringify(read) === JSON.stringify(expected);
      },
    ),
  );
  t.pass();
});
