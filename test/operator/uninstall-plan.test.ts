/** The end of a service as a plan, stage by stage. */
import test from 'ava';
import { uninstallPlan } from '../../src/operator/uninstall-plan.ts';
import { world } from './support.ts';

const rows = [
  ['tasks', 2, ['a', 'b'], 'IN_PROGRESS', ['IN_PROGRESS', 'PENDING', 'PENDING']],
  ['places', 2, [], 'IN_PROGRESS', ['COMPLETE', 'IN_PROGRESS', 'PENDING']],
  ['framework', 0, [], 'IN_PROGRESS', ['COMPLETE', 'COMPLETE', 'IN_PROGRESS']],
  ['done', 0, [], 'COMPLETE', ['COMPLETE', 'COMPLETE', 'COMPLETE']],
] as const;

for (const [stage, places, tasks, whole, phases] of rows) {
  test(`${stage}: ${whole}`, (t) => {
    const plan = uninstallPlan({ stage, since: 1, tasks: tasks.length, places }, tasks);
    t.is(plan.status, whole);
    t.deepEqual(
      plan.phases.map(({ status }) => status),
      [...phases],
    );
  });
}

test('from the moment that it is wanted it is the plan deploy; it has a name of its own too, and nobody can hold it up', async (t) => {
  const { operator, runtime, cluster, task } = world();
  cluster();
  task('jm', 'jobmanager', 'running');
  t.deepEqual(operator.planNames(), ['deploy', 'update', 'recovery']);
  t.throws(() => operator.plan('uninstall'), { code: 'NOT_FOUND' });
  runtime.view = { ...runtime.view, uninstall: { stage: 'tasks', since: 1, tasks: 1, places: 0 } };
  t.deepEqual(operator.planNames(), ['deploy', 'update', 'recovery', 'uninstall']);
  t.deepEqual(operator.plan('deploy'), operator.plan('uninstall'));
  t.is(operator.plan('deploy').phases[0]?.steps[0]?.name, 'kill-jm');
  t.true((await operator.actOnPlan('deploy', 'interrupt', {})).already);
  t.true((await operator.actOnPlan('uninstall', 'forceComplete', {})).already);
  t.is(operator.plan('recovery').status, 'COMPLETE');
});
