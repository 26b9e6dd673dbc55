/** What waits, as it is matched with what is offered. */
import type { Preference, TaskSpec } from '../model/task.ts';

export interface Request {
  readonly spec: TaskSpec;
  readonly role: string;
  /** Only while it is still worth waiting for. */
  readonly prefer?: Preference;
}
