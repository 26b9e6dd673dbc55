import type { TaskInfo } from '../../../src/mesos-api-client/protocol/mesos.ts';

/** What a task says about itself. */
export function label(info: TaskInfo, key: string): string {
  return info.labels?.labels?.find((each) => each.key === key)?.value ?? '';
}
