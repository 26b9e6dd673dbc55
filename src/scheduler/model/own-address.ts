/** Where a task is reached: at its agent, or, on a network of its container's own, at the address of that. */
import type { Placement, TaskProcess } from './task.ts';

export function hasOwnAddress({ container }: Pick<TaskProcess, 'container'>): boolean {
  return (container?.network_infos ?? []).length > 0;
}

export function hostOf({ address, hostname }: Pick<Placement, 'address' | 'hostname'>): string {
  return address ?? hostname;
}
