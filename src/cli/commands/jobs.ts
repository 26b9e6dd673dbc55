/** `flink-mesos jobs …`, and `flink-mesos run`, which uploads a jar and runs it. */
import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import _ from 'lodash';
import type { JarView, JobSpec, JobView } from '../../api/views.ts';
import { Problem } from '../../lib/problem.ts';
import type { ApiClient } from '../api-client.ts';
import { type ClientIo, printJson, printLine, printNote } from '../io.ts';
import {
  type ClusterOption,
  connect,
  keyValue,
  type WaitOptions,
  wholeNumber,
  withCluster,
  withWait,
} from '../options.ts';
import { renderFields, renderTable, shortInstant } from '../table.ts';
import { waitFor } from '../wait.ts';
import { addJobOperations, addJobReports } from './job-operations.ts';

interface RunOptions extends ClusterOption, WaitOptions {
  readonly entryClass?: string;
  readonly class?: string;
  readonly args?: readonly string[];
  readonly parallelism?: number;
  readonly fromSavepoint?: string;
  readonly savepoint?: string;
  readonly allowNonRestoredState?: boolean;
  readonly define?: Readonly<Record<string, string>>;
}

export function addJobCommands(program: Command, io: ClientIo): void {
  const run = program
    .command('run')
    .description('run a jar as a job: a file, which is uploaded first, or one that was uploaded before')
    .argument('<jar>', 'path of the file, or id of the jar')
    .argument('[args...]', 'arguments of the job: everything after the jar');
  withRunOptions(run).action((jar: string, args: string[], options: RunOptions) => runAny(jar, args, options, io));

  const jobs = program.command('jobs').description('Flink jobs: list, run, show, cancel, savepoints, rescale');
  const runUploaded = jobs
    .command('run')
    .description('run a jar that was uploaded before')
    .argument('<jar-id>', 'id of the jar (flink-mesos jars list)')
    .argument('[args...]', 'arguments of the job: everything after the jar');
  withRunOptions(runUploaded).action((jar: string, args: string[], options: RunOptions) =>
    submit(jar, args, options, connect(options, io), io),
  );
  withCluster(jobs.command('show').description('show one job').argument('<id>')).action(
    (id: string, options: ClusterOption) => showJob(id, options, io),
  );
  addJobReports(jobs, io, print);
  // What is typed often is there without the word "jobs" too, as the plugin of DC/OS has always had it.
  for (const parent of [jobs, program]) {
    withCluster(parent.command('list').description('list the jobs of a cluster')).action((options: ClusterOption) =>
      list(options, io),
    );
    withWait(withCluster(parent.command('cancel').description('cancel a job').argument('<id>')), 'it has ended').action(
      (id: string, options: ClusterOption & WaitOptions) => cancel(id, options, io),
    );
    addJobOperations(parent, io, print);
  }
}

/** Letters as Flink's own CLI has them. */
function withRunOptions(command: Command): Command {
  const described = command
    .passThroughOptions()
    .option('-c, --entry-class <class>', 'class with the main method (default: the one in the manifest)')
    .option('-p, --parallelism <n>', 'parallelism of the job', wholeNumber)
    .option('-s, --from-savepoint <path>', 'savepoint or retained checkpoint to start from')
    .option('-n, --allow-non-restored-state', 'skip state of the savepoint that the job has no place for')
    .option('-D, --define <key=value>', 'a Flink option of this job (may be repeated)', keyValue)
    .option('--args <text>', 'arguments of the job in one piece, separated by spaces', words)
    .addOption(new Option('--class <class>', 'the same as --entry-class').hideHelp())
    .addOption(new Option('--savepoint <path>', 'the same as --from-savepoint').hideHelp());
  return withWait(withCluster(described), 'it is RUNNING');
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

async function runAny(jar: string, args: string[], options: RunOptions, io: ClientIo): Promise<void> {
  const client = connect(options, io);
  if (!existsSync(jar) && (await isUploaded(jar, options, client))) return submit(jar, args, options, client, io);
  const uploaded = await client.uploadJar(options.cluster, jar);
  printNote(io, `uploaded ${uploaded.name} (${uploaded.bytes} bytes) as ${uploaded.id}`);
  await submit(uploaded.id, args, options, client, io);
}

async function isUploaded(id: string, { cluster }: ClusterOption, client: ApiClient): Promise<boolean> {
  const jars = await client.get<JarView[]>(`/v1/clusters/${encodeURIComponent(cluster)}/jars`);
  return jars.some((jar) => jar.id === id);
}

async function submit(
  jar: string,
  args: string[],
  options: RunOptions,
  client: ApiClient,
  io: ClientIo,
): Promise<void> {
  const submitted = await client.post<JobView>(pathOf(options.cluster), jobSpec(jar, args, options));
  const path = pathOf(options.cluster, submitted.id);
  const job = options.wait ? await waitFor(() => lookRunning(path, client), options.timeout, io) : submitted;
  print(job, options, io);
}

function jobSpec(jar: string, after: string[], options: RunOptions): JobSpec {
  const args = [...(options.args ?? []), ...after];
  const optional = {
    entryClass: options.entryClass ?? options.class,
    args: args.length === 0 ? undefined : args,
    parallelism: options.parallelism,
    savepointPath: options.fromSavepoint ?? options.savepoint,
    allowNonRestoredState: options.allowNonRestoredState,
    configuration: options.define,
  };
  return { jar, ..._.omitBy(optional, _.isUndefined) };
}

async function lookRunning(path: string, client: ApiClient) {
  const job = await client.get<JobView>(path);
  const note = `job ${job.id} is ${job.state}${job.failure === undefined ? '' : `: ${job.failure}`}`;
  if (/^(FAILED|CANCELED|CANCELLED)$/.test(job.state)) throw new Problem('FLINK_REFUSED', note);
  return job.state === 'RUNNING' || job.state === 'FINISHED' ? { done: job, note } : { note };
}

async function list(options: ClusterOption, io: ClientIo): Promise<void> {
  const jobs = await connect(options, io).get<JobView[]>(pathOf(options.cluster));
  if (options.json) printJson(io, jobs);
  else printLine(io, jobs.length === 0 ? `Cluster ${options.cluster} has no jobs.` : renderTable(columns, jobs));
}

const columns = [
  { title: 'ID', of: ({ id }: JobView) => id },
  { title: 'NAME', of: ({ name }: JobView) => name },
  { title: 'STATE', of: ({ state }: JobView) => state },
  { title: 'SINCE (UTC)', of: ({ stateSince }: JobView) => shortInstant(stateSince) },
  { title: 'RESUMED', of: ({ resumed }: JobView) => resumed },
  { title: 'MANAGED', of: ({ managed }: JobView) => (managed ? 'yes' : 'no') },
];

export async function showJob(id: string, options: ClusterOption, io: ClientIo): Promise<void> {
  print(await connect(options, io).get(pathOf(options.cluster, id)), options, io);
}

async function cancel(id: string, options: ClusterOption & WaitOptions, io: ClientIo): Promise<void> {
  const client = connect(options, io);
  const path = pathOf(options.cluster, id);
  const cancelled = await client.delete<JobView>(path);
  const job = options.wait ? await waitFor(() => lookEnded(path, client), options.timeout, io) : cancelled;
  print(job, options, io);
}

async function lookEnded(path: string, client: ApiClient) {
  const job = await client.get<JobView>(path);
  const note = `job ${job.id} is ${job.state}`;
  return /^(FAILED|CANCELED|CANCELLED|FINISHED)$/.test(job.state) ? { done: job, note } : { note };
}

function pathOf(cluster: string, id?: string): string {
  const jobs = `/v1/clusters/${encodeURIComponent(cluster)}/jobs`;
  return id === undefined ? jobs : `${jobs}/${encodeURIComponent(id)}`;
}

function print(job: JobView, options: ClusterOption, io: ClientIo): void {
  if (options.json) printJson(io, job);
  else printLine(io, describe(job));
}

function describe(job: JobView): string {
  return renderFields([
    ['id', job.id],
    ['id in Flink', job.flinkJobId],
    ['cluster', job.cluster],
    ['name', job.name],
    ['state', job.state],
    ['since', shortInstant(job.stateSince)],
    ['submitted', shortInstant(job.submittedAt)],
    ['managed', job.managed ? 'yes' : 'no: sent to Flink itself, not resumed after the loss of a JobManager'],
    ['resumed', job.resumed],
    ['parallelism', job.parallelism],
    ['last checkpoint', job.lastCheckpoint],
    ['last savepoint', job.savepoints.at(-1)?.path],
    ['operation', job.operation && `${job.operation.kind}: ${job.operation.state}`],
    ['why it failed', job.operation?.failure],
    ['failure', job.failure],
  ]);
}
