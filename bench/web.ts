/**
 * How fast is the dashboard? How much the first page loads of a scheduler without clusters; then, with 5,000 tasks on 1,000
 * model agents behind a real scheduler, when the first content is painted (median of loads without cache) and how long
 * the slowest of some twenty interactions takes until its effect is painted (Event Timing, as browsers count INP).
 * Times are of this machine and of Chromium without a graphics card; the size is not.
 *
 *   npm run bench:web [-- --tasks 5000 --json]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { parseCount } from '../src/main/settings.ts';
import { launchBrowser } from '../test/end-to-end/support/browser.ts';
import { median, table } from './lib/figures.ts';
import { requestTasks, startBenchScheduler } from './survival/bench-scheduler.ts';
import { startModelMesos } from './survival/model-mesos.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, tasks: { type: 'string', default: '5000' } },
});
const tasks = parseCount(values.tasks, '--tasks', 10, 20_000);
const AGENTS = 1_000;
const LOADS = 7;

interface Measured {
  readonly firstPageKiB: number;
  readonly at5000: { readonly firstContentfulPaintMs: number; readonly interactionMs: number };
}

const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-bench-'));
const mesos = await startModelMesos(join(directory, 'mesos'), AGENTS);
const scheduler = startBenchScheduler(
  ['--mesos-master', mesos.address, '--listen', '127.0.0.1:0', '--data-dir', join(directory, 'data')],
  join(directory, 'scheduler.log'),
);
const browser = await launchBrowser();
try {
  const url = await scheduler.url();
  const firstPageKiB = await sizeOfFirstPage(browser, url);
  await requestTasks(url, tasks, 'many');
  await mesos.until('launched', ({ launched }) => launched.count >= tasks);
  const paints = await loadTimes(browser, url);
  const interactionMs = await slowestInteraction(browser, url);
  const firstContentfulPaintMs = Math.round(median(paints));
  console.log(
    table([
      ['the dashboard', ''],
      ['first page, KiB on the wire', String(firstPageKiB)],
      [`first contentful paint at ${tasks} tasks, ms`, `${firstContentfulPaintMs}`],
      [`slowest interaction at ${tasks} tasks, ms`, String(interactionMs)],
    ]),
  );
  const measured: Measured = { firstPageKiB, at5000: { firstContentfulPaintMs, interactionMs } };
  if (values.json) console.log(JSON.stringify(measured));
} finally {
  await browser.close();
  await scheduler.kill('SIGKILL');
  await mesos.close();
  await rm(directory, { recursive: true, force: true });
}

/** All that is loaded until the page says how things are, the event stream and its headers included. */
async function sizeOfFirstPage(from: Browser, url: string): Promise<number> {
  const context = await newContext(from);
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  let bytes = 0;
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await page.goto(url);
  await page.getByRole('heading', { name: 'Ready' }).waitFor();
  await page.waitForLoadState('load');
  await context.close();
  return Math.round((bytes / 1024) * 10) / 10;
}

async function loadTimes(from: Browser, url: string): Promise<number[]> {
  const times: number[] = [];
  for (let load = 0; load < LOADS; load++) {
    const context = await newContext(from);
    const page = await context.newPage();
    await page.goto(`${url}/#/`);
    await page.getByText('Held of Mesos').waitFor();
    const paint = await page.evaluate<number>("performance.getEntriesByName('first-contentful-paint')[0].startTime");
    times.push(paint);
    await context.close();
  }
  // The first one warms up browser and scheduler.
  return times.slice(1);
}

async function slowestInteraction(from: Browser, url: string): Promise<number> {
  const context = await newContext(from);
  const page = await context.newPage();
  await page.addInitScript(`
    globalThis.slowest = 0;
    new PerformanceObserver((list) => {
      for (const { duration, interactionId } of list.getEntries())
        if (interactionId > 0) globalThis.slowest = Math.max(globalThis.slowest, duration);
    }).observe({ type: 'event', durationThreshold: 16, buffered: true });`);
  await page.goto(`${url}/#/tasks`);
  await page.getByLabel('Find tasks').waitFor();
  await useTasks(page);
  await useAgents(page);
  // Entries are told of after their frame.
  await page.waitForTimeout(500);
  const slowest = await page.evaluate<number>('globalThis.slowest');
  await context.close();
  // What is faster than a frame has no entry.
  return Math.max(16, Math.round(slowest));
}

async function useTasks(page: Page): Promise<void> {
  await page.getByLabel('Find tasks').click();
  await page.keyboard.type('taskmanager-12', { delay: 60 });
  for (let n = 0; n < 6; n++) await page.keyboard.press('Backspace', { delay: 60 });
  const chip = page.getByRole('button', { name: /^launched/ });
  await chip.click();
  await chip.click();
}

async function useAgents(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Agents' }).click();
  await page
    .locator('.agent-map .cell')
    .nth(AGENTS - 1)
    .waitFor();
  await page.getByRole('button', { name: 'CPUs' }).click();
  await page.getByLabel('Find agents').click();
  await page.keyboard.type('agent', { delay: 60 });
  await page.getByRole('link', { name: 'Overview' }).click();
  await page.getByText('Held of Mesos').waitFor();
}

function newContext(from: Browser): Promise<BrowserContext> {
  return from.newContext({ viewport: { width: 1280, height: 860 } });
}
