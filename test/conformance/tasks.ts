/** Tasks and what goes with them, as small as every cluster has room for. */
import { randomUUID } from 'node:crypto';
import type { Offer, OfferOperation, Resource, TaskInfo } from '../../src/mesos-api-client/protocol/mesos.ts';
import type { Framework } from './framework.ts';

const cpusOfTask = 0.1;
export const memOfTask = 32;

/** Ids that no earlier run of the suite has used: a master may remember those. */
export function freshId(name: string): string {
  return `${name}-${randomUUID().slice(0, 8)}`;
}

export function scalar(name: string, value: number): Resource {
  return { name, type: 'SCALAR', scalar: { value } };
}

/** Of what is not reserved. */
export function amount(offer: Offer, name: string): number {
  return (offer.resources ?? [])
    .filter((each) => each.name === name && (each.reservations ?? []).length === 0 && each.revocable === undefined)
    .reduce((sum, each) => sum + (each.scalar?.value ?? 0), 0);
}

export function hasRoom(offer: Offer): boolean {
  return amount(offer, 'cpus') >= 3 * cpusOfTask && amount(offer, 'mem') >= 3 * memOfTask;
}

export function task(offer: Offer, name: string, command: string, members: Partial<TaskInfo> = {}): TaskInfo {
  const id = freshId(name);
  return {
    name: id,
    task_id: { value: id } as TaskInfo['task_id'],
    agent_id: offer.agent_id,
    command: { value: command },
    resources: [scalar('cpus', cpusOfTask), scalar('mem', memOfTask)],
    ...members,
  };
}

export function launch(...infos: TaskInfo[]): OfferOperation {
  return { type: 'LAUNCH', launch: { task_infos: infos } };
}

/** Launches one task on an offer with room and hands back both. */
export async function run(framework: Framework, name: string, command: string, members: Partial<TaskInfo> = {}) {
  const offer = await framework.offer(hasRoom);
  const info = task(offer, name, command, members);
  await framework.accept([offer], [launch(info)], 0);
  return { offer, info, id: info.task_id.value };
}

export async function runUntilRunning(framework: Framework, name: string, command = 'exec sleep 1000') {
  const started = await run(framework, name, command);
  await framework.update(started.id, 'TASK_RUNNING');
  return started;
}
