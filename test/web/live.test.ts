/** How events reach the views: cut from the stream, and asked what they make stale. */
import test from 'ava';
import fc from 'fast-check';
import type { FactView } from '../../src/api/views.ts';
import { parseEvents } from '../../src/web/data/parse-events.ts';
import { touches } from '../../src/web/data/touched.ts';

const fact = (kind: string, data: Record<string, unknown> = {}): FactView => ({
  sequence: 1,
  at: '2026-01-02T03:04:05.000Z',
  kind,
  level: 'info',
  text: '',
  data,
});

test('a stream is cut into the same events wherever its pieces end', (t) => {
  const facts = [fact('a.b', { text: 'one\ntwo: data: x' }), fact('c.d'), fact('e.f', { ü: '→' })];
  const text = `retry: 1000\n\n: nothing new\n\n${facts.map((each, n) => `id: 7.${n}\nevent: fact\ndata: ${JSON.stringify(each)}\n\n`).join('')}`;
  fc.assert(
    fc.property(fc.array(fc.nat(text.length), { maxLength: 8 }), (cuts) => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), text.length];
      let rest = '';
      const found = at.slice(1).flatMap((end, n) => {
        const parsed = parseEvents(rest + text.slice(at[n], end));
        rest = parsed.rest;
        return parsed.events;
      });
      t.deepEqual(
        found.map(({ id, fact: given }) => [id, given]),
        facts.map((each, n) => [`7.${n}`, each]),
      );
      t.is(rest, '');
    }),
  );
});

const paths = [
  'v1/info',
  'v1/clusters',
  'v1/clusters/a',
  'v1/clusters/b',
  'v1/clusters/a/tasks',
  'v1/clusters/a/jobs',
  'v1/clusters/a/jars',
  'v1/tasks',
  'v1/tasks/t%2F1',
  'v1/tasks/t2',
];
const stale = (given: FactView) => paths.filter((path) => touches(given, path));

test('an event of a task touches that task, its cluster, the lists and what waits', (t) => {
  t.deepEqual(stale(fact('task.updated', { taskId: 't/1', group: 'a' })), [
    'v1/info',
    'v1/clusters',
    'v1/clusters/a',
    'v1/clusters/a/tasks',
    'v1/tasks',
    'v1/tasks/t%2F1',
  ]);
});

test('an event of a job touches no tasks; one of another cluster nothing of this one', (t) => {
  t.deepEqual(stale(fact('job.changed', { cluster: 'a' })), ['v1/clusters', 'v1/clusters/a', 'v1/clusters/a/jobs']);
  t.deepEqual(stale(fact('job.changed', { cluster: 'b' })), ['v1/clusters', 'v1/clusters/b']);
});

test('the flood of offers touches nothing', (t) => {
  for (const kind of ['offer.received', 'offer.declined', 'offers.suppressed']) t.deepEqual(stale(fact(kind)), []);
});
