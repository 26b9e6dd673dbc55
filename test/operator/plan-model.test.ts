/** How the status of a whole follows from its parts. */
import test from 'ava';
import fc from 'fast-check';
import { type PlanStatus, phaseOf, planOf, together } from '../../src/operator/plan-model.ts';

const rows: [readonly PlanStatus[], PlanStatus][] = [
  [[], 'COMPLETE'],
  [['COMPLETE', 'COMPLETE'], 'COMPLETE'],
  [['PENDING', 'PENDING'], 'PENDING'],
  [['PENDING', 'COMPLETE'], 'IN_PROGRESS'],
  [['PENDING', 'PREPARED'], 'IN_PROGRESS'],
  [['STARTING'], 'IN_PROGRESS'],
  [['STARTED', 'COMPLETE'], 'IN_PROGRESS'],
  [['DELAYED', 'COMPLETE'], 'DELAYED'],
  [['DELAYED', 'STARTING'], 'IN_PROGRESS'],
  [['WAITING', 'STARTING'], 'WAITING'],
  [['ERROR', 'WAITING', 'COMPLETE'], 'ERROR'],
];

for (const [parts, whole] of rows) {
  test(`${parts.join(', ') || 'nothing'}: ${whole}`, (t) => t.is(together(parts), whole));
}

const statuses: readonly PlanStatus[] = [
  ...(['ERROR', 'WAITING', 'PENDING', 'PREPARED', 'STARTING', 'STARTED', 'DELAYED', 'COMPLETE'] as const),
];

test('complete exactly if all parts are, in whatever order they come', (t) => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...statuses)), (parts) => {
      const whole = together(parts);
      return (
        whole === together([...parts].reverse()) &&
        (whole === 'COMPLETE') === parts.every((part) => part === 'COMPLETE') &&
        (whole === 'ERROR') === parts.includes('ERROR')
      );
    }),
    { numRuns: 2000 },
  );
  t.pass();
});

test('ids have the form of a UUID, outlive a restart, and differ between plans, phases and steps', (t) => {
  const step = { name: 's', status: 'PENDING', message: '', tasks: [] } as const;
  const phases = ['a', 'b'].flatMap((name) =>
    (['deploy', 'update'] as const).map((plan) => phaseOf(plan, name, [step], 'parallel')),
  );
  const ids = phases.flatMap(({ id, steps }) => [id, ...steps.map((each) => each.id)]);
  t.is(new Set(ids).size, 8);
  for (const id of ids) t.regex(id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  t.deepEqual(phaseOf('deploy', 'a', [step], 'parallel'), phases[0]);
});

test('errors of a plan stand above what its phases say', (t) => {
  t.is(planOf([], 'parallel', ['storage: no']).status, 'ERROR');
});
