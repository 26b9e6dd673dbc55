/** Options that several commands share, and how their values are read. */
import { type Command, InvalidArgumentError } from 'commander';
import type { ApiClient } from './api-client.ts';
import { type DoorOptions, directDoor } from './door.ts';
import type { ClientIo } from './io.ts';

export interface ConnectionOptions extends DoorOptions {
  readonly json?: boolean;
}

export interface ClusterOption extends ConnectionOptions {
  readonly cluster: string;
}

export interface WaitOptions {
  readonly wait?: boolean;
  readonly timeout: number;
}

/** The way to the scheduler is added to all of them by the program's door. */
export function withConnection(command: Command): Command {
  return command.option('--json', 'print the answer of the API as it is');
}

export function withCluster(command: Command): Command {
  return withConnection(command.option('--cluster <name>', 'name of the cluster', 'default'));
}

export function withWait(command: Command, until: string): Command {
  return command
    .option('--wait', `wait until ${until}`)
    .option('--timeout <seconds>', 'how long to wait at most', positiveNumber, 300);
}

export function connect(options: ConnectionOptions, io: ClientIo): ApiClient {
  return (io.door ?? directDoor).open(options, io);
}

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0) {
    throw new InvalidArgumentError('expected a number above 0.');
  }
  return value;
}

export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('expected a whole number.');
  return Number(text);
}

/** Collects `-D a=b -D c=d`. */
export function keyValue(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('expected KEY=VALUE.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

/** Collects `--away-from a --away-from b`. */
export function several(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}
