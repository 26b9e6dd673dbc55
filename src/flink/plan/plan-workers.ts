/**
 * The TaskManagers of an elastic cluster: a task for each worker that Flink has asked for and acknowledged, and none
 * beside them. A worker is launched once; when its task has ended Flink is told, and asks for another one if it needs one.
 */

import { stateOf } from './driver-calls.ts';
import { heirsOf } from './heirs.ts';
import { isWanted, kill, type LaunchedTask, mayLaunch, type Planning } from './known-cluster.ts';
import { keepingAway } from './leaving.ts';
import { avoidingLeft } from './left-agents.ts';
import { addressOf, whyUnfit } from './plan-taskmanagers.ts';

/** What Flink has given back ends, whether there is a JobManager at this moment or not. */
export function releaseWorkers(planning: Planning): void {
  const state = stateOf(planning.draft);
  if (state === undefined) return;
  for (const task of taskManagersOf(planning)) {
    if (state.workers.get(task.spec.taskId)?.phase !== 'launched') kill(planning, task, 'Flink gave it back');
  }
}

export function planWorkers(planning: Planning, jobManager: LaunchedTask): void {
  const { draft, renderer, tasks } = planning;
  const address = addressOf(jobManager);
  for (const task of taskManagersOf(planning)) {
    const why = whyUnfit(planning, task, address);
    if (why !== undefined) kill(planning, task, why);
  }
  const present = new Set<string>(tasks.map(({ spec }) => spec.taskId));
  const missing = [...(stateOf(draft)?.workers ?? [])].flatMap(([id, worker]) =>
    worker.phase === 'launched' && !present.has(id) ? [worker.wanted] : [],
  );
  if (missing.length === 0 || !mayLaunch(draft, 'taskmanager')) return;
  const heirs = heirsOf(planning);
  const keptAway = keepingAway(planning);
  for (const wanted of missing) {
    const task = keptAway(heirs.endow(renderer.worker(draft.record, wanted, address)));
    // The core ignores a task that it knows.
    draft.act({ kind: 'launch', task: avoidingLeft(draft.record, task, draft.now) });
  }
}

function taskManagersOf({ tasks }: Planning) {
  return tasks.filter((task) => task.spec.part === 'taskmanager' && isWanted(task));
}
