/** `flink-mesos events`: what happened, and with --follow what happens. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import type { FactView } from '../../api/views.ts';
import { Problem } from '../../lib/problem.ts';
import type { ApiClient } from '../api-client.ts';
import { type ClientIo, printJson, printLine, printNote } from '../io.ts';
import { type ConnectionOptions, connect, wholeNumber, withConnection } from '../options.ts';
import { asText, shortInstant } from '../table.ts';

interface EventOptions extends ConnectionOptions {
  readonly follow?: boolean;
  readonly after: number;
}

const reconnectMs = 1000;

export function addEventCommand(program: Command, io: ClientIo): void {
  withConnection(
    program
      .command('events')
      .description('what happened, oldest first')
      .option('-f, --follow', 'go on with what happens, until interrupted (with --json: one object a line)')
      .option('--after <n>', 'only events after this number', wholeNumber, 0),
  ).action((options: EventOptions) => (options.follow ? follow(options, io) : list(options, io)));
}

async function list(options: EventOptions, io: ClientIo): Promise<void> {
  const facts = await connect(options, io).get<FactView[]>(`/v1/events?after=${options.after}`);
  if (options.json) printJson(io, facts);
  else for (const fact of facts) printLine(io, asLine(fact));
}

/** A connection that breaks is made again, and goes on where it was: a scheduler may be restarted meanwhile. */
async function follow(options: EventOptions, io: ClientIo): Promise<void> {
  const client = connect(options, io);
  const place: Place = { connected: false };
  while (!io.signal?.aborted) {
    try {
      await readOn(client, place, options, io);
    } catch (error) {
      const broken = error instanceof Problem && error.code === 'UNREACHABLE';
      if (!broken || !place.connected) throw error;
    }
    printNote(io, 'connection lost; trying again');
    await delay(reconnectMs, undefined, io.signal === undefined ? {} : { signal: io.signal });
  }
}

interface Place {
  connected: boolean;
  lastEventId?: string;
}

async function readOn(client: ApiClient, place: Place, options: EventOptions, io: ClientIo): Promise<void> {
  for await (const { id, data } of client.follow(options.after, place.lastEventId, io.signal)) {
    place.connected = true;
    if (id !== undefined) place.lastEventId = id;
    printLine(io, options.json ? data : asLine(JSON.parse(data) as FactView));
  }
}

function asLine(fact: FactView): string {
  return `${shortInstant(fact.at)}  ${fact.level.padEnd(5)}  ${asText(fact.text)}`;
}
