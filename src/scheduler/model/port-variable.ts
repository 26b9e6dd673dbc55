import type { PortName } from './task.ts';

/** The environment variable in which a task finds the number of a named set of resources. */
export function setVariable(name: string): string {
  return `SET_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
}

/** The environment variable in which a task finds the number of a port. */
export function portVariable(name: PortName): string {
  return `PORT_${name.toUpperCase().replaceAll('-', '_')}`;
}
