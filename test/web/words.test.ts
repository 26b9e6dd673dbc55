/** Figures, states and addresses as the dashboard writes and reads them. */
import test from 'ava';
import fc from 'fast-check';
import { links, parseRoute } from '../../src/web/routes.ts';
import { bytes, cpus, duration, memory, moment, sentence, stateWord, toneOf } from '../../src/web/words.ts';

test('durations have two units at most', (t) => {
  const said = [840, 12_400, 192_000, 18_120_000, 273_600_000, 0].map(duration);
  t.deepEqual(said, ['840 ms', '12.4 s', '3 min 12 s', '5 h 2 min', '3 d 4 h', '0 ms']);
});

test('sizes have the unit that fits', (t) => {
  t.deepEqual([512, 1728, 2 * 1024 * 1024].map(memory), ['512 MiB', '1.7 GiB', '2 TiB']);
  t.deepEqual([cpus(1), cpus(0.5), cpus(12)], ['1 CPU', '0.5 CPUs', '12 CPUs']);
  t.deepEqual([bytes(2048), bytes(3 * 1024 * 1024)], ['2 KiB', '3 MiB']);
});

test('states are words with a tone', (t) => {
  t.is(stateWord('TASK_GONE_BY_OPERATOR'), 'gone by operator');
  t.deepEqual(['TASK_RUNNING', 'TASK_STARTING', 'WAITING', 'TASK_LOST', 'FINISHED'].map(toneOf), [
    'good',
    'busy',
    'warn',
    'bad',
    'idle',
  ]);
});

test('messages become sentences, once', (t) => {
  t.deepEqual(['no offer', 'Done.', '', 'why?'].map(sentence), ['No offer.', 'Done.', '', 'Why?']);
});

test('a moment of another day has its date', (t) => {
  const now = new Date('2026-01-02T12:00:00');
  t.is(moment('2026-01-02T03:04:05', now), '03:04:05');
  t.is(moment('2026-01-01T03:04:05', now), '1 Jan 2026, 03:04:05');
});

test('every address is read back as what it was made for', (t) => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (name) => {
      t.deepEqual(parseRoute(links.cluster(name, 'jobs')), { page: 'cluster', name, tab: 'jobs' });
      t.deepEqual(parseRoute(links.task(name)), { page: 'task', id: name });
    }),
  );
  const event = { at: '2026-01-02T03:04:05.678Z', sequence: 12 };
  t.deepEqual(parseRoute(links.event(event)), { page: 'events', event });
  t.deepEqual(
    ['', '#/', '#/events', '#/settings', '#/x', '#/clusters/%', '#/events/x'].map((hash) => parseRoute(hash)),
    [
      { page: 'overview' },
      { page: 'overview' },
      { page: 'events' },
      { page: 'settings' },
      { page: 'unknown' },
      { page: 'cluster', name: '%', tab: 'tasks' },
      { page: 'events' },
    ],
  );
});
