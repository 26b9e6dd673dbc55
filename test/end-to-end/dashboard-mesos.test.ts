/** The dashboard's view of Mesos: utilisation over time, agents, offers, reasons, and the files of sandboxes. */
import test from 'ava';
import { dashboardOf, type OpenOptions, shows } from './support/browser.ts';
import { fillWorld } from './support/dashboard-world.ts';

const open = dashboardOf(test);
const world: OpenOptions = { fill: (dispatcher) => fillWorld(dispatcher) };

test('the first page draws what is held and used over time, and says it in words', async (t) => {
  const { page, complaints } = await open(t, world);
  await page.locator('.chart canvas').nth(2).waitFor();
  const said = await page.locator('.plot').evaluateAll((plots) => plots.map((plot) => plot.getAttribute('aria-label')));
  t.regex(String(said[0]), /^CPUs: held 24 CPUs, between 13.2 CPUs and 24 CPUs; used by TaskManagers \d/);
  t.regex(String(said[2]), /^Slots: in use 7, .*; free 2, .*; starting 0, .*; asked for 2, /);
  await page.getByRole('button', { name: 'Last day' }).click();
  await page.locator('.chart canvas').nth(2).waitFor();
  // The pointer's moment stands in the legend.
  await page.getByRole('button', { name: 'Last hour' }).click();
  await page.locator('.chart').first().getByText('24 CPUs').waitFor();
  const over = page.locator('.chart .u-over').first();
  await over.hover({ position: { x: 4, y: 20 } });
  await page.locator('.chart').first().getByText('13.2 CPUs').waitFor();
  t.deepEqual(complaints, []);
});

test('agents show what is ours, others’ and free, and which are about to leave', async (t) => {
  const { page, go, complaints, dispatcher } = await open(t, world);
  await go('#/agents');
  await page.getByRole('heading', { name: '15 agents' }).waitFor();
  t.is(await page.locator('.agent-map .cell').count(), 15);
  await shows(page, /eu \/ eu-2/);
  await page.getByLabel('Find agents').fill('rack:r4');
  await page
    .getByRole('row', { name: /agent-4.example/ })
    .getByText('draining')
    .waitFor();
  await page.locator('table.rows[aria-rowcount="2"]').waitFor();
  await page.getByLabel('Find agents').fill('leaving');
  await page.getByRole('link', { name: /agent-7.example/ }).click();
  await page.getByRole('heading', { name: 'agent-7.example' }).waitFor();
  await shows(page, /It is to be taken away for maintenance from .*, for 1 h/);
  await go('#/agents/0c1f6e2a-S1');
  await page
    .getByRole('row', { name: /Memory/ })
    .getByText('3.4 GiB')
    .waitFor();
  await page.getByRole('link', { name: 'payments-jobmanager-1' }).first().waitFor();
  await shows(page, 'accepted');
  dispatcher.setInfo({ agentsUnknown: 'the Mesos master does not say how its agents stand: 403' });
  await go('#/agents');
  await shows(page, /does not say how its agents stand: 403\. What is shown is what offers told/);
  t.deepEqual(complaints, []);
});

test('a thousand agents fit in one picture, and a click leads to one', async (t) => {
  const { page, go, complaints } = await open(t, { fill: (dispatcher) => fillWorld(dispatcher, 5000) });
  await go('#/agents');
  await page.getByRole('heading', { name: '1,000 agents' }).waitFor();
  t.is(await page.locator('.agent-map .cell').count(), 1000);
  t.true((await page.locator('table.rows tbody tr').count()) < 80);
  await page.locator('[data-agent="0c1f6e2a-S500"]').click();
  await page.getByRole('heading', { name: 'agent-500.example' }).waitFor();
  t.deepEqual(complaints, []);
});

test('offers say what came and what became of it, and each waiting request what is against which agents', async (t) => {
  const { page, go, complaints } = await open(t, world);
  await go('#/offers');
  const waiting = page.getByRole('region', { name: 'What waits, and why' });
  await waiting.getByRole('heading', { name: '2 TaskManagers of search' }).waitFor();
  t.deepEqual(await waiting.locator('.reasons li').allInnerTexts(), [
    '12\nagents: memory: 4 GiB wanted, at most 3 GiB free the best one',
    '3\nagents: the constraint rack UNIQUE',
  ]);
  await page.getByLabel('Outcome').selectOption('accepted');
  await page
    .getByRole('row', { name: /agent-1.example/ })
    .getByRole('link', { name: 'payments-taskmanager-1' })
    .waitFor();
  await page.locator('table.rows[aria-rowcount="2"]').waitFor();
  await page.getByLabel('Outcome').selectOption('');
  await page.getByLabel('Find offers').fill('48 more declined');
  await page.getByRole('cell', { name: '48 more declined' }).waitFor();
  await waiting.getByRole('link', { name: 'search-taskmanager-2' }).click();
  await page.getByRole('region', { name: 'Why it waits' }).getByText('No agent suits.').waitFor();
  t.deepEqual(complaints, []);
});

test('a task shows what it writes, as it writes it, and the files of its sandbox', async (t) => {
  const { page, go, dispatcher, complaints } = await open(t, world);
  dispatcher.sandbox = { stdout: 'first line\n', stderr: '', 'log/taskmanager.log': 'from the log\n' };
  await go('#/tasks/payments-taskmanager-1');
  const sandbox = page.getByRole('region', { name: 'Sandbox' });
  await sandbox.getByText('first line').waitFor();
  dispatcher.sandbox = { ...dispatcher.sandbox, stdout: 'first line\n<b>second</b> line\n' };
  await sandbox.getByText('<b>second</b> line').waitFor();
  await sandbox.getByRole('button', { name: 'stderr' }).click();
  await sandbox.getByText('It is empty.').waitFor();
  await sandbox.getByRole('button', { name: 'all files' }).click();
  await sandbox.getByRole('button', { name: 'log/taskmanager.log', exact: true }).last().click();
  await sandbox.getByText('from the log').waitFor();
  t.is(
    await sandbox.getByRole('link', { name: 'Save' }).getAttribute('href'),
    'v1/tasks/payments-taskmanager-1/files/content?path=log%2Ftaskmanager.log',
  );
  const many = Array.from({ length: 9000 }, (_, n) => `line ${n} of many\n`).join('');
  dispatcher.sandbox = { ...dispatcher.sandbox, stdout: many };
  await sandbox.getByRole('button', { name: 'stdout' }).click();
  await sandbox.getByText(/the last 64 KiB are shown/).waitFor();
  await sandbox.getByRole('button', { name: 'Earlier' }).click();
  await sandbox.getByText(/the last 128 KiB are shown/).waitFor();
  await sandbox.getByRole('button', { name: 'Earlier' }).click();
  await sandbox.getByText('line 0 of many').waitFor();
  dispatcher.sandbox = { ...dispatcher.sandbox, stdout: `${many}one more line\n` };
  await sandbox.getByText('one more line').waitFor();
  t.is(await sandbox.getByText('line 0 of many').count(), 1, 'what came before is still there');
  t.deepEqual(complaints, []);
});
