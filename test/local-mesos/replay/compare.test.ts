import test from 'ava';
import { createTranslation, differences } from './compare.ts';

const id = (digit: string) => `${digit.repeat(8)}-1111-2222-3333-444444444444`;
const event = (framework: string, state: string) => ({
  status: { framework_id: { value: framework }, state, timestamp: Math.random() },
});

test('a value, a missing member and a missing entry of a list are differences; the time is none', (t) => {
  const translation = createTranslation();
  t.deepEqual(differences(event('f', 'TASK_RUNNING'), event('f', 'TASK_RUNNING'), translation), []);
  t.is(differences(event('f', 'TASK_RUNNING'), event('f', 'TASK_LOST'), translation).length, 1);
  t.is(differences({ a: 1 }, {}, translation).length, 1);
  t.is(differences({}, { a: 1 }, translation).length, 1);
  t.is(differences([{ name: 'cpus' }], [], translation).length, 1);
});

test('an id stands for one of ours, the same one every time', (t) => {
  const translation = createTranslation();
  t.deepEqual(differences(event(id('a'), 's'), event(id('b'), 's'), translation), []);
  t.deepEqual(differences(event(id('a'), 's'), event(id('b'), 's'), translation), []);
  t.is(differences(event(id('a'), 's'), event(id('c'), 's'), translation).length, 1);
  t.is(differences(event(id('d'), 's'), event(id('b'), 's'), translation).length, 1);
  t.is(translation.ours(`${id('a')} and ${id('d')}`), `${id('b')} and ${id('d')}`);
});
