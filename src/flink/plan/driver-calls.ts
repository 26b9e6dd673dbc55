/**
 * What the driver in a JobManager says, taken into the cluster's record, and what it is to be told of its workers.
 *
 * A worker is told `placed` as soon as it is asked for, long before there is an offer. Flink must know a TaskManager
 * before it registers, or turns it away and its process ends; told so early it always does, because its task is asked for
 * only when the driver has acknowledged. The price: Flink's time-out for registrations runs from then, so it is set very
 * long, and what never registers is replaced by us.
 */
import { Problem } from '../../lib/problem.ts';
import type { TaskRecord } from '../../scheduler/model/task.ts';
import { loadDriverState, saveDriverState } from '../driver/saved-state.ts';
import { type DriverAnswer, type DriverInput, type DriverState, step } from '../driver/sessions.ts';
import { workerPrefix } from '../render/renderer.ts';
import { endApplication } from './application.ts';
import type { Draft, Planning } from './known-cluster.ts';
import { tellLeaving } from './leaving.ts';

export function takeDriverCall(draft: Draft, call: DriverInput): DriverAnswer {
  const state = stateOf(draft);
  if (state === undefined) throw new Problem('NOT_FOUND', `cluster ${draft.record.name} is not elastic`);
  if (call.kind === 'want') refuseStrangers(draft, call);
  const taken = step(state, call);
  let next = taken.state;
  for (const effect of taken.effects) {
    if (effect.kind === 'request') next = step(next, { kind: 'placed', id: effect.worker.id }).state;
    // The end of its JobManager is not the end of a session cluster: the next one may attach.
    if (effect.kind === 'finished') {
      next = goesOn(next);
      endApplication(draft, effect.result);
    }
  }
  keep(draft, state, next);
  return taken.answer;
}

/** Flink hears of an end from Mesos' word, not from a heartbeat that is missed; and of what is about to end. */
export function noteEndedWorkers({ draft, tasks, renderer }: Planning): void {
  const state = stateOf(draft);
  if (state === undefined) return;
  const byId = new Map<string, TaskRecord>(tasks.map((task) => [task.spec.taskId, task]));
  const requested = new Set<string>(draft.known.requested.keys());
  let next = state;
  for (const [id, { phase }] of state.workers) {
    if (phase !== 'launched' && phase !== 'releasing') continue;
    const task = byId.get(id);
    const gone = task === undefined ? phase === 'releasing' && !requested.has(id) : task.life.phase === 'ended';
    if (gone) next = step(next, { kind: 'ended', id, diagnostics: whyEnded(task) }).state;
  }
  if (next.session !== undefined) next = tellLeaving({ draft, tasks, renderer }, next);
  keep(draft, state, next);
}

export function stateOf({ record }: Draft): DriverState | undefined {
  return record.driver && loadDriverState(record.driver.state);
}

function keep(draft: Draft, before: DriverState, state: DriverState): void {
  const { driver } = draft.record;
  if (state === before || driver === undefined) return;
  draft.change({ driver: { ...driver, state: saveDriverState(state) } });
}

/** Worker ids become task ids: a cluster names its own alone. */
function refuseStrangers({ record }: Draft, { workers }: DriverInput & { kind: 'want' }): void {
  const prefix = `${workerPrefix(record)}-`;
  const stranger = workers.find(({ id }) => !id.startsWith(prefix));
  if (stranger !== undefined) {
    throw new Problem('BAD_REQUEST', `${stranger.id} is no worker of cluster ${record.name}`);
  }
}

function goesOn({ finished: _, ...state }: DriverState): DriverState {
  return state;
}

function whyEnded(task: TaskRecord | undefined): string {
  if (task?.life.phase !== 'ended') return 'it was never launched';
  const { state, reason, message } = task.life.end;
  return [state, reason, message].filter((word) => word !== undefined).join(': ');
}
