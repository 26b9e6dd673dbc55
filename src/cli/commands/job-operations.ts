/** `flink-mesos jobs savepoint|savepoints|dispose|stop|rescale`, and what Flink says of a job. */
import type { Command } from 'commander';
import _ from 'lodash';
import type { JobView, SavepointView } from '../../api/views.ts';
import { Problem } from '../../lib/problem.ts';
import type { ApiClient } from '../api-client.ts';
import { type ClientIo, printJson, printLine } from '../io.ts';
import { type ClusterOption, connect, type WaitOptions, wholeNumber, withCluster, withWait } from '../options.ts';
import { renderTable, shortInstant } from '../table.ts';
import { waitFor } from '../wait.ts';

type Options = ClusterOption & WaitOptions;

interface SavepointOptions extends Options {
  readonly directory?: string;
  readonly native?: boolean;
  readonly drain?: boolean;
}

export type PrintJob = (job: JobView, options: ClusterOption, io: ClientIo) => void;

const reports = {
  details: 'show what Flink says of a job: its vertices and their tasks',
  exceptions: 'show why a job failed or was restarted',
  checkpoints: 'show the checkpoints of a job',
} as const;

export function addJobOperations(jobs: Command, io: ClientIo, print: PrintJob): void {
  const add = (name: string, description: string) =>
    withWait(withCluster(jobs.command(name).description(description).argument('<id>')), 'it is done');

  withSavepoint(add('savepoint', 'take a savepoint of a job; it runs on')).action(
    (id: string, options: SavepointOptions) => operate(id, options, io, print, post('savepoints', options)),
  );
  withSavepoint(add('stop', 'stop a job with a savepoint'))
    .option('--drain', 'let event time come to its end first: nothing is to follow')
    .action((id: string, options: SavepointOptions) => operate(id, options, io, print, post('stop', options)));
  add('rescale', 'run a job with another parallelism')
    .alias('scale')
    .requiredOption('-p, --parallelism <n>', 'the new one', wholeNumber)
    .action((id: string, options: Options & { readonly parallelism: number }) => {
      const { parallelism } = options;
      return operate(id, options, io, print, (client, path) => client.put(`${path}/parallelism`, { parallelism }));
    });
}

export function addJobReports(jobs: Command, io: ClientIo, print: PrintJob): void {
  withCluster(jobs.command('savepoints').description('list the savepoints of a job').argument('<id>')).action(
    (id: string, options: ClusterOption) => listSavepoints(id, options, io),
  );
  withCluster(
    jobs.command('dispose').description('delete a savepoint and its files').argument('<id>').argument('<path>'),
  ).action(async (id: string, savepoint: string, options: ClusterOption) => {
    const path = `${pathOf(options.cluster, id)}/savepoints?path=${encodeURIComponent(savepoint)}`;
    print(await connect(options, io).delete<JobView>(path), options, io);
  });
  for (const [report, description] of Object.entries(reports)) {
    withCluster(jobs.command(report).description(`${description}, as JSON`).argument('<id>')).action(
      async (id: string, options: ClusterOption) =>
        printJson(io, await connect(options, io).get(`${pathOf(options.cluster, id)}/${report}`)),
    );
  }
}

function withSavepoint(command: Command): Command {
  return command
    .option('--directory <uri>', "where to (default: the cluster's place for savepoints)")
    .option('--native', "in the state backend's own format: faster, and for the same backend alone");
}

type Ask = (client: ApiClient, path: string) => Promise<JobView>;

function post(what: string, { directory, native, drain }: SavepointOptions): Ask {
  const body = _.omitBy({ directory, format: native ? 'NATIVE' : undefined, drain }, _.isUndefined);
  return (client, path) => client.post(`${path}/${what}`, body);
}

async function operate(id: string, options: Options, io: ClientIo, print: PrintJob, ask: Ask): Promise<void> {
  const client = connect(options, io);
  const path = pathOf(options.cluster, id);
  const asked = await ask(client, path);
  const job = options.wait ? await waitFor(() => lookDone(path, asked, client), options.timeout, io) : asked;
  print(job, options, io);
}

async function lookDone(path: string, asked: JobView, client: ApiClient) {
  const job = await client.get<JobView>(path);
  const { operation } = job;
  if (operation === undefined || operation.id !== asked.operation?.id) return { done: job, note: 'another followed' };
  const note = `${operation.kind} of job ${job.id}: ${operation.state}`;
  if (operation.state === 'failed')
    throw new Problem('FLINK_REFUSED', `${note}: ${operation.failure ?? 'why is unknown'}`);
  return operation.state === 'completed' ? { done: job, note } : { note };
}

async function listSavepoints(id: string, options: ClusterOption, io: ClientIo): Promise<void> {
  const found = await connect(options, io).get<SavepointView[]>(`${pathOf(options.cluster, id)}/savepoints`);
  if (options.json) printJson(io, found);
  else printLine(io, found.length === 0 ? `Job ${id} has no savepoints.` : renderTable(columns, found));
}

const columns = [
  { title: 'TAKEN (UTC)', of: ({ at }: SavepointView) => shortInstant(at) },
  { title: 'BY', of: ({ kind }: SavepointView) => kind },
  { title: 'PATH', of: ({ path }: SavepointView) => path },
];

function pathOf(cluster: string, id: string): string {
  return `/v1/clusters/${encodeURIComponent(cluster)}/jobs/${encodeURIComponent(id)}`;
}
