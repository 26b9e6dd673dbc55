/** Agents that an operator takes away, and who was there first, those that were on them or those that came for them. */
import { readFile } from 'node:fs/promises';
import type { TaskView } from '../../../src/dispatcher/dispatcher.ts';
import type { Api } from './api.ts';
import type { EmbeddedStack } from './embedded-stack.ts';
import { eventually } from './process.ts';
import { pidOfTask } from './stack.ts';

/** In half a minute, for an hour; without a host nothing is announced any more. */
export async function announceMaintenance({ operator }: EmbeddedStack, hostname?: string): Promise<void> {
  const at = (ms: number) => ({ nanoseconds: ms * 1_000_000 });
  const window = {
    machine_ids: [{ hostname, ip: '127.0.0.1' }],
    unavailability: { start: at(Date.now() + 30_000), duration: at(3_600_000) },
  };
  await operator({
    type: 'UPDATE_MAINTENANCE_SCHEDULE',
    update_maintenance_schedule: { schedule: { windows: hostname === undefined ? [] : [window] } },
  });
}

/** By the clock of this machine: at Flink, whose log says it (we look once a second), and at the scheduler. */
export async function registeredFirst(
  api: Api,
  log: (text: string) => void,
  leaving: readonly TaskView[],
  heirs: readonly TaskView[],
): Promise<boolean> {
  const ended = await Promise.all(leaving.map(async ({ id }) => Date.parse((await factOf(api, 'task.ended', id)).at)));
  const [jobManager] = await api.running(heirs[0]?.cluster ?? '', 'jobmanager');
  const said = await readFile(`/proc/${await pidOfTask(jobManager?.id ?? '')}/cwd/stdout`, 'utf8');
  const there = heirs.map(({ id }) => {
    const line = said.split('\n').find((each) => each.includes(`Registering TaskManager with ResourceID ${id} `)) ?? '';
    return Date.parse(line.slice(0, 'yyyy-mm-dd hh:mm:ss,SSS'.length).replace(' ', 'T').replace(',', '.'));
  });
  log(`registered at ${there.join()}, ended at ${ended.join()}`);
  return Math.max(...there) < Math.min(...ended);
}

export function factOf(api: Api, kind: string, taskId = '') {
  return eventually(`${kind} of ${taskId}`, async () =>
    (await api.events()).find((fact) => fact.kind === kind && fact.data.taskId === taskId),
  );
}
