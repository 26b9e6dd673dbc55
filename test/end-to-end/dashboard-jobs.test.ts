/** Jobs in the dashboard: their page, checkpoints and savepoints, and what can be done with one that runs. */
import test from 'ava';
import type { Page } from 'playwright-core';
import { dashboardOf, type OpenOptions, seriousFindings, shows } from './support/browser.ts';
import { fillWorld } from './support/dashboard-world.ts';

const open = dashboardOf(test);
const world: OpenOptions = { fill: (dispatcher) => fillWorld(dispatcher) };
const act = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

test('a job shows its checkpoints, its savepoints and why it failed', async (t) => {
  const { page, go, dispatcher, complaints } = await open(t, world);
  const path = 'file:/savepoints/savepoint-1';
  dispatcher.setJob('payments', 'job-1', { savepoints: [{ path, at: new Date().toISOString(), kind: 'savepoint' }] });
  await go('#/clusters/payments/jobs');
  await page.getByRole('link', { name: 'Fraud detection' }).click();
  await page.getByRole('heading', { name: 'Fraud detection' }).waitFor();
  await shows(page, '880 ms on average, 2.4 s at most');
  await shows(page, 'Checkpoint expired before completing.');
  await page
    .getByText(/org.apache.flink.util.FlinkException/)
    .first()
    .click();
  await shows(page, /The TaskExecutor is shutting down/);
  await act(page, `Delete savepoint ${path}`);
  await act(page, 'Delete the savepoint');
  await shows(page, 'The savepoint is deleted.');
  t.true(dispatcher.calls.includes(`disposeSavepoint payments job-1 ${path}`));
  await go('#/clusters/payments/checkpoints');
  await page.getByRole('heading', { name: 'Ledger' }).waitFor();
  t.is(await page.getByRole('heading', { name: 'Backfill' }).count(), 0, 'what has ended takes none');
  await go('#/clusters/payments/jobs/none');
  await page.getByRole('heading', { name: 'There is no job none' }).waitFor();
  t.deepEqual(complaints, []);
});

test('a savepoint is taken, and while it is, nothing else can be asked for but the end', async (t) => {
  const { page, go, dispatcher } = await open(t, world);
  await go('#/clusters/payments/jobs/job-1');
  await act(page, 'Savepoint');
  await page.getByText('Where to, and in which form').click();
  await page.getByLabel('Directory').fill('s3://bucket/savepoints');
  await page.getByLabel('Form').selectOption('NATIVE');
  await act(page, 'Take the savepoint');
  await shows(page, 'A savepoint of Fraud detection is being taken.');
  t.is(
    dispatcher.calls.find((call) => call.startsWith('operateJob')),
    'operateJob payments job-1 {"kind":"savepoint","directory":"s3://bucket/savepoints","format":"NATIVE"}',
  );
  await shows(page, /Taking a savepoint, for/);
  await page.getByRole('button', { name: 'Scale' }).waitFor({ state: 'detached' });
  t.is(await page.getByRole('button', { name: 'Cancel' }).count(), 1);
});

test('a job is stopped with a savepoint, after a question', async (t) => {
  const { page, go, dispatcher } = await open(t, world);
  await go('#/clusters/payments/jobs');
  await act(page, 'Stop job Ledger');
  await shows(page, /takes a savepoint and ends. If the savepoint fails, it runs on/);
  await act(page, 'Keep it');
  await act(page, 'Stop job Ledger');
  await page.getByLabel(/drain/).check();
  t.deepEqual(await seriousFindings(page), []);
  await act(page, 'Stop the job');
  await shows(page, 'Job Ledger is being stopped with a savepoint.');
  t.deepEqual(
    dispatcher.calls.filter((call) => call.startsWith('operateJob')),
    ['operateJob payments job-2 {"kind":"stop","drain":true}'],
  );
});

test('a job is scaled; what cannot be is said in plain words', async (t) => {
  const { page, go, dispatcher } = await open(t, world);
  await go('#/clusters/payments/jobs/job-2');
  await act(page, 'Scale');
  await shows(page, 'The cluster has 8 slots, 2 of them free.');
  await page.getByLabel('Parallelism').fill('many');
  await act(page, 'Change the parallelism');
  await shows(page, 'Parallelism must be a number, not "many".');
  await page.getByLabel('Parallelism').fill('0');
  await act(page, 'Change the parallelism');
  await shows(page, /Parallelism must be >= 1/);
  await page.getByLabel('Parallelism').fill('6');
  await act(page, 'Change the parallelism');
  await shows(page, 'Job Ledger is being changed to parallelism 6.');
  t.true(dispatcher.calls.includes('operateJob payments job-2 {"kind":"rescale","parallelism":6}'));
  const failure = 'not enough slots';
  dispatcher.setJob('payments', 'job-2', {
    operation: { id: 'o', kind: 'rescale', state: 'failed', startedAt: new Date().toISOString(), failure },
  });
  dispatcher.addFact('job.operation-failed', failure, { data: { cluster: 'payments', job: 'job-2' } });
  await shows(page, 'Changing the parallelism failed: not enough slots.');
});
