/** Quotas among the reasons why tasks wait: offers alone do not tell of them. */
import test from 'ava';
import { whyOperations } from '../../src/dispatcher/why-operations.ts';
import { Problem } from '../../src/lib/problem.ts';
import type { RoleQuota } from '../../src/runtime/role-quotas.ts';
import type { WhyView } from '../../src/scheduler/model/offer-views.ts';
import type { TaskRecord } from '../../src/scheduler/model/task.ts';

const quota: RoleQuota = { role: 'flink', limits: { cpus: 4, mem: 8192 }, held: { cpus: 3.9, mem: 4096 } };

function waiting(more: Partial<WhyView> = {}): WhyView {
  return {
    ...{ taskId: 't-1' as never, group: 'alpha' as never, part: 'taskmanager', role: 'flink/orders', requestedAt: 0 },
    wanted: { cpus: 0.1, memMiB: 1024, diskMiB: 0, ports: 3 },
    ...{ state: 'no-offers', why: 'no offer has come yet', agents: { known: 0, fitting: 0 }, ruledOut: [] },
    ...more,
  };
}

function asked(why: WhyView, quotas: () => Promise<readonly RoleQuota[]> = async () => [quota]) {
  const record = { spec: { taskId: why.taskId }, life: { phase: 'waiting' } } as unknown as TaskRecord;
  return whyOperations({ runtime: { why: () => why, whyAll: () => [why] }, mesos: { quotas } }, () => record);
}

test('a quota of the role above that has no room is the reason, with what it is, what is held and what is wanted', async (t) => {
  const wanted = { cpus: 0.2, memMiB: 4097, diskMiB: 0, ports: 0 };
  const operations = asked(waiting({ wanted }));
  const why =
    'the quota of role flink is 4 cpus, of which 3.9 are in use or offered (wanted 0.2), and 8192 mem, of which 4096 are in use or offered (wanted 4097)';
  t.like(await operations.whyTask('t-1'), { state: 'quota', why, quota });
  t.deepEqual(await operations.why(), [await operations.whyTask('t-1')]);
});

test('one that is filled exactly, and one of another role, keep nobody waiting', async (t) => {
  t.like(await asked(waiting()).whyTask('t-1'), { state: 'no-offers', quota });
  const other = await asked(
    waiting({ role: 'flinkish', wanted: { cpus: 9, memMiB: 0, diskMiB: 0, ports: 0 } }),
  ).whyTask('t-1');
  t.like(other, { state: 'no-offers', quota: undefined });
});

test('other scalars count by their names; what is not wanted is not missed', async (t) => {
  const gpus = { role: 'flink', limits: { gpus: 0, cpus: 1 }, held: { cpus: 2 } };
  const none = { cpus: 0, memMiB: 0, diskMiB: 0, ports: 0 };
  const operations = (wanted: WhyView['wanted']) => asked(waiting({ wanted }), async () => [gpus]);
  t.is((await operations(none).whyTask('t-1')).state, 'no-offers');
  t.regex((await operations({ ...none, others: { gpus: 1 } }).whyTask('t-1')).why, /is 0 gpus, of which 0 .*wanted 1/);
});

test('what the agents lack is told beside the quota', async (t) => {
  const why = 'of 2 agents: 2 ruled out by rack IS r9';
  const wanted = { cpus: 1, memMiB: 1, diskMiB: 0, ports: 0 };
  const told = await asked(waiting({ state: 'none-fits', why, wanted })).whyTask('t-1');
  t.true(told.why.startsWith('the quota of role flink is 4 cpus') && told.why.endsWith(`; ${why}`));
});

test('nobody is asked for quotas on behalf of a task that waits for something else', async (t) => {
  const operations = asked(waiting({ state: 'limit' }), () => t.fail('asked') as never);
  t.is((await operations.whyTask('t-1')).state, 'limit');
});

test('a master that does not tell its quotas leaves what offers told, and is named', async (t) => {
  const operations = asked(waiting(), () => Promise.reject(new Problem('MASTER_REFUSED', 'it does not say')));
  t.like(await operations.whyTask('t-1'), { state: 'no-offers', quotaUnknown: 'it does not say' });
  const broken = asked(waiting(), () => Promise.reject(new TypeError('a defect')));
  await t.throwsAsync(broken.whyTask('t-1'), { instanceOf: TypeError });
});
