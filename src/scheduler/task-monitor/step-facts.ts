/** The facts that a step of a task states: told by what the record was and what it became. */
import type { EpochMs } from '../../lib/brand.ts';
import type { SchedulerFact } from '../model/facts.ts';
import type { TaskRecord } from '../model/task.ts';
import type { TaskEvent, TaskStep } from './task-event.ts';

export function stepFacts(before: TaskRecord, event: TaskEvent, step: TaskStep, now: EpochMs): SchedulerFact[] {
  const { taskId, group, part } = before.spec;
  if (step.outcome === 'illegal') {
    return event.kind === 'status'
      ? [{ kind: 'task.contradicted', taskId, state: event.state, why: step.why ?? '' }]
      : [];
  }
  const after = step.record;
  if (before.life.phase !== 'ended' && after.life.phase === 'ended') {
    return [{ kind: 'task.ended', taskId, group, part, end: after.life.end }];
  }
  if (before.life.phase === 'ended' && after.life.phase === 'launched') {
    return [{ kind: 'task.kept', taskId, group, part, state: after.life.state }];
  }
  if (before.life.phase !== 'launched' || after.life.phase !== 'launched' || before.life.state === after.life.state) {
    return [];
  }
  const { state, placement } = after.life;
  const { reason, message } = event.kind === 'status' ? event : {};
  return [
    {
      kind: 'task.updated',
      taskId,
      group,
      part,
      from: before.life.state,
      state,
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message }),
      sinceLaunchMs: now - placement.launchedAt,
    },
  ];
}
