import test from 'ava';
import fc from 'fast-check';
import { monotone, systemClock } from '../../src/runtime/clock.ts';
import { createTimers } from '../../src/runtime/timers.ts';
import { manualClock } from './support/clock.ts';

test('a timer fires once, at its time', (t) => {
  const clock = manualClock(0);
  const timers = createTimers(clock);
  let fired = 0;
  timers.set('a', 100, () => fired++);
  clock.advance(99);
  t.is(fired, 0);
  clock.advance(1);
  clock.advance(1000);
  t.deepEqual([fired, timers.size], [1, 0]);
});

test('set again it moves, cleared it is silent', (t) => {
  const clock = manualClock(0);
  const timers = createTimers(clock);
  const fired: string[] = [];
  timers.set('a', 100, () => fired.push('early'));
  timers.set('a', 200, () => fired.push('late'));
  timers.set('b', 150, () => fired.push('never'));
  timers.clear('b');
  timers.clear('unknown');
  clock.advance(500);
  t.deepEqual(fired, ['late']);
});

test('one that is due already fires in the next round, not inside set', (t) => {
  const clock = manualClock(1000);
  const timers = createTimers(clock);
  let fired = false;
  timers.set('a', 1, () => {
    fired = true;
  });
  t.false(fired);
  clock.advance(0);
  t.true(fired);
});

test('delays beyond 2^31 ms do not fire at once, as setTimeout would have it', (t) => {
  const clock = manualClock(0);
  const timers = createTimers(clock);
  const hundredDaysMs = 100 * 24 * 3600 * 1000;
  let firedAt: number | undefined;
  timers.set('a', hundredDaysMs, () => {
    firedAt = clock.now();
  });
  clock.advance(hundredDaysMs - 1);
  t.is(firedAt, undefined);
  clock.advance(1);
  t.is(firedAt, hundredDaysMs);
});

test('a timer may set itself anew while it fires', (t) => {
  const clock = manualClock(0);
  const timers = createTimers(clock);
  let fired = 0;
  const again = () => {
    if (++fired < 3) timers.set('a', clock.now() + 10, again);
  };
  timers.set('a', 10, again);
  clock.advance(100);
  t.is(fired, 3);
});

test('clearAll leaves nothing behind', (t) => {
  const clock = manualClock(0);
  const timers = createTimers(clock);
  for (const key of ['a', 'b', 'c']) timers.set(key, 10, () => t.fail());
  timers.clearAll();
  clock.advance(100);
  t.deepEqual([timers.size, clock.waiting], [0, 0]);
});

test('when the time of day is set back, time runs on from where it was and no timer waits twice', (t) => {
  const machine = manualClock(5_000_000);
  const clock = monotone(machine);
  const timers = createTimers(clock);
  t.is(clock.now(), 5_000_000);
  let fired = false;
  timers.set('a', clock.now() + 1000, () => {
    fired = true;
  });
  machine.advance(500);
  t.is(clock.now(), 5_000_500);
  machine.setBack(3_600_000);
  t.is(clock.now(), 5_000_500);
  machine.advance(500);
  t.is(clock.now(), 5_001_000);
  t.true(fired);
});

test('property: a monotone clock never goes back', (t) => {
  const change = fc.oneof(fc.record({ on: fc.nat(10_000) }), fc.record({ back: fc.nat(10_000) }));
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const machine = manualClock();
      const clock = monotone(machine);
      let before = clock.now();
      return changes.every((one) => {
        if ('on' in one) machine.advance(one.on);
        else machine.setBack(one.back);
        const now = clock.now();
        const forward = now >= before && (!('on' in one) || now - before === one.on || now > before);
        before = now;
        return forward;
      });
    }),
  );
  t.pass();
});

test('the system clock wakes and can be called off', async (t) => {
  const woken = Promise.withResolvers<void>();
  const callOff = systemClock.after(0, () => t.fail());
  callOff();
  systemClock.after(1, woken.resolve);
  await woken.promise;
  t.true(Math.abs(systemClock.now() - Date.now()) < 60_000);
});
