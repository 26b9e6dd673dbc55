/** The dashboard in a real browser, against the API with a fake scheduler behind it: each page, each act, and its bounds. */
import { Buffer } from 'node:buffer';
import test from 'ava';
import { links } from '../../src/web/routes.ts';
import { tokenRules } from '../api/support/api.ts';
import { dashboardOf, type OpenOptions, seriousFindings, shows } from './support/browser.ts';
import { fillWorld } from './support/dashboard-world.ts';
import { startPrefixProxy } from './support/prefix-proxy.ts';

const open = dashboardOf(test);
const world: OpenOptions = { fill: (dispatcher) => fillWorld(dispatcher) };

test('without a cluster the first page says that all is ready, and how to begin', async (t) => {
  const { page, complaints } = await open(t);
  await page.getByRole('heading', { name: 'Ready' }).waitFor();
  await shows(page, /flink-mesos clusters create/);
  t.is(await page.title(), 'flink-mesos');
  t.deepEqual(complaints, []);
});

test('the first page says what is wrong, and two clicks lead to the reason', async (t) => {
  const { page, complaints } = await open(t, world);
  await page.getByRole('heading', { name: 'Something is wrong' }).waitFor();
  await shows(page, 'Cluster search is recovering: waiting for 2 of 3 TaskManagers');
  await page.locator('.figure').getByText('2 asked for', { exact: true }).waitFor();
  await page.getByRole('link', { name: /2 tasks wait/ }).click();
  await page.getByRole('heading', { name: 'Why tasks wait' }).waitFor();
  await page.getByRole('link', { name: 'search-taskmanager-2' }).first().click();
  await shows(page, /It waits: no offer fits: 12 agents: memory 4096 MiB wanted, at most 3072 free/);
  t.deepEqual(complaints, []);
});

test('a cluster shows its agents, tasks, jobs, events and configuration', async (t) => {
  const { page, complaints } = await open(t, world);
  await page.getByRole('link', { name: 'payments', exact: true }).first().click();
  await page.getByRole('heading', { name: 'payments' }).waitFor();
  await page.locator('.squares a').nth(4).waitFor();
  t.is(await page.locator('.squares a').count(), 5);
  t.is(await page.getByRole('link', { name: /Flink UI/ }).getAttribute('href'), 'v1/clusters/payments/flink/');
  await page.getByRole('link', { name: 'Jobs and jars' }).click();
  await shows(page, 'Fraud detection');
  t.is(
    await page
      .getByRole('row', { name: /Fraud/ })
      .getByRole('link', { name: /^Flink/ })
      .getAttribute('href'),
    'v1/clusters/payments/flink/#/job/running/job-1/overview',
  );
  await page.getByRole('navigation', { name: 'Cluster payments' }).getByRole('link', { name: 'Events' }).click();
  await shows(page, /task payments-taskmanager-1 launched on agent-1.example/);
  await page.getByRole('link', { name: 'Configuration' }).click();
  await shows(page, 'execution.checkpointing.interval');
  t.deepEqual(complaints, []);
});

test('a task shows its life, its ports, and why it ended', async (t) => {
  const { page, go, complaints } = await open(t, world);
  await go('#/tasks/payments-taskmanager-1');
  await shows(page, 'rpc 31000, data 31001');
  const steps = await page.locator('.timeline li').allInnerTexts();
  t.deepEqual(
    steps.map((step) => step.split('\n')[0]),
    ['Requested', 'Matched', 'Launched', 'Running', 'Ended'],
  );
  t.regex(steps.join(), /after 840 ms/);
  await go('#/tasks/search-taskmanager-0');
  await shows(page, 'Memory limit exceeded: Requested: 1728MB Maximum Used: 1729MB');
  t.is(await page.getByRole('button', { name: 'Restart' }).count(), 0);
  await go('#/tasks/nobody');
  await page.getByRole('heading', { name: 'There is no task nobody' }).waitFor();
  t.deepEqual(complaints, []);
});

test('events are filtered by level, topic, cluster and words, and each has an address of its own', async (t) => {
  const { page, go, complaints } = await open(t, world);
  await go('#/events');
  await page.getByRole('heading', { name: '17 events' }).waitFor();
  await page.getByLabel('Level').selectOption('warn');
  await page.getByRole('heading', { name: '3 events' }).waitFor();
  await page.getByLabel('Level').selectOption('debug');
  await page.getByLabel('About').selectOption('offer');
  await page.getByRole('heading', { name: '4 events' }).waitFor();
  await page.getByLabel('About').selectOption('');
  await page.getByLabel('Cluster').selectOption('search');
  await page.getByLabel('Find events').fill('restarting index');
  await page.getByRole('heading', { name: '1 event', exact: true }).waitFor();
  await page.getByRole('region', { name: 'Events' }).last().getByRole('link').click();
  await page.getByRole('dialog', { name: 'job.changed' }).waitFor();
  t.regex(page.url(), /#\/events\/\d+-\d+$/);
  const another = page.url().replace(/(\d+)-(\d+)$/, (_, at, sequence) => `${Number(at) - 1}-${sequence}`);
  await page.goto(another);
  await page.getByRole('dialog').getByText('no longer remembered').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  t.regex(page.url(), /#\/events$/);
  t.deepEqual(complaints, []);
});

test('what happens is shown as it happens, without a reload; a pause holds the list still', async (t) => {
  const { page, dispatcher, go } = await open(t, world);
  await shows(page, '1 of 3');
  dispatcher.setCluster('search', {
    phase: 'running',
    taskManagers: { wanted: 3, registered: 3 },
    waitingFor: undefined,
  } as object);
  dispatcher.addFact('taskmanager.registered', 'TaskManager search-taskmanager-3 registered', {
    data: { cluster: 'search', taskId: 'search-taskmanager-3' },
  });
  await page
    .getByRole('row', { name: /search/ })
    .getByText('3 of 3')
    .waitFor();
  await go('#/events');
  await shows(page, 'TaskManager search-taskmanager-3 registered');
  await page.getByRole('button', { name: 'Pause' }).click();
  dispatcher.addFact('cluster.created', 'while paused');
  await page.getByRole('button', { name: 'Go on' }).click();
  await shows(page, 'while paused');
  t.pass();
});

test('a cluster is created; a refusal is said in the words of the scheduler', async (t) => {
  const { page, dispatcher, complaints } = await open(t, world);
  await page.getByRole('button', { name: 'Create a cluster' }).click();
  const dialog = page.getByRole('dialog', { name: 'Create a cluster' });
  await page.keyboard.type('payments');
  await dialog.getByRole('button', { name: 'Create the cluster' }).click();
  await shows(page, 'Cluster payments exists already. Choose another name, or delete the present one first.');
  await dialog.getByLabel('Name').fill('fresh');
  await dialog.getByLabel('How many').fill('3');
  await dialog.getByLabel('Memory of each, MiB').fill('lots');
  await dialog.getByRole('button', { name: 'Create the cluster' }).click();
  await shows(page, 'Memory of each must be a number, not "lots".');
  await dialog.getByLabel('Memory of each, MiB').fill('2048');
  await dialog.getByText('Flink options and environment').click();
  await dialog.getByLabel('Flink options, one a line').fill('state.backend.type: rocksdb\na.b=c: d');
  await dialog.getByRole('button', { name: 'Create the cluster' }).click();
  await page.getByRole('heading', { name: 'fresh' }).waitFor();
  t.deepEqual(dispatcher.specs.at(-1), {
    name: 'fresh',
    taskManager: { memoryMiB: 2048 },
    taskManagers: { mode: 'fixed', count: 3 },
    configuration: { 'state.backend.type': 'rocksdb', 'a.b': 'c: d' },
  });
  await page.getByRole('link', { name: 'Overview' }).click();
  await page.getByRole('button', { name: 'Create a cluster' }).click();
  await dialog.getByLabel('Name').fill('breathing');
  await dialog.getByLabel('TaskManagers').selectOption('elastic');
  await dialog.getByLabel('At most').fill('8');
  await dialog.getByLabel('Spare ones').fill('1');
  await dialog.getByRole('button', { name: 'Create the cluster' }).click();
  await page.getByRole('heading', { name: 'breathing' }).waitFor();
  t.is(await page.getByRole('button', { name: 'Scale' }).count(), 0, 'its jobs decide');
  t.deepEqual(dispatcher.specs.at(-1), {
    name: 'breathing',
    taskManagers: { mode: 'elastic', min: 0, max: 8, spare: 1 },
  });
  t.deepEqual(complaints, []);
});

test('a cluster is deleted only after a question, whose first answer is no', async (t) => {
  const { page, dispatcher, go } = await open(t, world);
  await go('#/clusters/payments');
  await page.getByRole('button', { name: 'Delete' }).click();
  await shows(page, /4 TaskManagers, and stops 2 running jobs/);
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  t.deepEqual(dispatcher.calls, []);
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete the cluster' }).click();
  await shows(page, 'Cluster payments is being deleted.');
  t.deepEqual(dispatcher.calls, ['deleteCluster payments']);
  await page.getByRole('heading', { name: 'payments' }).locator('..').getByText('deleting').waitFor();
});

test('a jar is uploaded by dropping it and run with class, arguments and parallelism', async (t) => {
  const { page, dispatcher, go, complaints } = await open(t, world);
  await go('#/clusters/payments/jobs');
  const dropped = await page.evaluateHandle(`(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(3_000_000)], 'word-count.jar'));
    return transfer;
  })()`);
  await page.locator('.drop').dispatchEvent('drop', { dataTransfer: dropped });
  const dialog = page.getByRole('dialog', { name: 'Run word-count.jar' });
  await dialog.getByLabel('Entry class').fill('com.example.WordCount');
  await dialog.getByLabel('Parallelism').fill('4');
  await dialog.getByLabel('Arguments, one a line').fill('--input\n/data/a file');
  await dialog.getByRole('button', { name: 'Run the job' }).click();
  await shows(page, 'Job State machine is submitted.');
  t.like(dispatcher.uploads, [{ cluster: 'payments', fileName: 'word-count.jar', bytes: 3_000_000 }]);
  const { jar, ...rest } = dispatcher.jobSpecs.at(-1) ?? { jar: '' };
  t.regex(jar, /^[0-9a-f]{12}$/);
  t.deepEqual(rest, { entryClass: 'com.example.WordCount', args: ['--input', '/data/a file'], parallelism: 4 });
  await page.getByRole('row', { name: /word-count.jar/ }).waitFor();
  t.deepEqual(complaints, []);
});

test('a file that is no jar is refused in plain words, and Flink says why it refuses a job', async (t) => {
  const { page, go } = await open(t, world);
  await go('#/clusters/payments/jobs');
  const choose = page.getByLabel('Jar to upload');
  await choose.setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('x') });
  await shows(page, /"notes.txt" is no name of a jar/);
  await choose.setInputFiles({ name: 'job.jar', mimeType: 'application/java-archive', buffer: Buffer.from('x') });
  await page.getByLabel('Entry class').fill('Broken');
  await page.getByRole('button', { name: 'Run the job' }).click();
  await shows(page, 'The main method caused an error: boom.');
  t.pass();
});

test('a job is cancelled and a task restarted, each after a question', async (t) => {
  const { page, dispatcher, go } = await open(t, world);
  await go('#/clusters/payments/jobs');
  await page.getByRole('button', { name: 'Cancel job Ledger' }).click();
  await page.getByRole('button', { name: 'Keep it' }).click();
  await page.getByRole('button', { name: 'Cancel job Ledger' }).click();
  await page.getByRole('button', { name: 'Cancel the job' }).click();
  await shows(page, 'Job Ledger is being cancelled.');
  await go('#/tasks/payments-jobmanager-1');
  await page.getByRole('button', { name: 'Restart' }).click();
  await shows(page, /All jobs of the cluster are interrupted/);
  await page.getByRole('button', { name: 'Restart it' }).click();
  await shows(page, /payments-jobmanager-1 is being ended; another one takes its place/);
  await go('#/tasks/payments-taskmanager-2');
  await page.getByRole('button', { name: 'Replace' }).click();
  await shows(page, /launched on another agent, where there is one for it/);
  await page.getByRole('button', { name: 'Replace it' }).click();
  await shows(page, /payments-taskmanager-2 is being ended; another one is launched elsewhere/);
  t.deepEqual(dispatcher.calls, [
    'cancelJob payments job-2',
    'restartTask payments-jobmanager-1',
    'replaceTask payments-taskmanager-2',
  ]);
});

test('a cluster is scaled: up at once, down after saying what it does to the jobs', async (t) => {
  const { page, dispatcher, go, complaints } = await open(t, world);
  await go('#/clusters/payments');
  await page.getByRole('button', { name: 'Scale' }).click();
  const dialog = page.getByRole('dialog', { name: 'Scale cluster payments' });
  await dialog.getByLabel('TaskManagers').fill('6');
  await dialog.getByText(/More of them are launched as Mesos offers room/).waitFor();
  await dialog.getByLabel('TaskManagers').fill('2');
  await dialog.getByText(/least useful are ended; 2 running jobs may be interrupted/).waitFor();
  await dialog.getByLabel('TaskManagers').fill('9999');
  await dialog.getByRole('button', { name: 'Scale the cluster' }).click();
  await dialog.getByText(/Count must be <= 5000/).waitFor();
  await dialog.getByLabel('TaskManagers').fill('2');
  await dialog.getByRole('button', { name: 'Scale the cluster' }).click();
  await shows(page, 'Cluster payments is to have 2 TaskManagers.');
  await shows(page, '4 of 2');
  t.deepEqual(dispatcher.calls, ['scaleCluster payments 2']);
  t.deepEqual(complaints, []);
});

test('settings say how the scheduler stands to Mesos, also when it does not', async (t) => {
  const { page, dispatcher, go } = await open(t, world);
  await go('#/settings');
  await shows(page, 'Connected to Mesos at mesos-1.example:5050.');
  dispatcher.setInfo({
    mesos: {
      state: 'waiting',
      problem: { code: 'unreachable', message: 'connect ECONNREFUSED 10.0.0.1:5050' },
      retryAt: Date.now() + 5000,
      since: Date.now(),
    } as never,
  });
  dispatcher.addFact('master.lost');
  await shows(page, 'Mesos cannot be reached: connect ECONNREFUSED 10.0.0.1:5050.');
  await go('#/');
  await page.getByRole('heading', { name: 'Something is wrong' }).waitFor();
  t.pass();
});

test('markup in names from elsewhere is shown as text', async (t) => {
  const evil = '<img src=x onerror="document.title=1"><b>bold</b>';
  const { page, go, complaints } = await open(t, {
    fill: async (dispatcher) => {
      await fillWorld(dispatcher);
      dispatcher.setCluster('search', { waitingFor: evil });
      dispatcher.setJob('payments', 'job-1', { name: evil, failure: evil, state: 'FAILED' });
      dispatcher.addTask({
        id: evil,
        cluster: 'search',
        hostname: evil,
        agentId: evil,
        message: evil,
        reason: evil,
        phase: 'ended',
        state: 'TASK_FAILED',
      });
      dispatcher.mesosAgents = dispatcher.mesosAgents.map((agent) => ({ ...agent, hostname: evil }));
      dispatcher.rounds = dispatcher.rounds.map((round) => ({
        ...round,
        offers: round.offers.map((offer) => ({ ...offer, why: evil, hostname: evil })),
      }));
      dispatcher.addFact('job.changed', evil, { level: 'error', data: { cluster: 'search', taskId: evil } });
    },
  });
  await shows(page, evil);
  for (const hash of [
    '#/',
    '#/tasks',
    '#/events',
    '#/clusters/search',
    '#/clusters/payments/jobs',
    '#/clusters/payments/jobs/job-1',
    '#/agents',
    '#/offers',
    `#/tasks/${encodeURIComponent(evil)}`,
  ]) {
    await go(hash);
    await shows(page, evil);
    t.is(await page.locator('main img, main b').count(), 0, hash);
  }
  await page.waitForFunction('document.title.startsWith("<img src=x")');
  t.deepEqual(complaints, []);
});

test('5,000 tasks are drawn as they come in sight, found by words, and change without freezing', async (t) => {
  const { page, dispatcher, go, complaints } = await open(t, { fill: (dispatcher) => fillWorld(dispatcher, 5000) });
  await go('#/clusters/large');
  await page.getByRole('button', { name: 'launched 5,000' }).waitFor();
  await page.getByRole('link', { name: 'large-jobmanager', exact: true }).last().waitFor();
  t.true((await page.locator('table.rows tbody tr').count()) < 80);
  t.is(await page.locator('.agent-map .cell').count(), 1000);
  t.regex(
    String(await page.locator('.agent-map').getAttribute('aria-label')),
    /^1,000 agents with 5,000 tasks: 5000 running$/,
  );
  await page.getByRole('button', { name: 'One by one' }).click();
  await page.locator('.agents li').first().waitFor();
  t.true((await page.locator('.agents li').count()) < 120);
  await page.locator('table.rows[aria-rowcount="5001"]').waitFor();
  await page.locator('.scroll').evaluate((element) => {
    element.scrollTop = element.scrollHeight;
  });
  await page.getByRole('link', { name: 'large-taskmanager-4999', exact: true }).last().waitFor();
  await page.getByLabel('Find tasks').fill('agent-77.example');
  await page.getByRole('link', { name: 'large-taskmanager-4077', exact: true }).last().waitFor();
  await page.locator('table.rows[aria-rowcount="6"]').waitFor();
  dispatcher.setTask('large-taskmanager-4077', { state: 'TASK_UNREACHABLE' });
  for (let n = 0; n < 5000; n++) {
    dispatcher.addFact('task.updated', `task large-taskmanager-${n} is TASK_RUNNING`, {
      data: { group: 'large', taskId: `large-taskmanager-${n}` },
    });
  }
  await page
    .getByRole('row', { name: /large-taskmanager-4077/ })
    .getByText('unreachable')
    .waitFor();
  t.deepEqual(complaints, []);
});

test('when the scheduler is gone the page says so, and goes on where it was when it is back', async (t) => {
  const { page, dispatcher } = await open(t, world);
  await shows(page, 'Live');
  await page.context().setOffline(true);
  await page.route('**/v1/**', (route) => route.abort());
  await page.getByRole('link', { name: 'Tasks', exact: true }).click();
  await shows(page, /The scheduler did not answer/);
  dispatcher.addFact('cluster.created', 'told while nobody listened');
  await page.unroute('**/v1/**');
  await page.context().setOffline(false);
  await page.getByRole('link', { name: 'Events' }).first().click();
  await shows(page, 'told while nobody listened');
  t.pass();
});

test('below a path prefix everything still works', async (t) => {
  const { url, page: direct } = await open(t, world);
  const proxy = await startPrefixProxy('/service/flink', url);
  const page = await direct.context().newPage();
  t.teardown(async () => {
    await page.close();
    proxy.close();
  });
  await page.goto(proxy.url);
  await shows(page, 'Something is wrong');
  await shows(page, 'Live');
  await page.getByRole('link', { name: 'payments', exact: true }).first().click();
  await page.getByRole('heading', { name: 'payments' }).waitFor();
  t.regex(page.url(), /\/service\/flink\/#\/clusters\/payments$/);
});

test('a scheduler with a token asks for it, and keeps it out of addresses', async (t) => {
  const { page } = await open(t, { ...world, parts: { access: tokenRules('open-sesame') } });
  await page.getByRole('heading', { name: 'The scheduler asks for a token' }).waitFor();
  await page.getByLabel('Token of the API').fill('open-sesame');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Something is wrong' }).waitFor();
  await shows(page, 'Live');
  t.notRegex(page.url(), /sesame/);
});

test("with a token Flink's own pages open too: the browser gets a session for them", async (t) => {
  const rules = tokenRules('open-sesame');
  const { page, go } = await open(t, { ...world, parts: { access: rules } });
  await page.getByLabel('Token of the API').fill('open-sesame');
  await page.keyboard.press('Enter');
  await go('#/clusters/payments');
  const opened = page.context().waitForEvent('page');
  await page.getByRole('link', { name: /^Flink UI/ }).click();
  const flink = await opened;
  await flink.waitForLoadState();
  // The session was taken: what answers is the proxy, which finds no JobManager behind this fake cluster.
  t.regex(await flink.innerText('body'), /NOT_READY/);
  t.regex(flink.url(), /\/v1\/clusters\/payments\/flink\/$/);
  t.deepEqual(
    (await page.context().cookies()).map(({ path, httpOnly, sameSite }) => ({ path, httpOnly, sameSite })),
    [{ path: '/v1/clusters/payments', httpOnly: true, sameSite: 'Strict' }],
  );
});

test('by keyboard alone: the content is reached at once, and dialogs give the focus back', async (t) => {
  const { page } = await open(t, world);
  await shows(page, 'Clusters running');
  await page.keyboard.press('Tab');
  await page.locator(':focus', { hasText: /^Skip to content$/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.locator('#content:focus').waitFor();
  await page.getByRole('button', { name: 'Create a cluster' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.locator(':focus', { hasText: /^Create a cluster$/ }).waitFor();
  t.pass();
});

for (const look of ['light', 'dark', 'small'] as const) {
  test(`axe finds nothing serious, ${look}`, async (t) => {
    const { page, go, dispatcher } = await open(t, { ...world, dark: look === 'dark', small: look === 'small' });
    const [event] = dispatcher.facts(0, 1);
    const places = [
      ...(event === undefined ? [] : [links.event(event)]),
      '#/',
      '#/tasks',
      '#/events',
      '#/settings',
      '#/clusters/search',
      '#/clusters/payments/jobs',
      '#/clusters/payments/configuration',
      '#/tasks/search-taskmanager-0',
      '#/tasks/search-taskmanager-2',
      '#/tasks/payments-taskmanager-1',
      '#/clusters/payments/checkpoints',
      '#/clusters/payments/jobs/job-1',
      '#/agents',
      '#/agents/0c1f6e2a-S4',
      '#/offers',
    ];
    for (const hash of places) {
      await go(hash);
      await page.locator('main .card, main .verdict').first().waitFor();
      t.deepEqual(await seriousFindings(page), [], `${look} ${hash}`);
      if (look === 'small') {
        t.true(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), `${hash} fits the screen`);
      }
    }
    await go('#/');
    await page.getByRole('button', { name: 'Create a cluster' }).click();
    await page.getByText('Flink options and environment').click();
    t.deepEqual(await seriousFindings(page), [], `${look} dialog`);
  });
}
