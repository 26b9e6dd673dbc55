/** The dashboard on the real thing: every page and every act, with real Flink on the embedded Mesos. */
import { readFile } from 'node:fs/promises';
import test from 'ava';
import type { Page } from 'playwright-core';
import { exampleClasses } from '../../examples/build.ts';
import type { JobView, TaskView, UtilisationColumns } from '../../src/api/views.ts';
import { launchBrowser, type OpenedPage, openPage, seriousFindings, shows } from './support/browser.ts';
import { jobsOf } from './support/flink-jobs.ts';
import { eventually } from './support/process.ts';
import { exampleJar, type Stack, startStack } from './support/stack.ts';

const click = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).first().click();

test('a newcomer does everything in the dashboard: from no cluster to a job that is scaled, stopped, resumed and gone', async (t) => {
  const { jar } = await exampleJar();
  const stack = await startStack({ agents: 2 });
  t.teardown(() => stack.close());
  const browser = await launchBrowser();
  t.teardown(() => browser.close());
  const opened = await openPage(t, browser, stack.api.url);
  await opened.page.getByRole('heading', { name: 'Ready' }).waitFor();

  await createCluster(opened, 'shop', { CPUs: '0.5' });
  await opened.page.getByText('1 of 1').first().waitFor();
  const job = await runDroppedJar(opened, stack, jar);
  await scaleCluster(opened, stack);
  await operateOnJob(t, opened, stack, job);
  await lookAtTaskAndReplaceIt(t, opened, stack);
  await lookAtMesos(t, opened);
  await lookAtWhatWaits(opened);
  await lookAtTheRest(t, opened, stack);
  await stopResumeAndCancel(opened, stack, job);

  await opened.go('#/clusters/shop');
  await click(opened.page, 'Delete');
  await click(opened.page, 'Delete the cluster');
  await opened.go('#/');
  await opened.page.getByRole('heading', { name: 'Ready' }).waitFor();
  t.deepEqual(opened.complaints, []);
});

async function createCluster({ page, go }: OpenedPage, name: string, sizes: Record<string, string>): Promise<void> {
  await go('#/');
  await click(page, 'Create a cluster');
  await page.getByLabel('Name').fill(name);
  for (const [label, value] of Object.entries(sizes)) await page.getByLabel(`${label} of each`).fill(value);
  await click(page, 'Create the cluster');
  await page.getByRole('heading', { name }).waitFor();
}

/** A real drop: the page reads the file from what is dropped on it. */
async function runDroppedJar({ page, go }: OpenedPage, stack: Stack, jar: string): Promise<JobView> {
  await go('#/clusters/shop/jobs');
  const base64 = await readFile(jar, 'base64');
  const dropped = await page.evaluateHandle(`(() => {
    const transfer = new DataTransfer();
    const bytes = Uint8Array.from(atob('${base64}'), (character) => character.charCodeAt(0));
    transfer.items.add(new File([bytes], 'examples.jar'));
    return transfer;
  })()`);
  await page.locator('.drop').dispatchEvent('drop', { dataTransfer: dropped });
  await page.getByLabel('Entry class').fill('no.such.Class');
  await click(page, 'Run the job');
  await page
    .getByRole('row', { name: /failed/ })
    .getByText(/no.such.Class/)
    .waitFor();
  await click(page, 'Run examples.jar');
  await page.getByLabel('Entry class').fill(exampleClasses.clickCounter);
  await page.getByLabel('Parallelism').fill('1');
  await click(page, 'Run the job');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('row', { name: /running/ }).waitFor();
  const running = (await stack.api.jobs('shop')).find(({ state }) => state === 'RUNNING');
  if (running === undefined) throw new Error('no job runs');
  return running;
}

async function scaleCluster({ page, go }: OpenedPage, stack: Stack): Promise<void> {
  await go('#/clusters/shop');
  await click(page, 'Scale');
  await page.getByLabel('TaskManagers').fill('2');
  await click(page, 'Scale the cluster');
  await page.getByText('2 of 2').first().waitFor();
  await stack.api.clusterRunning('shop', 2);
}

async function operateOnJob(t: Assertions, { page, go }: OpenedPage, stack: Stack, job: JobView): Promise<void> {
  await go(`#/clusters/shop/jobs/${job.id}`);
  await page.getByRole('region', { name: 'Last checkpoints' }).getByText('completed').first().waitFor();
  await click(page, 'Savepoint');
  await click(page, 'Take the savepoint');
  const savepoints = page.getByRole('region', { name: 'Savepoints' });
  await savepoints
    .getByText(/savepoint-/)
    .first()
    .waitFor();
  await click(page, 'Scale');
  await page.getByLabel('Parallelism').fill('2');
  await click(page, 'Change the parallelism');
  await eventually('parallelism 2', async () => {
    const { parallelism, operation, state } = await stack.api.get<JobView>(`/v1/clusters/shop/jobs/${job.id}`);
    return parallelism === 2 && operation?.state === 'completed' && state === 'RUNNING';
  });
  await savepoints.getByText('another parallelism').waitFor();
  t.deepEqual(await seriousFindings(page), []);
  await savepoints
    .getByRole('button', { name: /^Delete savepoint/ })
    .last()
    .click();
  await click(page, 'Delete the savepoint');
  await savepoints.getByText('itself').waitFor({ state: 'detached' });
  await go('#/clusters/shop/checkpoints');
  await page.getByRole('link', { name: 'The job' }).waitFor();
}

async function lookAtTaskAndReplaceIt(t: Assertions, { page, go }: OpenedPage, stack: Stack): Promise<void> {
  const [task] = await stack.api.running('shop', 'taskmanager');
  if (task === undefined) throw new Error('no TaskManager runs');
  await go(`#/tasks/${task.id}`);
  const steps = page.locator('.timeline li strong');
  await steps.getByText('Registered').waitFor();
  t.deepEqual(await steps.allInnerTexts(), [
    ...['Requested', 'Matched', 'Launched', 'Starting', 'Running', 'Registered', 'Ended'],
  ]);
  const sandbox = page.getByRole('region', { name: 'Sandbox' });
  await sandbox
    .getByText(/TaskManagerRunner|TaskExecutor/)
    .first()
    .waitFor();
  await sandbox.getByRole('button', { name: 'all files' }).click();
  await sandbox.getByRole('button', { name: 'log/', exact: true }).click();
  await sandbox.getByRole('button', { name: 'taskmanager.log', exact: true }).click();
  await sandbox
    .getByText(/TaskManagerRunner|TaskExecutor/)
    .first()
    .waitFor();
  t.is(await sandbox.getByText('driver-secret').count(), 0);
  t.deepEqual(await seriousFindings(page), []);
  await click(page, 'Replace');
  await click(page, 'Replace it');
  await page.locator('.timeline').getByText('killed').waitFor();
  const after = await eventually('another TaskManager', async () => {
    const running = await stack.api.running('shop', 'taskmanager');
    return running.length === 2 && running.every(({ id }) => id !== task.id) ? running : false;
  });
  await stack.api.clusterRunning('shop', 2);
  t.true(after.some((other: TaskView) => other.agentId !== task.agentId));
  await go(`#/tasks/${after[0]?.id}`);
  await click(page, 'Restart');
  await click(page, 'Restart it');
  await shows(page, /another one takes its place/);
  await eventually('it was restarted', async () =>
    (await stack.api.running('shop', 'taskmanager')).every(({ id }) => id !== after[0]?.id),
  );
  await stack.api.clusterRunning('shop', 2);
}

async function lookAtMesos(t: Assertions, { page, go }: OpenedPage): Promise<void> {
  await go('#/agents');
  await page.getByRole('heading', { name: '2 agents' }).waitFor();
  await page.getByText('active').nth(1).waitFor();
  await page.getByText(/GiB ours, 0 MiB others', /).waitFor();
  t.deepEqual(await seriousFindings(page), []);
  await page.getByRole('region', { name: 'Agents' }).getByRole('link').first().click();
  await page.getByRole('region', { name: 'Resources' }).getByText('Memory', { exact: true }).waitFor();
  await page.getByRole('region', { name: 'Our tasks' }).getByRole('link', { name: /shop/ }).first().waitFor();
  await go('#/offers');
  await shows(page, 'No request waits.');
  await page.getByRole('region', { name: 'Offers' }).getByText('accepted').first().waitFor();
}

async function lookAtWhatWaits(opened: OpenedPage): Promise<void> {
  const { page, go } = opened;
  await createCluster(opened, 'huge', { Memory: '65536' });
  await go('#/offers');
  const waiting = page.getByRole('region', { name: 'What waits, and why' });
  await waiting.getByText(/memory: 64 GiB wanted, at most .* free/).waitFor();
  await waiting.getByRole('link', { name: /huge.*taskmanager/ }).click();
  await page.getByRole('region', { name: 'Why it waits' }).getByText('No agent suits.').waitFor();
  await go('#/clusters/huge');
  await click(page, 'Delete');
  await click(page, 'Delete the cluster');
  await page.getByRole('heading', { name: 'There is no cluster huge' }).waitFor();
}

async function lookAtTheRest(t: Assertions, { page, go, url }: OpenedPage, stack: Stack): Promise<void> {
  await eventually('Flink says what is used', async () => {
    const { values } = await stack.api.get<UtilisationColumns>('/v1/utilisation');
    return (values.cpusUsed.at(-1) ?? 0) > 0 && (values.memUsedMiB.at(-1) ?? 0) > 0;
  });
  await go('#/');
  await page.getByRole('heading', { name: /All is well|On its way|Something/ }).waitFor();
  await page.getByRole('img', { name: /^CPUs: held .* used by TaskManagers \d/ }).waitFor();
  t.deepEqual(await seriousFindings(page), []);
  await go('#/tasks');
  await page
    .getByRole('link', { name: /shop.*jobmanager/ })
    .first()
    .waitFor();
  await go('#/clusters/shop/configuration');
  await shows(page, 'always 2');
  await go('#/clusters/shop/events');
  await page.getByRole('region', { name: 'Events of the cluster' }).getByRole('link').first().waitFor();
  await go('#/events');
  await page.getByLabel('Find events').fill('shop is to have 2');
  await shows(page, /cluster shop is to have 2 TaskManagers instead of 1/);
  await page.getByLabel('Find events').fill('');
  await page.getByLabel('About').selectOption('cluster');
  await page.getByRole('region', { name: 'Events' }).last().getByRole('link').first().click();
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await go('#/settings');
  await shows(page, /Connected to Mesos at 127\.0\.0\.1/);
  t.deepEqual(await seriousFindings(page), []);
  const flink = await page.context().newPage();
  await flink.goto(`${url}/v1/clusters/shop/flink/`);
  await flink.getByText('Available Task Slots').waitFor();
  await flink.close();
}

async function stopResumeAndCancel({ page, go }: OpenedPage, stack: Stack, job: JobView): Promise<void> {
  await jobsOf(stack.api, 'shop').running(job.id);
  await go(`#/clusters/shop/jobs/${job.id}`);
  await click(page, 'Stop');
  await click(page, 'Stop the job');
  await page.getByRole('main').getByText('finished').waitFor();
  const { operation } = await stack.api.get<JobView>(`/v1/clusters/shop/jobs/${job.id}`);
  await go('#/clusters/shop/jobs');
  await click(page, 'Run examples.jar');
  await page.getByLabel('Entry class').fill(exampleClasses.clickCounter);
  await page.getByText('Savepoint and Flink options').click();
  await page.getByLabel('Start from savepoint').fill(operation?.path ?? '');
  await click(page, 'Run the job');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('row', { name: /running/ }).waitFor();
  await click(page, /^Cancel job/);
  await click(page, 'Cancel the job');
  await page.getByRole('row', { name: /canceled/ }).waitFor();
}

type Assertions = Parameters<typeof openPage>[0];
