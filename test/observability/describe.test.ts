import test from 'ava';
import { describe } from '../../src/observability/describe.ts';
import type { Fact } from '../../src/observability/fact.ts';
import { examples } from './table.ts';

const facts: readonly Fact[] = Object.values(examples);

test('every fact has a sentence of one line, with nothing left unsaid', (t) => {
  const sentences = facts.map((fact) => describe(fact).text);
  for (const text of sentences) {
    t.notRegex(text, /undefined|\[object|NaN|\n/);
    t.true(text.length > 10 && text.length < 400, text);
  }
  t.is(new Set(sentences).size, facts.length);
});

test('the data is the fact itself', (t) => {
  for (const fact of facts) {
    const { kind, ...data } = fact;
    t.deepEqual(describe(fact).data, data, kind);
  }
});

test('what needs a person is louder than what does not', (t) => {
  const level = (fact: Fact) => describe(fact).level;
  t.is(level(examples['offer.declined']), 'debug');
  t.is(level(examples['task.launched']), 'info');
  t.is(level(examples['master.lost']), 'warn');
  t.is(level(examples['framework.stopped']), 'error');
  t.is(level(examples['task.ended']), 'warn');
  t.is(level({ ...examples['task.ended'], end: { ...examples['task.ended'].end, wanted: true } }), 'info');
  t.is(level({ ...examples['job.changed'], to: 'FAILED' }), 'error');
  t.is(level({ ...examples['job.changed'], to: 'RESTARTING' }), 'warn');
  t.is(level({ ...examples['task.updated'], state: 'TASK_UNREACHABLE' }), 'warn');
});

test('times, ports and reasons are told', (t) => {
  const text = (fact: Fact) => describe(fact).text;
  t.is(text(examples['task.launched']), 'task alpha-1-tm-2 launched on host-1 (rpc 31000), 1.5 s after it was wanted');
  t.is(text(examples['task.ended']), 'task alpha-1-tm-2 has ended: TASK_FAILED: REASON_COMMAND, exit 1');
  t.is(
    text(examples['job.submitted']),
    'job "counter" (0123456789abcdef0123456789abcdef) given to alpha, from s3://cp/chk-7',
  );
  t.regex(text(examples['offer.received']), /2 cpus, 4096 MiB memory, 100 MiB disk, 1 port$/);
  t.regex(text(examples['taskmanager.lost']), /is launched in 2\.0 s$/);
  t.is(
    text(examples['job.running']),
    'job "counter" (0123456789abcdef0123456789abcdef) of alpha: all 4 subtasks run, 1.2 s after its submission',
  );
  t.regex(text(examples['jobmanager.lost']), /is launched now$/);
});

test('a long message is cut in the sentence', (t) => {
  const fact: Fact = { ...examples['job.refused'], why: 'x'.repeat(10_000) };
  t.true(describe(fact).text.length < 500);
  t.is(describe(fact).data.why, fact.why);
});
