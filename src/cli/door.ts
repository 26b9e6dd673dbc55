/**
 * How commands reach a scheduler. The same commands stand behind two doors: `flink-mesos` goes to the scheduler itself,
 * `dcos flink` through DC/OS' Admin Router.
 */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { Problem } from '../lib/problem.ts';
import { type ApiClient, createApiClient } from './api-client.ts';
import type { ClientIo } from './io.ts';

export interface DoorOptions {
  readonly url?: string;
  readonly tokenFile?: string;
  readonly caFile?: string;
  readonly name?: string;
}

export interface Door {
  /** What a command that asks a scheduler may be told of the way to it. */
  addOptions(command: Command): void;
  open(options: DoorOptions, io: ClientIo): ApiClient;
}

const defaultUrl = 'http://127.0.0.1:8180';

/** There is no `--token VALUE`: every user of a machine can read the arguments of its processes. */
export const directDoor: Door = {
  addOptions(command) {
    command
      .option('--url <url>', `address of the scheduler (default: $FLINK_MESOS_URL, or ${defaultUrl})`)
      .option('--token-file <file>', 'file with the API token (default: the token in $FLINK_MESOS_TOKEN)')
      .option('--ca-file <file>', 'PEM of who signed the certificate of the scheduler (default: $FLINK_MESOS_CA_FILE)');
  },
  open({ url, tokenFile, caFile }, { environment }) {
    const given = tokenFile === undefined ? environment.FLINK_MESOS_TOKEN : readOption('--token-file', tokenFile);
    const token = given?.trim() || undefined;
    const ca = caFile ?? (environment.FLINK_MESOS_CA_FILE || undefined);
    return createApiClient({
      url: url ?? (environment.FLINK_MESOS_URL || defaultUrl),
      ...(token !== undefined && { authorization: authorizationBy(token) }),
      ...(ca !== undefined && { connection: { ca: readOption('--ca-file', ca) } }),
    });
  },
};

/** A token of DC/OS is written as Admin Router takes it, `token=…`: it knows no other scheme. */
function authorizationBy(token: string): string {
  return token.startsWith('token=') ? token : `Bearer ${token}`;
}

export function readOption(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Problem('USAGE', `${option} ${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/** To every command of a program that asks a scheduler; those print JSON on demand. */
export function addDoorOptions(program: Command, door: Door): void {
  for (const command of program.commands) addDoorOptions(command, door);
  if (program.options.some(({ long }) => long === '--json')) door.addOptions(program);
}
