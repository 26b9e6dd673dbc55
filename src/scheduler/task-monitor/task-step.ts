/**
 * The life of one task as a pure function, total over every phase, event and state. A task waits, is launched, ends;
 * never back, but for one that was given up while it was out of contact, where the operator wants such a task kept. What Mesos says of it may come late, twice, or in the wrong order; status-step.ts judges that.
 */
import type { EpochMs } from '../../lib/brand.ts';
import { unreachable } from '../../lib/exhaustive.ts';
import type { TaskRecord } from '../model/task.ts';
import type { LaunchedTask } from '../task-book.ts';
import { isLaunched } from '../task-book.ts';
import { endedStatus, isOutOfContact, launchedStatus } from './status-step.ts';
import { changed, ended, ignored, illegal, kept } from './step-results.ts';
import type { TaskEffect, TaskEvent, TaskPolicy, TaskStep, TaskTimer } from './task-event.ts';

export function taskStep(record: TaskRecord, event: TaskEvent, now: EpochMs, policy: TaskPolicy): TaskStep {
  if (isLaunched(record)) {
    return launchedStep(record, event, now, policy);
  }
  return record.life.phase === 'waiting'
    ? waitingStep(record, event, now, policy)
    : endedStep(record, event, now, policy);
}

function waitingStep(record: TaskRecord, event: TaskEvent, now: EpochMs, policy: TaskPolicy): TaskStep {
  switch (event.kind) {
    case 'launched': {
      const life = { phase: 'launched', placement: event.placement, state: 'TASK_STAGING', stateAt: now } as const;
      return changed({ ...record, life }, [{ kind: 'arm', timer: 'launch', at: now + policy.launchTimeoutMs }]);
    }
    case 'kill': {
      const goal = { kind: 'end', reason: event.reason, since: now } as const;
      const end = { state: 'WITHDRAWN', message: event.reason, at: now, wanted: true } as const;
      return changed({ ...record, goal, life: { phase: 'ended', end } }, []);
    }
    case 'status':
      return illegal(record, 'it was never launched');
    case 'connected':
    case 'timer':
      return ignored(record, 'it waits for an offer');
    default:
      return unreachable(event);
  }
}

function launchedStep(record: LaunchedTask, event: TaskEvent, now: EpochMs, policy: TaskPolicy): TaskStep {
  switch (event.kind) {
    case 'launched':
      return illegal(record, 'it is launched already');
    case 'status':
      return launchedStatus(record, event, now, policy);
    case 'kill': {
      if (record.goal.kind === 'end') {
        return ignored(record, 'its end is wanted already');
      }
      const goal = { kind: 'end', reason: event.reason, since: now } as const;
      return changed({ ...record, goal }, [{ kind: 'kill', why: event.reason }]);
    }
    case 'connected':
      return connectedStep(record, now, policy);
    case 'timer':
      return timerStep(record, event.timer, now, policy);
    default:
      return unreachable(event);
  }
}

/** The answers of reconciliation may put this right in a moment; so waits begin anew. */
function connectedStep(record: LaunchedTask, now: EpochMs, policy: TaskPolicy): TaskStep {
  const { goal, life } = record;
  const effects: TaskEffect[] = [];
  if (goal.kind === 'end') {
    effects.push({ kind: 'kill', why: goal.reason });
  }
  if (isOutOfContact(life.state)) {
    effects.push({ kind: 'arm', timer: 'unreachable', at: now + policy.unreachableAfterMs });
  } else if (life.state === 'TASK_STAGING' && goal.kind === 'run') {
    effects.push({ kind: 'arm', timer: 'launch', at: now + policy.launchTimeoutMs });
  }
  return effects.length > 0 ? kept(record, effects) : ignored(record, 'there is nothing to wait for');
}

function timerStep(record: LaunchedTask, timer: TaskTimer, now: EpochMs, policy: TaskPolicy): TaskStep {
  const { state } = record.life;
  switch (timer) {
    case 'kill':
      return record.goal.kind === 'end'
        ? kept(record, [{ kind: 'kill', why: record.goal.reason }])
        : ignored(record, 'it is to run');
    case 'launch':
      // Silence is asked after, never taken for a failure (MA-44); a long fetch is STAGING all the while.
      return state === 'TASK_STAGING'
        ? kept(record, [{ kind: 'reconcile' }, { kind: 'arm', timer: 'launch', at: now + policy.launchTimeoutMs }])
        : ignored(record, 'it was heard of');
    case 'unreachable':
      return isOutOfContact(state)
        ? ended(record, { state, message: 'out of contact for too long', at: now })
        : ignored(record, 'it is in contact');
    default:
      return unreachable(timer);
  }
}

function endedStep(record: TaskRecord, event: TaskEvent, now: EpochMs, policy: TaskPolicy): TaskStep {
  switch (event.kind) {
    case 'launched':
      return illegal(record, 'it has ended');
    case 'status':
      return endedStatus(record, event.state, now, policy);
    case 'kill':
    case 'connected':
    case 'timer':
      return ignored(record, 'it has ended');
    default:
      return unreachable(event);
  }
}
