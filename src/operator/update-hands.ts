/**
 * An operator's hand in the plan `update`. Options of the service are followed at once or not at all, and what has been followed is
 * over: nothing of it can be held up. A step that is restarted, or declared complete, is replaced now, whatever its turn; a whole
 * cluster that is declared complete is no longer replaced one by one, nor are savepoints waited for.
 */
import type { UpdateAct } from '../flink/plan/clusters.ts';
import type { ClusterName } from '../flink/plan/records.ts';
import { isBeingUpdated, revisionOf } from '../flink/plan/revisions.ts';
import type { TaskId } from '../mesos-api-client/protocol/ids.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { PlanAct, PlanHands, PlanTarget } from './plan-acts.ts';

export function updateHands(
  runtime: Pick<Runtime, 'submit' | 'cluster' | 'restartTask'>,
  act: PlanAct,
  { step }: PlanTarget,
): PlanHands {
  const present = (cluster: string) => {
    const record = runtime.cluster(cluster as ClusterName);
    return record !== undefined && isBeingUpdated(record) ? revisionOf(record) : undefined;
  };
  const steer = (cluster: string, how: UpdateAct) =>
    runtime.submit({ kind: 'steer-update', cluster: cluster as ClusterName, act: how });
  const restart = (task: string) => runtime.restartTask(task as TaskId, 'an operator does not wait for its turn');
  return {
    pause: (cluster, held) => steer(cluster, held ? 'hold' : 'go-on'),
    isPaused(cluster) {
      const revision = present(cluster);
      return revision === undefined ? act === 'interrupt' : revision.held === true;
    },
    restart,
    async declareComplete(cluster, { tasks }) {
      if (step === undefined) {
        if (present(cluster)?.hasty !== true) await steer(cluster, 'hasten');
      } else {
        for (const task of tasks) await restart(task);
      }
    },
  };
}
