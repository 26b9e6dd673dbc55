/** The ways in which a step can turn out. */
import type { TaskEnd, TaskRecord } from '../model/task.ts';
import type { LaunchedTask } from '../task-book.ts';
import type { TaskEffect, TaskStep } from './task-event.ts';

export function changed(record: TaskRecord, effects: readonly TaskEffect[]): TaskStep {
  return { outcome: 'changed', record, effects };
}

export function kept(record: TaskRecord, effects: readonly TaskEffect[], why?: string): TaskStep {
  return { outcome: 'kept', record, effects, ...(why === undefined ? {} : { why }) };
}

export function ignored(record: TaskRecord, why: string): TaskStep {
  return { outcome: 'ignored', record, effects: [], why };
}

export function illegal(record: TaskRecord, why: string, effects: readonly TaskEffect[] = []): TaskStep {
  return { outcome: 'illegal', record, effects, why };
}

export function ended(record: LaunchedTask, end: Omit<TaskEnd, 'wanted'>): TaskStep {
  const { placement } = record.life;
  const wanted = record.goal.kind === 'end';
  return changed({ ...record, life: { phase: 'ended', placement, end: { ...end, wanted } } }, [
    { kind: 'disarm', timer: 'kill' },
    { kind: 'disarm', timer: 'launch' },
    { kind: 'disarm', timer: 'unreachable' },
  ]);
}
