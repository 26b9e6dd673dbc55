/**
 * The one book of tasks: every record that is remembered, by id and by group, in the order of their requests. A record
 * enters it only together with its write, so memory and store cannot differ. Of the tasks of a group that have ended it
 * keeps the last few; older ones leave memory and store together.
 */
import _ from 'lodash';
import type { TaskId } from '../mesos-api-client/protocol/ids.ts';
import type { FrameBuilder } from './frame-builder.ts';
import type { GroupName, TaskRecord } from './model/task.ts';

/** A record of a task that is at an agent, or was sent to one. */
export type LaunchedTask = TaskRecord & { readonly life: { readonly phase: 'launched' } };

export class TaskBook {
  readonly #tasks = new Map<TaskId, TaskRecord>();
  readonly #groups = new Map<GroupName, Map<TaskId, TaskRecord>>();
  /** Ids of ended tasks of each group, the one that ended first in front. */
  readonly #ended = new Map<GroupName, Set<TaskId>>();
  readonly #endedKept: number;

  constructor(records: readonly TaskRecord[], endedKept: number) {
    this.#endedKept = endedKept;
    for (const record of _.sortBy(records, ['requestedAt', 'spec.taskId'])) {
      this.#remember(record);
    }
    for (const record of _.sortBy(records.filter(isEnded), endedAt)) {
      this.#rememberEnd(record);
    }
  }

  get(taskId: TaskId): TaskRecord | undefined {
    return this.#tasks.get(taskId);
  }

  all(): readonly TaskRecord[] {
    return [...this.#tasks.values()];
  }

  ofGroup(group: GroupName): readonly TaskRecord[] {
    return [...(this.#groups.get(group)?.values() ?? [])];
  }

  launched(): readonly LaunchedTask[] {
    return this.all().filter(isLaunched);
  }

  put(frame: FrameBuilder, record: TaskRecord): void {
    this.#remember(record);
    frame.persist({ kind: 'put', collection: 'tasks', key: record.spec.taskId, value: record });
    if (isEnded(record)) {
      this.#rememberEnd(record);
      this.#dropOldest(frame, record.spec.group);
    }
  }

  /** Only what has ended: a task that lives is never forgotten. */
  forgetEnded(frame: FrameBuilder, group: GroupName): void {
    for (const taskId of this.#ended.get(group) ?? []) {
      this.#forget(frame, taskId);
    }
  }

  #remember(record: TaskRecord): void {
    const { taskId, group } = record.spec;
    this.#tasks.set(taskId, record);
    forgetIn(this.#ended, group, taskId);
    const ofGroup = this.#groups.get(group) ?? new Map<TaskId, TaskRecord>();
    this.#groups.set(group, ofGroup.set(taskId, record));
  }

  #rememberEnd(record: TaskRecord): void {
    const { taskId, group } = record.spec;
    this.#ended.set(group, (this.#ended.get(group) ?? new Set<TaskId>()).add(taskId));
  }

  #dropOldest(frame: FrameBuilder, group: GroupName): void {
    const ended = [...(this.#ended.get(group) ?? [])];
    for (const taskId of ended.slice(0, Math.max(0, ended.length - this.#endedKept))) {
      this.#forget(frame, taskId);
    }
  }

  #forget(frame: FrameBuilder, taskId: TaskId): void {
    const group = this.#tasks.get(taskId)?.spec.group;
    this.#tasks.delete(taskId);
    frame.persist({ kind: 'delete', collection: 'tasks', key: taskId });
    if (group !== undefined) {
      forgetIn(this.#groups, group, taskId);
      forgetIn(this.#ended, group, taskId);
    }
  }
}

export function isLaunched(record: TaskRecord): record is LaunchedTask {
  return record.life.phase === 'launched';
}

function isEnded(record: TaskRecord): boolean {
  return record.life.phase === 'ended';
}

function endedAt(record: TaskRecord): number {
  return record.life.phase === 'ended' ? record.life.end.at : 0;
}

function forgetIn(
  groups: Map<GroupName, { delete(taskId: TaskId): boolean; size: number }>,
  group: GroupName,
  taskId: TaskId,
): void {
  const members = groups.get(group);
  members?.delete(taskId);
  if (members?.size === 0) {
    groups.delete(group);
  }
}
