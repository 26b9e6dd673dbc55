/**
 * Traps for schedulers: the next one that passes a point dies there (kill -9), or stands still. Points lie around every
 * wait that matters: before a call is sent, when it was sent, processed, answered; a write sent, applied, answered.
 */
import type { SchedulerInstance } from './service/instance.ts';

export const points: readonly string[] = [
  ...['SUBSCRIBE', 'ACCEPT', 'ACKNOWLEDGE', 'KILL', 'RECONCILE', 'DECLINE'].flatMap((type) => [
    `${type} before`,
    `${type} sent`,
    `${type} processed`,
    `${type} answered`,
  ]),
  'write sent',
  'write applied',
  'write answered',
  'POST jars sent',
  'PATCH jobs sent',
];

export class Traps {
  readonly #set = new Map<string, (instance: SchedulerInstance) => void>();

  set(point: string, spring: (instance: SchedulerInstance) => void): void {
    this.#set.set(point, spring);
  }

  clear(): void {
    this.#set.clear();
  }

  /** True when a trap was there. */
  pass(point: string, instance: SchedulerInstance): boolean {
    const spring = this.#set.get(point);
    if (spring === undefined) return false;
    this.#set.delete(point);
    spring(instance);
    return true;
  }
}
