/** `flink-mesos scheduler`: one scheduler against a Mesos that runs elsewhere (or beside it). */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { createLogger, logFacts } from '../observability/logger.ts';
import type { AccessSettings } from './access.ts';
import { addClusterOptions, readClusterSettings } from './cluster-options.ts';
import { readDcosEnvironment } from './dcos-environment.ts';
import { defaultCacheDir, defaultDataDir } from './directories.ts';
import { driverJarOf, obtainFlinks, servedDistributions } from './distributions.ts';
import { readEnvironment } from './environment.ts';
import { addGivenFileOptions, type GivenFileSettings, readGivenFiles } from './given-files.ts';
import { runUntilEnd } from './lifetime.ts';
import { keepHeapSmall } from './memory.ts';
import type { MesosClientSettings } from './mesos-client.ts';
import { startScheduler } from './scheduler.ts';
import { parseDuration, parseListen, parsePath, type SchedulerSettings } from './settings.ts';

interface Options extends AccessSettings, MesosClientSettings, GivenFileSettings {
  readonly mesosMaster?: string;
  readonly zk?: string;
  readonly dataDir: string;
  readonly cacheDir: string;
  readonly listen: string;
  readonly advertiseUrl?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsCa?: string;
  readonly storage?: string;
  readonly flinkVersion: string[];
  readonly flinkHome?: string;
  readonly frameworkName: string;
  readonly role: string;
  readonly groupRole?: boolean;
  readonly vips?: boolean;
  readonly serviceDomain?: string;
  readonly user?: string;
  readonly startAnew?: boolean;
  readonly uninstall?: boolean;
  readonly unreachableTimeout: string;
  readonly returning: string;
  readonly zkSessionTimeout: string;
  readonly logLevel: string;
}

const levels = ['debug', 'info', 'warn', 'error'] as const;

/** Who is let in (access.ts), and by what (server-tls.ts). */
function addAccessOptions(command: Command): Command {
  return command
    .option(
      '--token-file <file>',
      'a file with tokens that the API demands, one a line, as TOKEN or NAME TOKEN; needed past loopback',
    )
    .option('--read-token-file <file>', 'a file with tokens that may look, but change nothing')
    .option('--dcos-url <url>', 'a DC/OS cluster: tokens that its Admin Router lets through to this service count too')
    .option('--dcos-ca <file>', 'PEM of the authority of that cluster')
    .option('--dcos-service <name>', 'of this service in Admin Router (default: the name of the framework)')
    .option('--dcos-actors <uid,...>', 'users of DC/OS who may act, all others may look (default: all may act)')
    .option('--tls-cert <file>', 'PEM of the certificate that the API shows: it speaks https then')
    .option('--tls-key <file>', 'PEM of its private key')
    .option('--tls-ca <file>', 'PEM of who signed it, for JobManagers and standbys (default: the certificate itself)');
}

/** How masters are spoken to (mesos-client.ts). */
function addMesosClientOptions(command: Command): Command {
  return command
    .option('--principal <name>', 'principal of the framework in Mesos')
    .option('--secret-file <file>', 'a file with the secret of the principal')
    .option('--mesos-service-account <file>', 'log in to DC/OS with the service account of this file (JSON)')
    .option('--mesos-tls', 'speak https to the Mesos masters; implied by the options below')
    .option('--mesos-ca <file>', 'PEM of the authorities that sign their certificates')
    .option('--mesos-cert <file>', 'PEM of our certificate, for masters that demand one')
    .option('--mesos-key <file>', 'PEM of its private key')
    .option('--mesos-server-name <name>', 'the name in their certificates (default: the host that is asked)');
}

export function addSchedulerCommand(program: Command): void {
  const command = readEnvironment(program.command('scheduler'))
    .description('run the scheduler: one Mesos framework, many Flink clusters')
    .option(
      '--mesos-master <host:port,...|zk://...>',
      'the Mesos masters, or the ZooKeeper that names them; file:///PATH of a file that holds either (default with --zk: zk://HOSTS/mesos)',
    )
    .option(
      '--zk <zk://host:port,.../path>',
      'elect a leader among several schedulers and keep state in ZooKeeper; file:///PATH of a file that holds it',
    )
    .option('--data-dir <dir>', 'where state is kept', defaultDataDir())
    .option('--cache-dir <dir>', 'where downloads and what is packed of them are kept', defaultCacheDir())
    .option('--listen <host:port>', 'where the API listens; port 0 is any free one, remembered', '127.0.0.1:8180')
    .option('--advertise-url <url>', 'how agents and browsers reach the API (default: where it listens)')
    .option('--storage <uri>', 'a place that all agents reach, for checkpoints and savepoints')
    .option(
      '--flink-version <version,...>',
      'Flinks to serve, the default one first',
      (list: string) => list.split(','),
      [],
    )
    .addOption(new Option('--flink-home <dir>', 'serve the Flink of this directory').env('FLINK_HOME'))
    .option('--framework-name <name>', 'name of the framework in Mesos', 'flink-mesos')
    .option(
      '--role <role,...>',
      'Mesos roles whose resources are used; the first is that of clusters that name none',
      parseRoles,
      '*',
    )
    .option('--group-role', 'use the role that Marathon runs this service in, instead of --role')
    .option('--vips', 'give the REST address of each cluster a virtual address of DC/OS, CLUSTER-rest:8081')
    .option(
      '--service-domain <domain>',
      'where DC/OS names tasks, such as thisdcos.directory: endpoints name theirs then',
    )
    .option('--user <user>', 'user that tasks run as (default: the one of this process)');
  addMesosClientOptions(addAccessOptions(command));
  addClusterOptions(command);
  addGivenFileOptions(command)
    .option('--start-anew', 'register a new framework when the master has removed this one (its tasks are gone then)')
    .option(
      '--uninstall',
      'end all clusters, then the framework and all state; the process stays and says how far it is',
    )
    .option('--unreachable-timeout <time>', 'how long a task may be out of contact before it is replaced', '0s')
    .addOption(
      new Option('--returning <what>', 'what becomes of a task that comes back after it was replaced')
        .choices(['kill', 'keep'])
        .default('kill'),
    )
    .option('--zk-session-timeout <time>', 'after how long without a word ZooKeeper gives up a leader', '10s')
    .option('--log-level <level>', `one of ${levels.join(', ')}`, parseLevel, 'info')
    .action((options: Options) => runScheduler(options));
}

async function runScheduler(options: Options): Promise<void> {
  keepHeapSmall();
  const { cacheDir: givenCacheDir, flinkVersion, flinkHome, logLevel, mesosMaster, ...others } = options;
  const { unreachableTimeout, zkSessionTimeout, returning, ...given } = others;
  const settings: SchedulerSettings = {
    ...given,
    ...readClusterSettings({ ...options }),
    givenFiles: await readGivenFiles(options, process.env),
    ...(mesosMaster === undefined ? {} : { mesosMasters: mesosMaster }),
    ...readDcosEnvironment(process.env, options),
    listen: parseListen(options.listen, '--listen'),
    dataDir: parsePath(options.dataDir),
    unreachableAfterMs: parseDuration(unreachableTimeout, '--unreachable-timeout', 0, 7 * 86_400_000),
    returning: returning === 'keep' ? 'keep' : 'kill',
    zkSessionTimeoutMs: parseDuration(zkSessionTimeout, '--zk-session-timeout', 1_000, 300_000),
  };
  const logger = createLogger({ level: logLevel as (typeof levels)[number] });
  const cacheDir = parsePath(givenCacheDir);
  const wish = { cacheDir, versions: flinkVersion, flinkHome };
  const obtain = (): ReturnType<typeof obtainFlinks> => obtainFlinks(wish, (line) => logger.info(line));
  const scheduler = await startScheduler(settings, {
    logger,
    onFact: logFacts(logger),
    onStandby: async (url) => {
      console.log(`flink-mesos scheduler: standby at ${url}`);
      await obtain();
    },
    obtainFlink: async (artifacts) => {
      const flinks = await obtain();
      const [first] = flinks;
      const { version } = first;
      return {
        distributions: servedDistributions(flinks, artifacts, cacheDir),
        defaultFlink: { version, source: { version } },
        driverJar: driverJarOf(first, artifacts, cacheDir),
      };
    },
  });
  console.log(`flink-mesos scheduler: API at ${scheduler.url}, Mesos master ${scheduler.mesosMasters}`);
  await runUntilEnd(scheduler.ended, () => scheduler.close());
}

/** A wrong name is refused here with its reason, not by the master for ever. */
function parseRoles(text: string): string {
  const roles = text.split(',');
  const faulty = roles.find((role) => !isRole(role));
  if (faulty !== undefined) throw new InvalidArgumentError(`"${faulty}" is no name of a role.`);
  if (new Set(roles).size < roles.length) throw new InvalidArgumentError('A role is named twice.');
  return text;
}

/** As Mesos has it: parts between slashes, none empty, ".", ".." or "*", none that begins with "-" (docs/roles.md). */
function isRole(role: string): boolean {
  return (
    role === '*' || role.split('/').every((part) => /^(?!-)[^\s\x7f/]+$/.test(part) && !['.', '..', '*'].includes(part))
  );
}

function parseLevel(text: string): string {
  if (!levels.some((level) => level === text)) throw new InvalidArgumentError(`It is none of ${levels.join(', ')}.`);
  return text;
}
