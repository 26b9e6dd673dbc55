/** What the dashboard says first: is all well, and what is not. */
import test from 'ava';
import type { ClusterView, InfoView, JobView, TaskView } from '../../src/api/views.ts';
import { mesosWords, troublesOf, waitingReasons } from '../../src/web/troubles.ts';

const info = {
  mesos: { state: 'subscribed', master: 'm:5050', since: 1 },
  reconciled: true,
} as unknown as InfoView;
const cluster = { name: 'a', phase: 'running' } as unknown as ClusterView;
const task = (change: Partial<TaskView>) => ({ id: 't', cluster: 'a', phase: 'waiting', ...change }) as TaskView;
const job = (change: Partial<JobView>) => ({ id: 'j', cluster: 'a', state: 'RUNNING', ...change }) as JobView;

test('nothing is wrong when everything runs', (t) => {
  t.deepEqual(troublesOf({ info, clusters: [cluster], tasks: [task({ phase: 'launched' })], jobs: [job({})] }), []);
});

test('the worst comes first', (t) => {
  const troubles = troublesOf({
    info: { ...info, reconciled: false },
    clusters: [{ ...cluster, phase: 'starting', waitingFor: 'an offer for the JobManager' }],
    tasks: [task({ whyWaiting: 'no offer fits' })],
    jobs: [job({ state: 'RESTARTING', name: 'N' }), job({ state: 'FAILED', failure: 'boom\n  at x' })],
  });
  t.deepEqual(
    troubles.map(({ tone, text, link }) => [tone, text, link]),
    [
      ['bad', 'Job j of a is failed: boom', '#/clusters/a/jobs'],
      ['warn', '1 task waits: no offer fits', '#/tasks/t'],
      ['warn', 'Job N of a is restarting', '#/clusters/a/jobs'],
      ['busy', 'Asking Mesos after each task; some are not answered for yet', undefined],
      ['busy', 'Cluster a is starting: waiting for an offer for the JobManager', '#/clusters/a'],
    ],
  );
});

test('tasks that wait for the same reason are one trouble, the most frequent first', (t) => {
  const tasks = [
    task({ whyWaiting: 'x' }),
    task({ whyWaiting: 'y' }),
    task({ whyWaiting: 'y' }),
    task({ phase: 'ended' }),
  ];
  t.deepEqual(
    waitingReasons(tasks).map(({ why, tasks: waiting }) => [why, waiting.length]),
    [
      ['y', 2],
      ['x', 1],
    ],
  );
});

test('each state of the connection to Mesos has words', (t) => {
  const said = (mesos: unknown) => mesosWords({ mesos } as InfoView);
  t.is(said({ state: 'subscribed', master: 'm:1' }).tone, 'good');
  t.regex(said({ state: 'connecting', master: 'm:1', attempt: 3 }).text, /attempt 3/);
  t.deepEqual(said({ state: 'waiting', problem: { message: 'refused' } }), {
    tone: 'bad',
    text: 'Mesos cannot be reached: refused',
  });
  t.is(said({ state: 'searching' }).tone, 'bad');
  t.is(said({ state: 'standby' }).tone, 'warn');
  t.regex(said({ state: 'stopped', message: 'removed' }).text, /removed/);
});
