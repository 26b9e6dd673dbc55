/**
 * What a status update means for a task, by what is known of it (states: docs/task-state-reasons.md of Mesos, with the
 * framework capability PARTITION_AWARE).
 *
 * - STAGING < STARTING < RUNNING < KILLING: a lower one after a higher one is a late repetition and changes nothing.
 * - UNREACHABLE and UNKNOWN: out of contact. It may come back in any state, until it is given up; then it ends here, and
 *   should it return it is killed, since another has taken its place. Or it is kept, where the operator says so: whoever
 *   planned the other one then has one too many.
 * - All others are terminal. LOST and GONE_BY_OPERATOR may still be followed by a return, which is killed likewise.
 */
import type { EpochMs } from '../../lib/brand.ts';
import { isTerminal, type TaskState } from '../../mesos-api-client/protocol/task-state.ts';
import type { Placement, TaskRecord } from '../model/task.ts';
import type { LaunchedTask } from '../task-book.ts';
import { changed, ended, ignored, illegal, kept } from './step-results.ts';
import type { TaskEffect, TaskEvent, TaskPolicy, TaskStep } from './task-event.ts';

type StatusEvent = Extract<TaskEvent, { kind: 'status' }>;

const progress: Partial<Record<TaskState, number>> = {
  TASK_STAGING: 0,
  TASK_STARTING: 1,
  TASK_RUNNING: 2,
  TASK_KILLING: 3,
};

export function isOutOfContact(state: TaskState): boolean {
  return state === 'TASK_UNREACHABLE' || state === 'TASK_UNKNOWN';
}

/** Whether a process may be there. */
export function isAlive(state: TaskState): boolean {
  return progress[state] !== undefined;
}

export function launchedStatus(record: LaunchedTask, status: StatusEvent, now: EpochMs, policy: TaskPolicy): TaskStep {
  if (isTerminal(status.state)) {
    return terminalStatus(record, status, now);
  }
  return isOutOfContact(status.state)
    ? outOfContactStatus(record, status, now, policy)
    : aliveStatus(record, status, now);
}

export function endedStatus(record: TaskRecord, state: TaskState, now: EpochMs, policy: TaskPolicy): TaskStep {
  if (!isAlive(state)) {
    return ignored(record, 'it has ended');
  }
  const placement = policy.returning === 'keep' ? placementOfGivenUp(record) : undefined;
  return placement === undefined
    ? kept(record, [{ kind: 'kill-orphan', state }], 'it came back after its end')
    : changed({ ...record, life: { phase: 'launched', placement, state, stateAt: now, ...ranFrom(state, now) } }, []);
}

/** Of a task that ended for us alone: out of contact for too long, and never asked to end. */
function placementOfGivenUp({ goal, life }: TaskRecord): Placement | undefined {
  const givenUp = life.phase === 'ended' && isOutOfContact(life.end.state as TaskState) && goal.kind === 'run';
  return givenUp ? life.placement : undefined;
}

function ranFrom(state: TaskState, now: EpochMs): { runningAt?: EpochMs } {
  return state === 'TASK_RUNNING' ? { runningAt: now } : {};
}

function aliveStatus(record: LaunchedTask, { state, address, reason }: StatusEvent, now: EpochMs): TaskStep {
  const { life } = record;
  const back = isOutOfContact(life.state);
  const placement = located(life.placement, address);
  if (!back && (progress[state] ?? 0) <= (progress[life.state] ?? 0)) {
    if (placement !== life.placement) return changed({ ...record, life: { ...life, placement } }, []);
    return ignored(record, state === life.state ? 'it is known' : 'it is out of date');
  }
  const runningAt = life.runningAt ?? (state === 'TASK_RUNNING' ? now : undefined);
  const next = { ...life, placement, state, stateAt: now, ...(runningAt === undefined ? {} : { runningAt }) };
  // It has its grace left: whoever planned it may see to another one meanwhile.
  const drained = state === 'TASK_KILLING' && reason === 'REASON_AGENT_DRAINING';
  return changed({ ...record, life: next, ...(drained && { leaveBy: now }) }, [
    ...(life.state === 'TASK_STAGING' ? disarm('launch') : []),
    ...(back ? disarm('unreachable') : []),
    // A kill sent while it was out of contact or on its way may have been lost; KILLING says that it was not.
    ...(record.goal.kind === 'end' && state !== 'TASK_KILLING'
      ? [{ kind: 'kill', why: record.goal.reason } as const]
      : []),
  ]);
}

/** A container has one address for its life; not every update says it. */
function located(placement: Placement, address: string | undefined): Placement {
  return address === undefined || address === placement.address ? placement : { ...placement, address };
}

function outOfContactStatus(
  record: LaunchedTask,
  { state, reason, message }: StatusEvent,
  now: EpochMs,
  policy: TaskPolicy,
): TaskStep {
  const { life, goal } = record;
  const since = isOutOfContact(life.state) ? life.stateAt : now;
  const givenUpAt = since + policy.unreachableAfterMs;
  // A kill of a task that the master does not know is answered UNKNOWN (MA-37): there is nothing left to kill.
  if (givenUpAt <= now || (goal.kind === 'end' && state === 'TASK_UNKNOWN')) {
    return ended(record, { state, ...said(reason, message), at: now });
  }
  const effects: TaskEffect[] = [{ kind: 'arm', timer: 'unreachable', at: givenUpAt }];
  if (state === life.state) {
    return kept(record, effects, 'it is known');
  }
  return changed({ ...record, life: { ...life, state, stateAt: since } }, [
    ...(life.state === 'TASK_STAGING' ? disarm('launch') : []),
    ...effects,
  ]);
}

function terminalStatus(record: LaunchedTask, { state, reason, message }: StatusEvent, now: EpochMs): TaskStep {
  const heardOf = record.life.state !== 'TASK_STAGING';
  if (heardOf && isAboutAnotherLaunch(state, reason, message)) {
    return illegal(record, 'it speaks of a launch that failed, but the task was seen running: asked again', [
      { kind: 'reconcile' },
    ]);
  }
  return ended(record, { state, ...said(reason, message), at: now });
}

/** The second copy of an ACCEPT fails by its offers or by the task's id, and says nothing of the first (MA-26). */
function isAboutAnotherLaunch(state: TaskState, reason: string | undefined, message: string | undefined): boolean {
  return reason === 'REASON_INVALID_OFFERS' || (state === 'TASK_ERROR' && /duplicate (task )?id/i.test(message ?? ''));
}

function disarm(timer: 'launch' | 'unreachable'): TaskEffect[] {
  return [{ kind: 'disarm', timer }];
}

function said(reason: string | undefined, message: string | undefined): { reason?: string; message?: string } {
  return { ...(reason === undefined ? {} : { reason }), ...(message === undefined ? {} : { message }) };
}
