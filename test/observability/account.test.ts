import test from 'ava';
import { createAccount } from '../../src/observability/account.ts';
import type { Fact } from '../../src/observability/fact.ts';
import { examples } from './table.ts';

function account(...facts: readonly Fact[]): string[] {
  const lines: string[] = [];
  const listener = createAccount(10_000, (line) => lines.push(line));
  facts.forEach((fact, index) => {
    listener({ sequence: index, at: 10_000 + 1600 * (index + 1), fact });
  });
  return lines;
}

test('the way from an offer to a running job, with the seconds since the start', (t) => {
  const lines = account(
    examples['master.subscribed'],
    examples['offer.received'],
    examples['task.launched'],
    examples['jobmanager.ready'],
    examples['taskmanager.registered'],
    examples['job.submitted'],
    examples['job.changed'],
    examples['job.running'],
  );
  t.deepEqual(lines, [
    '   1.6 s  registered at the Mesos master 127.0.0.1:5050',
    '   3.2 s  first offer: host-1, 2 cpus, 4096 MiB',
    '   4.8 s  taskmanager launched on host-1 (alpha-1-tm-2)',
    '   6.4 s  JobManager up at http://host-1:31001',
    '   8.0 s  TaskManager registered, 2 slots (alpha-1-tm-2)',
    '   9.6 s  job submitted (0123456789abcdef0123456789abcdef), from s3://cp/chk-7',
    '  11.2 s  job counter RUNNING',
    '  12.8 s  job counter: all 4 subtasks run, 1.2 s after its submission',
  ]);
});

test('only the first offer is told', (t) => {
  t.is(account(examples['offer.received'], examples['offer.received'], examples['offer.received']).length, 1);
});

test('every fact can be told, each in one line', (t) => {
  for (const line of account(...Object.values(examples))) t.notRegex(line, /undefined|\n/);
});
