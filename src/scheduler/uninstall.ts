/**
 * The end of the service: nothing new is begun; when every task has ended and every kept place is given up the master is
 * told to remove the framework, and when it knows none of ours any more one record says so. All others are the shell's to
 * delete, in the same transaction. The wish is written down before anything follows from it, so a restart goes on with it.
 */
import type { EpochMs } from '../lib/brand.ts';
import type { FrameBuilder } from './frame-builder.ts';
import type { UninstallRecord } from './model/records.ts';
import type { UninstallView } from './model/scheduler.ts';

/** What is still there. */
export interface Left {
  /** Tasks that have not ended. */
  readonly tasks: number;
  /** Tasks that somebody remembers, ended ones too. */
  readonly remembered: number;
  readonly places: number;
  /** Whether the master, as far as we can know, has a framework of ours. */
  readonly framework: boolean;
  readonly subscribed: boolean;
}

/** A TEARDOWN whose subscription still stands after so long was not taken. */
const askAgainMs = 30_000;

export class Uninstall {
  #record: UninstallRecord | undefined;
  /** On the present subscription. */
  #asked = false;
  #refused: string | undefined;

  constructor(record: UninstallRecord | undefined) {
    this.#record = record;
  }

  get wanted(): boolean {
    return this.#record !== undefined;
  }

  /** Since when, or when it was done. */
  get at(): EpochMs | undefined {
    return this.#record?.doneAt ?? this.#record?.since;
  }

  /** False where it was wanted before. */
  begin(frame: FrameBuilder): boolean {
    if (this.#record !== undefined) {
      return false;
    }
    this.#write(frame, { version: 1, since: frame.at });
    frame.fact({ kind: 'uninstall.started' });
    return true;
  }

  disconnected(): void {
    this.#asked = false;
  }

  /** The master took TEARDOWN for wrong. */
  refused(message: string): void {
    this.#refused = message;
  }

  timer(): void {
    this.#asked = false;
  }

  /** At the end of each turn. */
  proceed(frame: FrameBuilder, left: Left): void {
    const record = this.#record;
    if (record === undefined || record.doneAt !== undefined || left.tasks > 0 || left.places > 0) {
      return;
    }
    if (!left.framework && left.remembered === 0) {
      frame.clearTimer({ kind: 'teardown' });
      this.#write(frame, { ...record, doneAt: frame.at });
      frame.fact({ kind: 'uninstall.finished', tookMs: frame.at - record.since });
    } else if (left.framework && left.subscribed && !this.#asked) {
      this.#asked = true;
      frame.call({ type: 'TEARDOWN' });
      frame.setTimer({ kind: 'teardown' }, frame.at + askAgainMs);
    }
  }

  view(left: Left): UninstallView | undefined {
    if (this.#record === undefined) {
      return undefined;
    }
    const { since, doneAt } = this.#record;
    const { tasks, places } = left;
    return {
      stage: doneAt === undefined ? stageOf(left) : 'done',
      since,
      tasks,
      places,
      ...(doneAt === undefined ? {} : { doneAt }),
      ...(this.#refused === undefined ? {} : { refused: this.#refused }),
    };
  }

  #write(frame: FrameBuilder, record: UninstallRecord): void {
    this.#record = record;
    frame.persist({ kind: 'put', collection: 'framework', key: 'uninstall', value: record });
  }
}

function stageOf({ tasks, places }: Left): UninstallView['stage'] {
  if (tasks > 0) return 'tasks';
  return places > 0 ? 'places' : 'framework';
}
