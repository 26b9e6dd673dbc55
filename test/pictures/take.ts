/**
 * `npm run web:pictures`: the pictures of docs/dashboard.md, taken of the running product. `npm start` runs its job; a
 * second cluster works beside it, and a third asks for more memory than any agent has. It takes some minutes: curves need time.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../end-to-end/support/browser.ts';
import { eventually, repository, run } from '../end-to-end/support/process.ts';

interface Picture {
  readonly name: string;
  readonly hash: (tasks: readonly Task[], job: string) => string;
  readonly shows: string;
  readonly dark?: boolean;
  readonly small?: boolean;
}

interface Task {
  readonly id: string;
  readonly cluster: string;
  readonly part: string;
  readonly phase: string;
}

const idOf = (tasks: readonly Task[], cluster: string, part: string): string =>
  encodeURIComponent(tasks.find((task) => task.cluster === cluster && task.part === part)?.id ?? '');

const pictures: readonly Picture[] = [
  { name: 'overview', hash: () => '#/', shows: 'used by TaskManagers' },
  { name: 'overview-dark', hash: () => '#/', shows: 'used by TaskManagers', dark: true },
  { name: 'cluster', hash: () => '#/clusters/reports', shows: 'Find tasks' },
  { name: 'task', hash: (tasks) => `#/tasks/${idOf(tasks, 'default', 'taskmanager')}`, shows: 'Following' },
  { name: 'job', hash: (_tasks, job) => `#/clusters/default/jobs/${job}`, shows: 'on average' },
  { name: 'agents', hash: () => '#/agents', shows: 'Find agents' },
  { name: 'offers', hash: () => '#/offers', shows: 'Find offers' },
  { name: 'events', hash: () => '#/events', shows: 'What happened' },
  { name: 'small', hash: () => '#/clusters/default', shows: 'Find tasks', small: true },
];

/** So that there is something to be seen over time. */
const watchedMs = 150_000;

const target = join(repository, 'docs', 'pictures');
const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-pictures-'));
const started = run('node', [
  ...[join(repository, 'bin', 'run.mjs'), 'start', '--data-dir', directory],
  ...['--listen', '127.0.0.1:0', '--mesos-listen', '127.0.0.1:0'],
]);
try {
  await started.said(/job .*RUNNING, all/, 240_000);
  const url = (await started.said(/(http:\/\/127\.0\.0\.1:\d+)\/v1\/clusters\/default\/flink/))[1] ?? '';
  await create(url, {
    name: 'reports',
    taskManagers: { mode: 'fixed', count: 2 },
    taskManager: { cpus: 0.5, slots: 2 },
  });
  await create(url, { name: 'huge', taskManagers: { mode: 'fixed', count: 2 }, taskManager: { memoryMiB: 65_536 } });
  await eventually(
    'the second cluster',
    async () => (await get<{ phase: string }>(url, 'clusters/reports')).phase === 'running',
  );
  await eventually('a reason', async () =>
    (await get<readonly { whyWaiting?: string }[]>(url, 'tasks')).some(({ whyWaiting }) =>
      whyWaiting?.includes('memory'),
    ),
  );
  await setTimeout(watchedMs);
  await mkdir(target, { recursive: true });
  const browser = await launchBrowser();
  try {
    const tasks = await get<readonly Task[]>(url, 'tasks');
    const [job] = await get<readonly { id: string }[]>(url, 'clusters/default/jobs');
    for (const picture of pictures) await take(browser, `${url}/${picture.hash(tasks, job?.id ?? '')}`, picture);
  } finally {
    await browser.close();
  }
  console.log(`${pictures.length} pictures in ${target}`);
} finally {
  await started.kill('SIGTERM');
  await rm(directory, { recursive: true, force: true });
}

async function take(browser: Browser, address: string, picture: Picture): Promise<void> {
  const page = await browser.newPage({
    colorScheme: picture.dark ? 'dark' : 'light',
    viewport: picture.small ? { width: 390, height: 800 } : { width: 1200, height: 800 },
  });
  await page.goto(address);
  await page.getByText(picture.shows).first().waitFor();
  await page.getByText('Live').first().waitFor();
  // The events of the past come in one go, some tenths of a second after the page.
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(target, `${picture.name}.png`) });
  await page.close();
}

async function create(url: string, spec: unknown): Promise<void> {
  const response = await fetch(`${url}/v1/clusters`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(spec),
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
}

async function get<T>(url: string, path: string): Promise<T> {
  return (await (await fetch(`${url}/v1/${path}`)).json()) as T;
}
