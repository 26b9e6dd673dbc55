/** `flink-mesos clusters …` */
import { type Command, Option } from 'commander';
import type { ClusterView, EndpointView } from '../../api/views.ts';
import { Problem } from '../../lib/problem.ts';
import type { ApiClient } from '../api-client.ts';
import { type ClientIo, printJson, printLine } from '../io.ts';
import {
  type ConnectionOptions,
  connect,
  keyValue,
  positiveNumber,
  several,
  type WaitOptions,
  wholeNumber,
  withConnection,
  withWait,
} from '../options.ts';
import { renderFields, renderTable, shortInstant } from '../table.ts';
import { waitFor } from '../wait.ts';
import { type CreateOptions, clusterSpec, constraint, elasticRange, resource, volume } from './cluster-spec.ts';
import { addUpdateCommands } from './cluster-updates.ts';

export function addClusterCommands(program: Command, io: ClientIo): void {
  const clusters = program
    .command('clusters')
    .description('Flink clusters: list, create, show, endpoints, scale, update, revisions, rollback, delete');
  withConnection(clusters.command('list').description('list all clusters')).action((options: ConnectionOptions) =>
    list(options, io),
  );
  withConnection(
    clusters.command('show').description('show one cluster').argument('[name]', 'its name', 'default'),
  ).action((name: string, options: ConnectionOptions) => show(name, options, io));
  withConnection(
    clusters
      .command('endpoints')
      .description('where the ports of its processes are reached')
      .argument('[name]', 'its name', 'default'),
  ).action((name: string, options: ConnectionOptions) => endpoints(name, options, io));
  addCreate(clusters, io);
  addUpdateCommands(clusters, { io, pathOf, addSpecOptions, print });
  withWait(
    withConnection(
      clusters
        .command('scale')
        .description('give a cluster another number of TaskManagers')
        .argument('[name]', 'its name', 'default')
        .requiredOption('--task-managers <n>', 'how many', wholeNumber),
    ),
    'it has them',
  ).action((name: string, options: ScaleOptions) => scale(name, options, io));
  withWait(
    withConnection(
      clusters
        .command('delete')
        .description('delete a cluster and end its tasks')
        .argument('[name]', 'its name', 'default'),
    ),
    'it is gone',
  ).action((name: string, options: ConnectionOptions & WaitOptions) => remove(name, options, io));
}

function addCreate(clusters: Command, io: ClientIo): void {
  const command = clusters
    .command('create')
    .description('create a cluster; what is left out gets the default of the scheduler')
    .argument('[name]', 'its name (default: the one in the file, or "default")')
    .option('--file <file>', 'a specification as JSON ("-" for standard input), instead of the options below')
    .option('--task-managers <n>', 'number of TaskManagers', wholeNumber);
  addSpecOptions(command);
  withWait(withConnection(command), 'it runs').action(
    (name: string | undefined, options: CreateOptions & ConnectionOptions & WaitOptions) => create(name, options, io),
  );
}

/** What any cluster may be given, whatever it runs. */
export function addSpecOptions(command: Command): void {
  command
    .option('--elastic <min:max[:spare]>', 'as many TaskManagers as jobs need, within these bounds', elasticRange)
    .option(
      '--standby-job-managers <n>',
      'JobManagers that wait on other agents to take over, by ZooKeeper',
      wholeNumber,
    )
    .option('--slots <n>', 'task slots of a TaskManager', wholeNumber)
    .option('--cpus <n>', 'cpus of a TaskManager', positiveNumber)
    .option('--memory <MiB>', 'memory of the whole TaskManager process', wholeNumber)
    .option('--job-manager-cpus <n>', 'cpus of the JobManager', positiveNumber)
    .option('--job-manager-memory <MiB>', 'memory of the whole JobManager process', wholeNumber)
    .option('--flink-version <version>', 'for example 2.3.0')
    .option('--internal-tls', 'its processes speak TLS with each other, by a key that is made for it')
    .option('-D, --define <key=value>', 'a Flink option (may be repeated)', keyValue)
    .option('-e, --environment <key=value>', 'an environment variable of every process (may be repeated)', keyValue);
  addPlacementOptions(command);
}

/** Those that may be repeated collect what they are given. */
function addPlacementOptions(command: Command): void {
  const form = '<field:operator[:value]>';
  command
    .option(
      `--constraint ${form}`,
      'where a TaskManager may run, as in hostname:MAX_PER:2 (may be repeated)',
      constraint,
    )
    .option(`--prefer ${form}`, 'where it would rather run (may be repeated)', constraint)
    .option(`--job-manager-constraint ${form}`, 'where the JobManager may run (may be repeated)', constraint)
    .option(`--job-manager-prefer ${form}`, 'where it would rather run (may be repeated)', constraint)
    .option(
      '--spread-over <field>',
      'TaskManagers in equal numbers over its values, as in @zone (may be repeated)',
      several,
    )
    .option('--away-from <cluster>', 'a cluster with which it shares no agent (may be repeated)', several)
    .option('--exclusive', 'share agents with no other cluster')
    .addOption(
      new Option('--fitness <fitness>', 'the fullest agent that has room, or the emptiest').choices(['pack', 'spread']),
    )
    .option('--role <role>', 'the Mesos role whose resources it takes')
    .option('--priority <n>', 'a higher one is served first (default: 0)', wholeNumber)
    .option('--weight <n>', 'share among clusters of its priority (default: 1)', positiveNumber)
    .option('--limit-cpus <n>', 'what all its processes together may hold', positiveNumber)
    .option('--limit-memory <MiB>', 'what all its processes together may hold', wholeNumber)
    .option('--limit-tasks <n>', 'how many processes it may have', wholeNumber)
    .option('--guarantee-cpus <n>', 'until it holds them it comes before others of its priority', positiveNumber)
    .option('--guarantee-memory <MiB>', 'until it holds it it comes before others of its priority', wholeNumber)
    .option('--guarantee-tasks <n>', 'until it has so many processes it comes before others', wholeNumber)
    .option('--together', 'launch the TaskManagers that wait at the same time all or none')
    .option('--resource <name=amount>', 'of a TaskManager: gpus=1, or another scalar (may be repeated)', resource)
    .option('--keep-places', 'reserve what a TaskManager has, for the one that comes after it')
    .option(
      '--local-recovery [directory]',
      'state of a lost TaskManager is found again on its agent: in this directory of the agents, or in the volume',
    )
    .option('--volume <MiB[:path]>', 'the same, with a persistent volume in its sandbox', volume);
}

async function list(options: ConnectionOptions, io: ClientIo): Promise<void> {
  const clusters = await connect(options, io).get<ClusterView[]>('/v1/clusters');
  if (options.json) printJson(io, clusters);
  else printLine(io, clusters.length === 0 ? 'There is no cluster.' : renderTable(columns, clusters));
}

const columns = [
  { title: 'NAME', of: ({ name }: ClusterView) => name },
  { title: 'PHASE', of: phaseWords },
  { title: 'FLINK', of: ({ flinkVersion }: ClusterView) => flinkVersion },
  { title: 'TASKMANAGERS', of: ({ taskManagers: { registered, wanted } }: ClusterView) => `${registered}/${wanted}` },
  { title: 'FREE SLOTS', of: ({ slots: { free, total } }: ClusterView) => `${free}/${total}` },
  { title: 'RUNNING JOBS', of: ({ jobs: { running, all } }: ClusterView) => `${running}/${all}` },
  { title: 'WAITING FOR', of: ({ waitingFor }: ClusterView) => waitingFor },
];

async function show(name: string, options: ConnectionOptions, io: ClientIo): Promise<void> {
  const client = connect(options, io);
  print(await client.get(pathOf(name)), options, client, io);
}

async function endpoints(name: string, options: ConnectionOptions, io: ClientIo): Promise<void> {
  const found = await connect(options, io).get<EndpointView[]>(`${pathOf(name)}/endpoints`);
  if (options.json) printJson(io, found);
  else printLine(io, found.length === 0 ? 'No process of it runs.' : renderTable(endpointColumns, found));
}

const endpointColumns = [
  { title: 'PORT', of: ({ name }: EndpointView) => name },
  { title: 'PART', of: ({ part }: EndpointView) => part },
  { title: 'ADDRESS', of: ({ hostname, port }: EndpointView) => `${hostname}:${port}` },
  { title: 'VIP', of: ({ vip }: EndpointView) => vip },
  { title: 'TASK', of: ({ task }: EndpointView) => task },
];

async function create(
  name: string | undefined,
  options: CreateOptions & ConnectionOptions & WaitOptions,
  io: ClientIo,
): Promise<void> {
  const client = connect(options, io);
  const created = await client.post<ClusterView>('/v1/clusters', await clusterSpec(name, options, io));
  const cluster = options.wait ? await waitFor(() => lookRunning(created.name, client), options.timeout, io) : created;
  print(cluster, options, client, io);
}

type ScaleOptions = ConnectionOptions & WaitOptions & { readonly taskManagers: number };

async function scale(name: string, options: ScaleOptions, io: ClientIo): Promise<void> {
  const client = connect(options, io);
  const { taskManagers: count } = options;
  const scaled = await client.put<ClusterView>(`${pathOf(name)}/task-managers`, { count });
  print(
    options.wait ? await waitFor(() => lookScaled(name, count, client), options.timeout, io) : scaled,
    options,
    client,
    io,
  );
}

async function lookScaled(name: string, count: number, client: ApiClient) {
  const cluster = await client.get<ClusterView>(pathOf(name));
  const { registered } = cluster.taskManagers;
  const note = `cluster ${name} has ${registered} of ${count} TaskManagers`;
  return registered === count ? { done: cluster, note } : { note };
}

async function lookRunning(name: string, client: ApiClient) {
  const cluster = await client.get<ClusterView>(pathOf(name));
  const why = cluster.waitingFor === undefined ? '' : `: ${cluster.waitingFor}`;
  const note = `cluster ${name} is ${cluster.phase}${why}`;
  if (cluster.phase === 'deleting') throw new Problem('CONFLICT', note);
  return cluster.phase === 'running' || cluster.phase === 'ended' ? { done: cluster, note } : { note };
}

async function remove(name: string, options: ConnectionOptions & WaitOptions, io: ClientIo): Promise<void> {
  const client = connect(options, io);
  const cluster = await client.delete<ClusterView>(pathOf(name));
  if (options.wait) await waitFor(() => lookGone(name, client), options.timeout, io);
  if (options.json) printJson(io, cluster);
  else printLine(io, options.wait ? `Cluster ${name} is gone.` : `Cluster ${name} is being deleted.`);
}

async function lookGone(name: string, client: ApiClient) {
  try {
    const { phase, waitingFor } = await client.get<ClusterView>(pathOf(name));
    return { note: `cluster ${name} is ${phase}${waitingFor === undefined ? '' : `: ${waitingFor}`}` };
  } catch (error) {
    if (error instanceof Problem && error.code === 'NOT_FOUND') return { done: true, note: 'gone' };
    throw error;
  }
}

export function pathOf(name: string): string {
  return `/v1/clusters/${encodeURIComponent(name)}`;
}

export function print(cluster: ClusterView, options: ConnectionOptions, client: ApiClient, io: ClientIo): void {
  if (options.json) printJson(io, cluster);
  else printLine(io, describe(cluster, client.url));
}

function describe(cluster: ClusterView, url: string): string {
  const { spec, taskManagers, slots, jobs } = cluster;
  return renderFields([
    ['name', cluster.name],
    ['phase', phaseWords(cluster)],
    ['why it failed', cluster.application?.failure],
    ['since', cluster.phase === 'ended' ? shortInstant(cluster.application?.stateSince ?? '') : undefined],
    ['savepoint', cluster.application?.savepointPath],
    ['application', cluster.application && `job ${cluster.application.job} ${cluster.application.state}`],
    ['waiting for', cluster.waitingFor],
    ['update', cluster.update && updateWords(cluster.update)],
    ['Flink', cluster.flinkVersion],
    ['created', shortInstant(cluster.createdAt)],
    ['revision', cluster.revision > 1 ? String(cluster.revision) : undefined],
    ['JobManager', cluster.jobManager && `${cluster.jobManager.taskId} ${cluster.jobManager.state}`],
    ['TaskManagers', `${taskManagers.registered} of ${taskManagers.wanted} registered`],
    ['slots', `${slots.free} of ${slots.total} free`],
    ['jobs', `${jobs.running} of ${jobs.all} running`],
    ['JobManager size', `${spec.jobManager.cpus} cpus, ${spec.jobManager.memoryMiB} MiB`],
    [
      'TaskManager size',
      `${spec.taskManager.cpus} cpus, ${spec.taskManager.memoryMiB} MiB, ${spec.taskManager.slots} slots`,
    ],
    ['JobManager constraints', constraintWords(spec.jobManager)],
    ['TaskManager constraints', constraintWords(spec.taskManager)],
    ['placement', spec.placement && JSON.stringify(spec.placement)],
    ...Object.entries(spec.configuration).map(([key, value]) => [`-D ${key}`, value] as const),
    ['Flink UI', `${url}${pathOf(cluster.name)}/flink/`],
  ]);
}

function updateWords({ outdated, jobs, held, failure }: NonNullable<ClusterView['update']>): string {
  const how = held ? ', held up by an operator' : '';
  const why = failure === undefined ? '' : `: ${failure}`;
  return `${outdated} processes to be replaced, jobs go on from a ${jobs}${how}${why}`;
}

/** How the application of one that has ended came to its end. */
function phaseWords({ phase, application }: ClusterView): string {
  return phase === 'ended' && application !== undefined ? `${phase}: ${application.state}` : phase;
}

function constraintWords({ constraints = [], preferences = [] }: ClusterView['spec']['jobManager']): string {
  return [
    ...constraints.map((each) => each.join(' ')),
    ...preferences.map((each) => `${each.join(' ')} (preferred)`),
  ].join(', ');
}
