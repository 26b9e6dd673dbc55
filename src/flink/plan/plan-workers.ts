/**
 * The TaskManagers of an elastic cluster: a task for each worker that Flink has asked for and acknowledged, and none
 * beside them. A worker is launched once; when its task has ended Flink is told, and asks for another one if it needs one.
 */

import { hostOf } from '../../scheduler/model/own-address.ts';
import type { TaskSpec } from '../../scheduler/model/task.ts';
import { stateOf } from './driver-calls.ts';
import { heirsOf } from './heirs.ts';
import { isWanted, kill, type LaunchedTask, mayLaunch, type Planning } from './known-cluster.ts';
import { keepingAway } from './leaving.ts';
import { avoidingLeft } from './left-agents.ts';
import { whyUnfit } from './plan-taskmanagers.ts';

/** What Flink has given back ends, whether there is a JobManager at this moment or not. */
export function releaseWorkers(planning: Planning): void {
  const state = stateOf(planning.draft);
  if (state === undefined) return;
  for (const task of taskManagersOf(planning)) {
    if (state.workers.get(task.spec.taskId)?.phase !== 'launched') kill(planning, task, 'Flink gave it back');
  }
}

export function planWorkers(planning: Planning, { life: { placement } }: LaunchedTask): void {
  const { draft, renderer, tasks } = planning;
  const address = { hostname: hostOf(placement), rpcPort: placement.ports.rpc ?? 0 };
  for (const task of taskManagersOf(planning)) {
    const why = whyUnfit(planning, task, address);
    if (why !== undefined) kill(planning, task, why);
  }
  const present = new Set<string>(tasks.map(({ spec }) => spec.taskId));
  const heirs = heirsOf(planning);
  const placed = (spec: TaskSpec) => keepingAway(planning, heirs.endow(spec));
  for (const [id, worker] of stateOf(draft)?.workers ?? []) {
    if (worker.phase !== 'launched' || present.has(id)) continue;
    if (!mayLaunch(draft, 'taskmanager')) return;
    // The core ignores a task that it knows.
    draft.act({
      kind: 'launch',
      task: avoidingLeft(draft.record, placed(renderer.worker(draft.record, worker.wanted, address)), draft.now),
    });
  }
}

function taskManagersOf({ tasks }: Planning) {
  return tasks.filter((task) => task.spec.part === 'taskmanager' && isWanted(task));
}
