import type { PortName } from './task.ts';

/** The environment variable in which a task finds the number of a port. */
export function portVariable(name: PortName): string {
  return `PORT_${name.toUpperCase().replaceAll('-', '_')}`;
}
