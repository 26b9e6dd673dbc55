/** `flink-mesos info` and `flink-mesos health`. */
import type { Command } from 'commander';
import type { InfoView } from '../../api/views.ts';
import { Problem } from '../../lib/problem.ts';
import { type ClientIo, printJson, printLine } from '../io.ts';
import { type ClusterOption, type ConnectionOptions, connect, withCluster, withConnection } from '../options.ts';
import { renderFields, shortInstant } from '../table.ts';
import { showJob } from './jobs.ts';

export function addSchedulerCommands(program: Command, io: ClientIo): void {
  withCluster(
    program
      .command('info')
      .alias('status')
      .description('the scheduler: version, framework, Mesos master; or one job')
      .argument('[job]', 'id of a job'),
  ).action((job: string | undefined, options: ClusterOption) =>
    job === undefined ? info(options, io) : showJob(job, options, io),
  );
  withCluster(
    program.command('webui').description("print the addresses of the dashboard and of a cluster's Flink pages"),
  ).action((options: ClusterOption) => webui(options, io));
  withConnection(program.command('health').description('whether the scheduler works (exit code 7 if not)')).action(
    (options: ConnectionOptions) => health(options, io),
  );
}

async function info(options: ConnectionOptions, io: ClientIo): Promise<void> {
  const answer = await connect(options, io).get<InfoView>('/v1/info');
  if (options.json) printJson(io, answer);
  else printLine(io, describe(answer));
}

function webui(options: ClusterOption, io: ClientIo): void {
  const { url } = connect(options, io);
  const addresses = { dashboard: `${url}/`, flink: `${url}/v1/clusters/${encodeURIComponent(options.cluster)}/flink/` };
  const fields = [
    ['dashboard', addresses.dashboard],
    [`Flink UI of ${options.cluster}`, addresses.flink],
  ] as const;
  if (options.json) printJson(io, addresses);
  else printLine(io, renderFields(fields));
}

async function health(options: ConnectionOptions, io: ClientIo): Promise<void> {
  const answer = await connect(options, io).health();
  if (options.json) printJson(io, answer);
  else if (answer.healthy) printLine(io, 'healthy');
  if (!answer.healthy)
    throw new Problem('NOT_READY', `the scheduler is not healthy: ${answer.why ?? 'no reason given'}`);
}

function describe({ mesos, ...info }: InfoView): string {
  return renderFields([
    ['version', info.version],
    ['started', shortInstant(info.startedAt)],
    ['framework', info.frameworkId],
    ['Mesos', 'master' in mesos ? `${mesos.state} ${mesos.master}` : mesos.state],
    ['version of Mesos', info.mesosVersion],
    ['problem', troubleOf(mesos)],
    ['next try', nextTry(mesos)],
    ['former framework', info.formerFramework === undefined ? undefined : formerWords(info.formerFramework)],
    ['reconciled', info.reconciled ? 'yes' : 'no'],
    ['offers held', info.offersHeld],
    ['tasks waiting', info.tasksWaiting],
    ['Flink by default', info.defaultFlinkVersion],
  ]);
}

function troubleOf(mesos: InfoView['mesos']): string | undefined {
  switch (mesos.state) {
    case 'searching':
      return mesos.why ?? 'no Mesos master is known';
    case 'connecting':
    case 'waiting':
      return mesos.problem?.message;
    case 'stopped':
      return mesos.message;
    default:
      return undefined;
  }
}

function nextTry(mesos: InfoView['mesos']): string | undefined {
  if (mesos.state === 'connecting') return `under way (attempt ${mesos.attempt})`;
  if (mesos.state !== 'waiting') return undefined;
  const where = mesos.next === undefined ? 'as soon as a master is known' : `at ${mesos.next}`;
  return `${new Date(mesos.retryAt).toISOString()} ${where} (attempt ${mesos.attempt + 1})`;
}

function formerWords({ frameworkId, at, tasksLost, message }: NonNullable<InfoView['formerFramework']>): string {
  return `${frameworkId}, lost ${new Date(at).toISOString()} with ${tasksLost} tasks: ${message}`;
}
