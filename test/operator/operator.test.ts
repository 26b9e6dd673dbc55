/** What operators see of clusters in every state, and what their hand does. */
import test from 'ava';
import fc from 'fast-check';
import type { PresentRevision } from '../../src/flink/plan/records.ts';
import { Problem } from '../../src/lib/problem.ts';
import { aJob, job } from '../flink/cluster-fixture.ts';
import { world } from './support.ts';

const steps = (plan: { phases: readonly { steps: readonly { name: string; status: string }[] }[] }) =>
  plan.phases.flatMap((phase) => phase.steps.map(({ name, status }) => `${name} ${status}`));

test('deploy: a cluster is a phase, a process is a step, and its status follows the task', (t) => {
  const { operator, cluster, task, seen, phase } = world();
  t.is(operator.plan('deploy').status, 'COMPLETE');
  cluster();
  t.deepEqual(steps(operator.plan('deploy')), [
    'words-jobmanager-0 PENDING',
    'words-taskmanager-0 PENDING',
    'words-taskmanager-1 PENDING',
  ]);
  t.is(operator.plan('deploy').status, 'PENDING');
  task('jm', 'jobmanager', 'waiting');
  t.is(steps(operator.plan('deploy'))[0], 'words-jobmanager-0 PREPARED');
  task('jm', 'jobmanager', 'launched');
  task('a', 'taskmanager', 'running');
  t.deepEqual(steps(operator.plan('deploy')).slice(0, 2), [
    'words-jobmanager-0 STARTING',
    'words-taskmanager-0 STARTED',
  ]);
  task('jm', 'jobmanager', 'running');
  task('b', 'taskmanager', 'running');
  seen('a', 'b');
  phase('running');
  t.is(operator.plan('deploy').status, 'COMPLETE');
  t.is(operator.plan('recovery').status, 'COMPLETE');
  t.is(operator.plan('update').status, 'COMPLETE');
});

test('deploy: clusters that the options name are steps before they are created, with the reason if they cannot be', (t) => {
  const awaited = new Map<string, string | undefined>([['orders', undefined]]);
  const { cluster, operator } = world({ awaited });
  t.is(operator.plan('deploy').status, 'PENDING');
  t.deepEqual(steps(operator.plan('deploy')), ['create PENDING']);
  awaited.set('orders', 'it is too large');
  t.is(operator.plan('deploy').status, 'ERROR');
  t.is(operator.plan('deploy').phases[0]?.steps[0]?.message, 'it is too large');
  t.deepEqual(operator.plan('deploy').errors, ['cluster orders: it is too large']);
  const { name } = cluster();
  awaited.set(name, 'it was there already');
  t.is(operator.plan('deploy').phases.filter((phase) => phase.name === name).length, 1);
  awaited.delete(name);
  awaited.delete('orders');
  t.not(operator.plan('deploy').status, 'ERROR');
});

test('recovery: what a cluster lacks that was up; its deployment stays complete', (t) => {
  const { operator, cluster, task, seen, phase } = world();
  cluster({ failures: [{ part: 'taskmanager', at: 1 }] });
  task('jm', 'jobmanager', 'running');
  task('a', 'taskmanager', 'running');
  seen('a');
  phase('recovering');
  t.deepEqual(steps(operator.plan('recovery')), ['words-taskmanager-1 DELAYED']);
  t.is(operator.plan('recovery').status, 'DELAYED');
  t.is(operator.plan('deploy').status, 'COMPLETE');
  task('b', 'taskmanager', 'waiting');
  t.deepEqual(steps(operator.plan('recovery')), ['words-taskmanager-1 PREPARED']);
  t.is(operator.plan('recovery').phases[0]?.steps[0]?.message, 'no agent fits');
});

test('update: which options are followed; there is nothing in it to hold up', async (t) => {
  const { operator } = world();
  const plan = operator.plan('update');
  t.is(plan.status, 'COMPLETE');
  t.is(plan.phases[0]?.steps[0]?.name, 'follow-c2');
  t.true((await operator.actOnPlan('update', 'interrupt', {})).already);
});

test('update: a cluster whose specification has changed is a phase, until all its pods follow and after', (t) => {
  const { operator, cluster, task, seen, phase, runtime } = world();
  const revised = (change: Partial<PresentRevision> = {}) => {
    const since = { jobmanager: 1, taskmanager: 2 };
    cluster({ revision: { number: 2, at: 5, jobs: 'savepoint', since, ...change }, jobs: [aJob('1')] });
  };
  revised();
  task('jm', 'jobmanager', 'running');
  task('a', 'taskmanager', 'running');
  task('b', 'taskmanager', 'running', '2');
  seen('a', 'b');
  phase('updating');
  t.deepEqual(steps(operator.plan('update')).slice(1), [
    'words-jobmanager-0 COMPLETE',
    'words-taskmanager-0 PENDING',
    'words-taskmanager-1 COMPLETE',
  ]);
  t.is(operator.plan('update').status, 'IN_PROGRESS');
  t.like(operator.health(), { code: 202, value: 'DEPLOYING_PENDING' });
  t.is(operator.plan('deploy').status, 'COMPLETE');
  t.deepEqual(operator.plan('recovery').phases, []);
  revised({ held: true });
  t.is(steps(operator.plan('update'))[2], 'words-taskmanager-0 WAITING');
  t.is(operator.health().code, 207);
  revised({ followedAt: 9 });
  runtime.taskRecords.delete('a');
  t.is(operator.plan('update').status, 'COMPLETE');
});

test('update: a job that cannot be stopped is said, and is no reason to restart the service', (t) => {
  const { operator, cluster, task, seen, phase } = world();
  const since = { jobmanager: 2, taskmanager: 2 };
  const failed = {
    id: `${job('1').slice(0, 24)}00000002`,
    startedAt: 1,
    wish: { kind: 'update' },
    state: 'failed',
  } as const;
  const jobs = [aJob('1', { state: 'RUNNING', operation: { ...failed, failure: 'no disk' } })];
  cluster({ revision: { number: 2, at: 5, jobs: 'savepoint', since }, jobs });
  task('jm', 'jobmanager', 'running');
  seen();
  phase('updating');
  const [, jobManager] = operator.plan('update').phases.flatMap((each) => each.steps);
  t.like(jobManager, { status: 'WAITING' });
  t.regex(jobManager?.message ?? '', /could not be stopped with a savepoint: no disk/);
  t.is(operator.health().code, 207);
});

test('an operator holds an update up, goes on with it, hastens it, or one step of it', async (t) => {
  const { operator, cluster, task, seen, runtime } = world();
  const revised = (change: Partial<PresentRevision> = {}) => {
    const since = { jobmanager: 1, taskmanager: 2 };
    cluster({ revision: { number: 2, at: 5, jobs: 'checkpoint', since, ...change } });
  };
  revised();
  task('jm', 'jobmanager', 'running');
  task('a', 'taskmanager', 'running');
  task('b', 'taskmanager', 'running');
  seen('a', 'b');
  const acts = () => runtime.commands.splice(0).map((command) => (command.kind === 'steer-update' ? command.act : ''));
  t.false((await operator.actOnPlan('update', 'interrupt', {})).already);
  t.deepEqual(acts(), ['hold']);
  t.true((await operator.actOnPlan('update', 'continue', { phase: 'words' })).already);
  revised({ held: true });
  t.true((await operator.actOnPlan('update', 'interrupt', {})).already);
  await operator.actOnPlan('update', 'continue', { phase: 'words' });
  t.deepEqual(acts(), ['go-on']);
  await operator.actOnPlan('update', 'restart', { phase: 'words', step: 'words-taskmanager-1' });
  await operator.actOnPlan('update', 'forceComplete', { phase: 'words', step: 'words-taskmanager-0' });
  t.deepEqual(runtime.restarted, ['b', 'a']);
  await operator.actOnPlan('update', 'forceComplete', { phase: 'words' });
  t.true(acts().every((act) => act === 'hasten'));
  revised({ followedAt: 9 });
  for (const act of ['interrupt', 'continue', 'forceComplete'] as const) {
    t.true((await operator.actOnPlan('update', act, {})).already, act);
  }
});

test('a cluster that is being deleted is in no plan', (t) => {
  const { operator, cluster } = world();
  cluster({ goal: 'delete' });
  t.deepEqual(operator.plan('deploy').phases, []);
});

test('options that were refused stand in the plan as errors', (t) => {
  const errors = ['storage: no'];
  const all = [{ version: 1, id: 'c', at: 1, options: {} }] as const;
  const { operator } = world({ configurations: { all, target: all[0], errors } });
  t.is(operator.plan('deploy').status, 'ERROR');
  t.deepEqual(operator.plan('deploy').errors, errors);
  t.deepEqual(operator.plan('update').errors, errors);
  t.is(operator.health().code, 200);
});

test('interrupt and continue: by plan or phase, 208 where nothing changes', async (t) => {
  const { operator, cluster, runtime } = world();
  cluster();
  const phase = operator.plan('deploy').phases[0];
  t.deepEqual(await operator.actOnPlan('deploy', 'continue', {}), { message: 'Received cmd: continue', already: true });
  t.false((await operator.actOnPlan('deploy', 'interrupt', { phase: phase?.id ?? '' })).already);
  t.like(runtime.commands.at(-1), { kind: 'pause', cluster: 'words', paused: true });
  cluster({ paused: true });
  t.is(operator.plan('deploy').status, 'WAITING');
  t.is(operator.health().code, 207);
  t.true((await operator.actOnPlan('deploy', 'interrupt', { phase: 'words' })).already);
  await operator.actOnPlan('deploy', 'continue', {});
  t.like(runtime.commands.at(-1), { kind: 'pause', paused: false });
});

test('restart: the tasks of a step, a phase or the plan', async (t) => {
  const { operator, cluster, task, runtime, phase } = world();
  cluster();
  task('jm', 'jobmanager', 'running');
  task('a', 'taskmanager', 'running');
  phase('running');
  await operator.actOnPlan('deploy', 'restart', { phase: 'words', step: 'words-taskmanager-0' });
  t.deepEqual(runtime.restarted, ['a']);
  await operator.actOnPlan('deploy', 'restart', { phase: 'words' });
  t.deepEqual(runtime.restarted, ['a', 'jm', 'a']);
});

test('forceComplete: a step is no longer waited for', async (t) => {
  const { operator, cluster } = world();
  cluster();
  await operator.actOnPlan('deploy', 'forceComplete', { phase: 'words', step: 'words-jobmanager-0' });
  t.is(steps(operator.plan('deploy'))[0], 'words-jobmanager-0 COMPLETE');
  t.is(operator.plan('deploy').status, 'IN_PROGRESS');
  await operator.actOnPlan('deploy', 'forceComplete', {});
  t.is(operator.plan('deploy').status, 'COMPLETE');
  t.true((await operator.actOnPlan('deploy', 'forceComplete', {})).already);
});

for (const [what, target] of [
  ['phase', { phase: 'nothing' }],
  ['step', { phase: 'words', step: 'nothing' }],
] as const) {
  test(`a ${what} that is not there is named, with those that are`, async (t) => {
    const { operator, cluster } = world();
    cluster();
    const error = await t.throwsAsync(operator.actOnPlan('deploy', 'restart', target), { code: 'NOT_FOUND' });
    t.regex(error?.message ?? '', /"nothing"; there are words/);
  });
}

test('a plan or a pod that is not there', async (t) => {
  const { operator, cluster } = world();
  cluster();
  const unknown = t.throws(() => operator.plan('backup'), { instanceOf: Problem });
  t.is(unknown?.code, 'NOT_FOUND');
  t.regex(unknown?.message ?? '', /there are deploy, update, recovery/);
  t.regex(unknown?.advice ?? '', /no plans besides, nor any of your own/);
  await t.throwsAsync(operator.restartPod('words-taskmanager-9', { elsewhere: false }), { code: 'NOT_FOUND' });
  await t.throwsAsync(operator.restartPod('words-taskmanager-0', { elsewhere: false }), { code: 'CONFLICT' });
});

test('a pod that is paused keeps its name, and resumes under it', async (t) => {
  const { operator, cluster, task, end, runtime, seen } = world();
  cluster();
  task('jm', 'jobmanager', 'running');
  for (const id of ['a', 'b']) task(id, 'taskmanager', 'running');
  seen('a', 'b');
  const name = 'words-taskmanager-0';
  t.true((await operator.resumePod(name)).already);
  t.false((await operator.pausePod(name)).already);
  t.deepEqual(runtime.commands.at(-1), { kind: 'rest', cluster: 'words', part: 'taskmanager', taskId: 'a' } as never);
  cluster({ resting: [{ part: 'taskmanager', taskId: 'a' as never }] });
  end('a');
  t.deepEqual(
    operator.pods().map((pod) => [pod.name, pod.status]),
    [
      ['words-jobmanager-0', 'COMPLETE'],
      [name, 'WAITING'],
      ['words-taskmanager-1', 'COMPLETE'],
    ],
  );
  t.true((await operator.pausePod(name)).already);
  await t.throwsAsync(operator.restartPod(name, { elsewhere: false }), { code: 'CONFLICT', message: /is paused/ });
  t.false((await operator.resumePod(name)).already);
  t.deepEqual(runtime.commands.at(-1), { kind: 'resume', cluster: 'words', taskId: 'a' } as never);
});

test('a pod keeps its number; the next task takes the lowest free one', (t) => {
  const { operator, cluster, task, end } = world();
  cluster({}, { taskManagers: { mode: 'fixed', count: 3 } });
  for (const id of ['a', 'b', 'c']) task(id, 'taskmanager', 'running');
  const named = () =>
    operator.pods().flatMap(({ name, task: of }) => (of ? [`${name.slice(-1)}=${of.spec.taskId}`] : []));
  t.deepEqual(named(), ['0=a', '1=b', '2=c']);
  end('b');
  t.deepEqual(named(), ['0=a', '2=c']);
  t.is(operator.pod('words-taskmanager-1').status, 'PENDING');
  task('d', 'taskmanager', 'waiting');
  t.deepEqual(named(), ['0=a', '1=d', '2=c']);
});

test('for any coming and going: no number twice, none changes, and as many pods as are wanted at least', (t) => {
  const moves = fc.array(fc.tuple(fc.boolean(), fc.nat(9)), { maxLength: 40 });
  fc.assert(
    fc.property(moves, fc.nat(4), (history, count) => {
      const { operator, cluster, task, end } = world();
      cluster({}, { taskManagers: { mode: 'fixed', count } });
      const numbers = new Map<string, number>();
      const live = new Set<string>();
      history.forEach(([come, which], at) => {
        const id = [...live][which];
        if (come) live.add(task(`t${at}`, 'taskmanager', 'running').spec.taskId);
        else if (id !== undefined) {
          live.delete(id);
          end(id);
        }
        const pods = operator.pods().filter(({ part }) => part === 'taskmanager');
        const taken = pods.map(({ index }) => index);
        if (new Set(taken).size !== taken.length) throw new Error(`twice: ${taken}`);
        if (pods.length < count) throw new Error(`${pods.length} pods of ${count}`);
        for (const { task: of, index } of pods) {
          if (of === undefined) continue;
          const before = numbers.get(of.spec.taskId);
          if (before !== undefined && before !== index) throw new Error(`${of.spec.taskId}: ${before}, then ${index}`);
          numbers.set(of.spec.taskId, index);
        }
      });
    }),
    { numRuns: 200 },
  );
  t.pass();
});

test('restart and replace of a pod end its task; replace leaves its agent', async (t) => {
  const asked: unknown[] = [];
  const { operator, cluster, task, runtime } = world();
  runtime.restartTask = async (...all) =>
    void asked.push(
      all.filter((each) => typeof each !== 'string'),
      all[0],
    );
  cluster();
  task('a', 'taskmanager', 'running');
  await operator.restartPod('words-taskmanager-0', { elsewhere: false });
  await operator.restartPod('words-taskmanager-0', { elsewhere: true });
  t.deepEqual(asked, [[{ elsewhere: false }], 'a', [{ elsewhere: true }], 'a']);
});

test('endpoints: ours, and each port of each process; names only where somebody keeps them', (t) => {
  const { operator, cluster, task } = world();
  cluster();
  task('jm', 'jobmanager', 'running');
  task('a', 'taskmanager', 'running');
  t.deepEqual(Object.fromEntries(operator.endpoints()), {
    api: { dns: [], address: ['10.0.0.9:8180'] },
    'words-rpc': { dns: [], address: ['agent1:31000'] },
    'words-rest': { dns: [], address: ['agent1:31001'] },
    'words-taskmanager-rpc': { dns: [], address: ['agent1:31002'] },
  });
  const dcos = world({ serviceDomain: 'thisdcos.directory' });
  dcos.cluster();
  dcos.task('jm', 'jobmanager', 'running');
  t.deepEqual(dcos.operator.endpoints().get('words-rest')?.dns, [
    'words-jobmanager.prodflink.autoip.dcos.thisdcos.directory:31001',
  ]);
});

const healths: { what: string; prepare: (of: ReturnType<typeof world>) => void; code: number; value: string }[] = [
  { what: 'nothing to do', prepare: () => undefined, code: 200, value: 'RUNNING' },
  { what: 'a cluster to bring up', prepare: ({ cluster }) => cluster(), code: 202, value: 'DEPLOYING_PENDING' },
  {
    what: 'one that starts',
    prepare: ({ cluster, task }) => {
      cluster();
      task('jm', 'jobmanager', 'launched');
    },
    code: 202,
    value: 'DEPLOYING_STARTING',
  },
  {
    what: 'one that lacks a TaskManager',
    prepare: ({ cluster, phase, task }) => {
      cluster();
      phase('recovering');
      task('jm', 'jobmanager', 'waiting');
    },
    code: 203,
    value: 'RECOVERING_PENDING',
  },
  {
    what: 'one whose launch is put off',
    prepare: ({ cluster, phase, task, seen }) => {
      cluster({ failures: [{ part: 'taskmanager', at: 1 }] });
      task('jm', 'jobmanager', 'running');
      seen();
      phase('recovering');
    },
    code: 208,
    value: 'DELAYED',
  },
  {
    what: 'no master',
    prepare: ({ dispatcher }) => Object.assign(dispatcher, { healthy: false }),
    code: 503,
    value: 'UNAVAILABLE',
  },
  {
    what: 'MA-20, its framework was removed',
    prepare: ({ dispatcher }) =>
      Object.assign(dispatcher, { health: () => ({ healthy: true, why: 'Framework has been removed' }) }),
    code: 207,
    value: 'WAITING_USER',
  },
];

for (const { what, prepare, code, value } of healths) {
  test(`health, ${what}: ${code} ${value}, and no name of anything`, (t) => {
    const it = world();
    prepare(it);
    const health = it.operator.health();
    t.like(health, { code, value });
    t.notRegex(health.reasons.join(), /words|agent1/);
  });
}

test('metrics: offers, refusals and launches are counted, plans ranked', (t) => {
  const { operator, runtime, cluster } = world();
  cluster();
  const offer = { offerId: 'o' as never, agentId: 'a' as never };
  runtime.tell({ kind: 'offer.declined', ...offer, why: 'x', refuseMs: 5_000 });
  runtime.tell({ kind: 'offer.declined', ...offer, why: 'x', refuseMs: 3_600_000 });
  runtime.tell({ kind: 'offers.suppressed', roles: ['*'] });
  const { counters, gauges } = operator.metrics();
  t.like(counters, {
    'offers.processed': { count: 2 },
    'declines.short': { count: 1 },
    'declines.long': { count: 1 },
    suppresses: { count: 1 },
  });
  t.deepEqual(gauges, {
    'plan_status.deploy': { value: 0 },
    'plan_status.update': { value: 1 },
    'plan_status.recovery': { value: 1 },
  });
});

test('forceComplete is about what a step lacks now: the next failure of the same pod is another one', async (t) => {
  const { operator, cluster, task, end, seen, phase } = world();
  cluster({ failures: [{ part: 'taskmanager', at: 1 }] });
  task('jm', 'jobmanager', 'running');
  task('a', 'taskmanager', 'running');
  seen('a');
  phase('recovering');
  await operator.actOnPlan('recovery', 'forceComplete', {});
  t.deepEqual(steps(operator.plan('recovery')), ['words-taskmanager-1 COMPLETE']);
  task('b', 'taskmanager', 'running');
  seen('a', 'b');
  phase('running');
  t.deepEqual(steps(operator.plan('recovery')), []);
  end('b');
  seen('a');
  phase('recovering');
  t.deepEqual(steps(operator.plan('recovery')), ['words-taskmanager-1 DELAYED']);
});

test('forceComplete is about one cluster: another one of the same name is waited for', async (t) => {
  const { operator, cluster } = world();
  cluster();
  await operator.actOnPlan('deploy', 'forceComplete', {});
  cluster({ incarnation: 'b2' });
  t.is(operator.plan('deploy').status, 'PENDING');
});

test('the numbers of pods go with their cluster', (t) => {
  const { runtime, operator, cluster, task, end } = world();
  const taskManagers = () =>
    operator
      .pods()
      .flatMap(({ name, task: of }) => (of?.spec.part === 'taskmanager' ? [`${name} ${of.spec.taskId}`] : []));
  const { name } = cluster();
  for (const id of ['a', 'b', 'c']) task(id, 'taskmanager', 'running');
  t.deepEqual(taskManagers(), ['words-taskmanager-0 a', 'words-taskmanager-1 b', 'words-taskmanager-2 c']);
  end('a');
  t.deepEqual(taskManagers(), ['words-taskmanager-1 b', 'words-taskmanager-2 c']);
  runtime.records.delete(name);
  t.deepEqual(taskManagers(), []);
  cluster();
  t.deepEqual(taskManagers(), ['words-taskmanager-0 b', 'words-taskmanager-1 c']);
});
