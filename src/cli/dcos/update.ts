/** `dcos flink update …` and `describe`: the service's options, which DC/OS' package manager (Cosmos) keeps and changes. */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { Problem } from '../../lib/problem.ts';
import { addSteering, type PlanAnswer, printPlan } from '../commands/plans.ts';
import type { DoorOptions } from '../door.ts';
import { openHttp } from '../http.ts';
import { type ClientIo, printJson, printLine } from '../io.ts';
import { type ConnectionOptions, connect, withConnection } from '../options.ts';
import { explain, openCluster, serviceName } from './dcos-door.ts';

interface StartOptions extends DoorOptions {
  readonly options?: string;
  readonly packageVersion?: string;
  readonly replace?: boolean;
}

interface Described {
  readonly package?: { readonly version?: string };
  readonly resolvedOptions?: unknown;
  readonly upgradesTo?: readonly string[];
  readonly downgradesTo?: readonly string[];
}

export function addUpdateCommands(program: Command, io: ClientIo): void {
  withConnection(
    program.command('describe').description('print the options that the service was installed with'),
  ).action(async (options: ConnectionOptions) => {
    const { resolvedOptions } = await describeService(options, io);
    printJson(io, resolvedOptions ?? {});
  });
  const update = program.command('update').description('change the options or the version of the service');
  withConnection(
    update
      .command('start')
      .description('change the service: options that are not named stay')
      .option('--options <file>', 'JSON with the options to change ("-" for standard input)')
      .option('--package-version <version>', 'another version of the package (Enterprise)')
      .option('--replace', 'the options of the file are all: those that are not named get their defaults'),
  ).action((options: StartOptions & ConnectionOptions) => start(options, io));
  withConnection(
    update.command('package-versions').description('the versions that the package can be changed to'),
  ).action(async (options: ConnectionOptions) => {
    const { package: current, upgradesTo = [], downgradesTo = [] } = await describeService(options, io);
    const versions = { current: current?.version, upgradesTo, downgradesTo };
    if (options.json) return printJson(io, versions);
    printLine(io, `current: ${versions.current ?? 'unknown'}`);
    printLine(io, `can be upgraded to: ${upgradesTo.join(', ') || 'none'}`);
    printLine(io, `can be downgraded to: ${downgradesTo.join(', ') || 'none'}`);
  });
  withConnection(update.command('status').description('how far the last change has come')).action(
    async (options: ConnectionOptions) => {
      const plan = await connect(options, io).get<PlanAnswer>('/v1/plans/update');
      if (options.json) printJson(io, plan);
      else printPlan('update', plan, io);
    },
  );
  addSteering(update, 'update', io);
}

async function start(options: StartOptions & ConnectionOptions, io: ClientIo): Promise<void> {
  if (options.options === undefined && options.packageVersion === undefined) {
    throw new Problem('USAGE', 'give --options FILE, --package-version VERSION, or both');
  }
  const answer = await askCosmos<Record<string, unknown>>('update', options, io, {
    ...(options.packageVersion !== undefined && { packageVersion: options.packageVersion }),
    ...(options.options !== undefined && { options: await readOptions(options.options, io) }),
    replace: options.replace === true,
  });
  if (options.json) printJson(io, answer);
  else printLine(io, 'The service is being changed: see dcos flink update status');
}

function describeService(options: ConnectionOptions, io: ClientIo): Promise<Described> {
  return askCosmos('describe', options, io, {});
}

/** https://github.com/dcos/cosmos: /cosmos/service/*, typed in its own way. */
async function askCosmos<Answer>(call: string, options: DoorOptions, io: ClientIo, body: object): Promise<Answer> {
  const name = serviceName(options, io);
  const { url, authorization, connection } = openCluster(io);
  const type = (what: string) => `application/vnd.dcos.service.${call}-${what}+json;charset=utf-8;version=v1`;
  const answer = await openHttp(connection)(`${url}/cosmos/service/${call}`, {
    method: 'POST',
    headers: {
      'content-type': type('request'),
      accept: type('response'),
      ...(authorization !== undefined && { authorization }),
    },
    body: JSON.stringify({ appId: `/${name}`, ...body }),
  }).catch((cause: Error) => {
    throw new Problem('UNREACHABLE', `no answer from ${url}: ${cause.message}`, { cause });
  });
  const said = parse(await answer.body.text());
  if (answer.statusCode === 200 && said !== undefined) return said as Answer;
  throw cosmosProblem(said, name) ?? explain(answer.statusCode, name, url) ?? unexpected(answer.statusCode, url);
}

/** {type, message, data}; of what violates the package's schema the data names the fields. */
function cosmosProblem(said: unknown, name: string): Problem | undefined {
  const { type, message, data } = (said ?? {}) as { type?: string; message?: string; data?: unknown };
  if (type === undefined || message === undefined) return undefined;
  switch (type) {
    case 'MarathonAppNotFound':
      return explain(404, name, 'DC/OS');
    case 'JsonSchemaMismatch':
      return new Problem('SPEC_INVALID', `the options do not suit the package: ${violations(data) || message}`);
    case 'VersionUpgradeNotSupportedInOpen':
      return new Problem('CONFLICT', message, { advice: 'uninstall the package and install the other version' });
    default:
      return new Problem('CONFLICT', `${type}: ${message}`, { advice: 'the message is what Cosmos said' });
  }
}

function violations(data: unknown): string {
  const { errors } = (data ?? {}) as { errors?: readonly { instance?: { pointer?: string }; message?: string }[] };
  return (errors ?? [])
    .map(({ instance, message }) => `${instance?.pointer ?? ''} ${message ?? 'is wrong'}`)
    .join('; ');
}

function unexpected(status: number, url: string): Problem {
  return new Problem('UNREACHABLE', `what answers at ${url}/cosmos is not Cosmos (HTTP ${status})`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readOptions(file: string, io: ClientIo): Promise<unknown> {
  const content =
    file === '-'
      ? await text(io.stdin)
      : await readFile(file, 'utf8').catch((cause: Error) => {
          throw new Problem('USAGE', `--options ${file} cannot be read: ${cause.message}`, { cause });
        });
  const options = parse(content);
  if (options !== undefined) return options;
  throw new Problem('USAGE', `--options ${file}: it is no JSON`);
}
