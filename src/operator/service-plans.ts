/** The service's plans by their names. Once it is to be uninstalled its end is one of them, and takes the place of the others. */
import type { Runtime } from '../runtime/runtime.ts';
import type { Configurations } from './configurations.ts';
import { type Plan, type PlanName, planNames, planOf } from './plan-model.ts';
import { type AwaitedClusters, type ClusterPods, deployPlan, type Forced, recoveryPlan, updatePlan } from './plans.ts';
import { uninstallPlan } from './uninstall-plan.ts';

export interface ServicePlans {
  readonly isEnding: () => boolean;
  readonly names: () => readonly PlanName[];
  readonly of: (name: PlanName, clusters: readonly ClusterPods[]) => Plan;
}

export interface ServicePlanParts {
  readonly runtime: Pick<Runtime, 'scheduler' | 'tasks'>;
  readonly configurations: Configurations;
  readonly awaited: AwaitedClusters;
  readonly forced: Forced;
}

export function servicePlans({ runtime, configurations, awaited, forced }: ServicePlanParts): ServicePlans {
  const ending = (): Plan | undefined => {
    const { uninstall } = runtime.scheduler();
    return uninstall && uninstallPlan(uninstall, tasksLeft(runtime));
  };
  const isEnding = () => runtime.scheduler().uninstall !== undefined;
  const plans: Readonly<Record<PlanName, (of: readonly ClusterPods[]) => Plan>> = {
    deploy: (of) => ending() ?? deployPlan(of, configurations.errors, forced, awaited),
    update: (of) => updatePlan(configurations, isEnding() ? [] : of),
    recovery: (of) => recoveryPlan(isEnding() ? [] : of, forced),
    uninstall: () => ending() ?? planOf([], 'serial'),
  };
  return {
    isEnding,
    names: () => planNames.filter((name) => name !== 'uninstall' || isEnding()),
    of: (name, clusters) => plans[name](clusters),
  };
}

function tasksLeft(runtime: Pick<Runtime, 'tasks'>): readonly string[] {
  return runtime.tasks().flatMap(({ life, spec }) => (life.phase === 'ended' ? [] : [spec.taskId]));
}
