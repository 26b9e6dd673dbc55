/**
 * The plans of this service. `deploy` brings each cluster up for the first time, and is complete from then on; `recovery` is
 * about what a cluster that was up lacks; `update` says which options are followed, why others are not, and how far clusters are
 * whose specification has changed. A cluster is a phase, and a pod is a step.
 */
import { isWanted } from '../flink/plan/known-cluster.ts';
import { isBeingUpdated, isOutdated, revisionOf } from '../flink/plan/revisions.ts';
import { whyUpdateStopped } from '../flink/plan/roll-out.ts';
import type { Configurations } from './configurations.ts';
import { type Phase, type Plan, type PlanName, phaseOf, planOf, type Step } from './plan-model.ts';
import type { ClusterLook, Pod } from './pods.ts';

export interface ClusterPods {
  readonly look: ClusterLook;
  readonly pods: readonly Pod[];
}

/** Clusters that the options name and that are not created yet, each with the reason why it cannot be if there is one. */
export type AwaitedClusters = ReadonlyMap<string, string | undefined>;

/** Whether an operator has declared a pod complete. */
export type Forced = (plan: PlanName, cluster: ClusterLook['record'], pod: string) => boolean;

export function deployPlan(
  clusters: readonly ClusterPods[],
  errors: readonly string[],
  forced: Forced,
  awaited: AwaitedClusters = new Map(),
): Plan {
  const phases = clusters.filter(isToStay).map(({ look, pods }) => {
    const wasUp = look.status.phase !== 'starting';
    return phase('deploy', look, pods.map(wasUp ? complete : stepOf), forced);
  });
  const present = new Set<string>(clusters.map(({ look }) => look.record.name));
  const missing = [...awaited].filter(([name]) => !present.has(name));
  const refused = missing.flatMap(([name, why]) => (why === undefined ? [] : [`cluster ${name}: ${why}`]));
  return planOf([...phases, ...missing.map(creation)], 'parallel', [...errors, ...refused]);
}

function creation([cluster, why]: [string, string | undefined]): Phase {
  const status = why === undefined ? 'PENDING' : 'ERROR';
  const message = why ?? 'it is to be created';
  return phaseOf('deploy', cluster, [{ name: 'create', status, message, tasks: [] }], 'serial');
}

export function recoveryPlan(clusters: readonly ClusterPods[], forced: Forced): Plan {
  const phases = clusters
    .filter(({ look }) => look.status.phase === 'recovering')
    .map(({ look, pods }) => phase('recovery', look, pods.filter(isToDo).map(stepOf), forced));
  return planOf(phases, 'parallel');
}

/**
 * New options of the service are followed as a whole, at the start of a scheduler, or not at all: then the errors say why. After
 * them each cluster whose specification has changed since it was created: its processes are replaced as far as that concerns them.
 */
export function updatePlan({ target, errors }: Configurations, clusters: readonly ClusterPods[]): Plan {
  const message = `options of ${new Date(target.at).toISOString()} are followed`;
  const step = { name: `follow-${target.id}`, status: 'COMPLETE', message, tasks: [] } as const;
  const phases = clusters
    .filter((each) => isToStay(each) && revisionOf(each.look.record).number > 1)
    .map(({ look, pods }) => phaseOf('update', look.record.name, updateSteps(look, pods), 'serial'));
  return planOf([phaseOf('update', 'configuration', [step], 'serial'), ...phases], 'parallel', errors);
}

function updateSteps({ record }: ClusterLook, pods: readonly Pod[]): readonly Omit<Step, 'id'>[] {
  if (!isBeingUpdated(record)) return pods.map(complete);
  const { held, number } = revisionOf(record);
  const failure = whyUpdateStopped(record);
  return pods.map((pod) => {
    const outdated = pod.task !== undefined && isWanted(pod.task) && isOutdated(record, pod.task);
    if (!outdated) return { ...stepOf(pod), tasks: [] };
    const isHeld = failure !== undefined || held === true || record.paused === true;
    const message = failure ?? `it is to be replaced for revision ${number}`;
    return { ...stepOf(pod), status: isHeld ? 'WAITING' : 'PENDING', message };
  });
}

function phase(plan: PlanName, look: ClusterLook, steps: readonly Omit<Step, 'id'>[], forced: Forced): Phase {
  const { record } = look;
  const judged = steps.map((step): Omit<Step, 'id'> => {
    if (step.status === 'COMPLETE') return step;
    if (forced(plan, record, step.name)) {
      return { ...step, status: 'COMPLETE', message: `declared complete by an operator: ${step.message}` };
    }
    return record.paused === true ? { ...step, status: 'WAITING' } : step;
  });
  return phaseOf(plan, record.name, judged, 'parallel');
}

function stepOf({ name, status, message, task }: Pod): Omit<Step, 'id'> {
  return { name, status, message, tasks: task === undefined ? [] : [task.spec.taskId] };
}

function complete(pod: Pod): Omit<Step, 'id'> {
  return { ...stepOf(pod), status: 'COMPLETE' };
}

function isToStay({ look }: ClusterPods): boolean {
  return look.record.goal === 'run';
}

function isToDo({ status }: Pod): boolean {
  return status !== 'COMPLETE';
}
