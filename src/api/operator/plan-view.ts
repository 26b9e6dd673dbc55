/** A plan as it is answered: without the ids of tasks that its steps are about. */
import type { Phase, Plan, Step } from '../../operator/plan-model.ts';

export interface PlanView extends Omit<Plan, 'phases'> {
  readonly phases: readonly (Omit<Phase, 'steps'> & { readonly steps: readonly Omit<Step, 'tasks'>[] })[];
}

export function planView({ phases, ...plan }: Plan): PlanView {
  const withoutTasks = phases.map(({ steps, ...phase }) => ({
    ...phase,
    steps: steps.map(({ tasks: _, ...step }) => step),
  }));
  return { phases: withoutTasks, ...plan };
}
