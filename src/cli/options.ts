/** Options that several commands share, and how their values are read. */
import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { Problem } from '../lib/problem.ts';
import { type ApiClient, createApiClient } from './api-client.ts';
import type { ClientIo } from './io.ts';

export interface ConnectionOptions {
  readonly url?: string;
  readonly tokenFile?: string;
  readonly json?: boolean;
}

export interface ClusterOption extends ConnectionOptions {
  readonly cluster: string;
}

export interface WaitOptions {
  readonly wait?: boolean;
  readonly timeout: number;
}

const defaultUrl = 'http://127.0.0.1:8180';

/** There is no `--token VALUE`: every user of a machine can read the arguments of its processes. */
export function withConnection(command: Command): Command {
  return command
    .option('--url <url>', `address of the scheduler (default: $FLINK_MESOS_URL, or ${defaultUrl})`)
    .option('--token-file <file>', 'file with the API token (default: the token in $FLINK_MESOS_TOKEN)')
    .option('--json', 'print the answer of the API as it is');
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
  const token = options.tokenFile === undefined ? io.environment.FLINK_MESOS_TOKEN : readToken(options.tokenFile);
  return createApiClient(options.url ?? (io.environment.FLINK_MESOS_URL || defaultUrl), token?.trim() || undefined);
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Problem('USAGE', `--token-file ${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
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
