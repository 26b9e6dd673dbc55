/** `flink-mesos clusters update|revisions|rollback`: another specification of a cluster that runs, and the way back. */
import { type Command, Option } from 'commander';
import _ from 'lodash';
import type { ClusterSpec, ClusterView, RevisionView } from '../../api/views.ts';
import { overlay } from '../../lib/overlay.ts';
import { Problem } from '../../lib/problem.ts';
import type { ApiClient } from '../api-client.ts';
import { type ClientIo, printJson, printLine } from '../io.ts';
import {
  type ConnectionOptions,
  connect,
  type WaitOptions,
  wholeNumber,
  withConnection,
  withWait,
} from '../options.ts';
import { renderTable, shortInstant } from '../table.ts';
import { waitFor } from '../wait.ts';
import { type CreateOptions, clusterSpec } from './cluster-spec.ts';

type UpdateOptions = ConnectionOptions & WaitOptions & { readonly jobs?: 'checkpoint' | 'savepoint' };

export interface UpdateParts {
  readonly io: ClientIo;
  readonly pathOf: (cluster: string) => string;
  readonly addSpecOptions: (command: Command) => void;
  readonly print: (cluster: ClusterView, options: ConnectionOptions, client: ApiClient, io: ClientIo) => void;
}

export function addUpdateCommands(clusters: Command, parts: UpdateParts): void {
  const { io, pathOf } = parts;
  const command = clusters
    .command('update')
    .description(
      'change the specification of a cluster; what is not named stays, and processes are replaced as far as need be',
    )
    .argument('[name]', 'its name', 'default')
    .option('--file <file>', 'the whole specification as JSON ("-" for standard input), instead of the options below')
    .option('--task-managers <n>', 'number of TaskManagers', wholeNumber);
  parts.addSpecOptions(command);
  withUpdate(command).action(async (name: string, options: CreateOptions & UpdateOptions) => {
    const client = connect(options, io);
    const path = pathOf(name);
    const wished = await clusterSpec(name, options, io);
    const spec = options.file === undefined ? await changed(path, wished, client) : wished;
    await finish(name, await client.put<ClusterView>(`${path}${queryOf(options)}`, spec), options, client, parts);
  });
  withConnection(
    clusters
      .command('revisions')
      .description('the specifications that a cluster has had')
      .argument('[name]', 'its name', 'default'),
  ).action((name: string, options: ConnectionOptions) => revisions(name, options, parts));
  withUpdate(
    clusters
      .command('rollback')
      .description('bring a cluster back to an earlier specification')
      .argument('[name]', 'its name', 'default')
      .option('--to <revision>', 'which one (default: the one before the present one)', wholeNumber),
  ).action((name: string, options: UpdateOptions & { readonly to?: number }) => rollback(name, options, parts));
}

async function changed(path: string, wished: unknown, client: ApiClient): Promise<object> {
  const { spec } = await client.get<ClusterView>(path);
  return overlay(spec, wished as ClusterSpec, ['flink', 'taskManagers']);
}

function withUpdate(command: Command): Command {
  return withWait(
    withConnection(
      command.addOption(
        new Option('--jobs <from>', 'what jobs go on from whose JobManager is replaced').choices([
          'checkpoint',
          'savepoint',
        ]),
      ),
    ),
    'all processes follow it',
  );
}

async function revisions(name: string, options: ConnectionOptions, { io, pathOf }: UpdateParts): Promise<void> {
  const all = await connect(options, io).get<RevisionView[]>(`${pathOf(name)}/revisions`);
  if (options.json) printJson(io, all);
  else
    printLine(
      io,
      renderTable(
        columns,
        all.map((each, at) => ({ ...each, before: all[at - 1]?.spec })),
      ),
    );
}

type Row = RevisionView & { readonly before: RevisionView['spec'] | undefined };

const columns = [
  { title: 'REVISION', of: ({ revision }: Row) => String(revision) },
  { title: 'SINCE', of: ({ at }: Row) => shortInstant(at) },
  { title: '', of: ({ present }: Row) => (present ? 'present' : '') },
  {
    title: 'CHANGED',
    of: ({ spec, before }: Row) => (before === undefined ? '' : differences(before, spec).join(', ')),
  },
];

/** The fields that differ, as the specification names them. */
function differences(before: object, after: object, within = ''): string[] {
  return _.union(Object.keys(before), Object.keys(after)).flatMap((key) => {
    const [old, now] = [_.get(before, [key]), _.get(after, [key])];
    if (_.isEqual(old, now)) return [];
    if (_.isPlainObject(old) && _.isPlainObject(now)) return differences(old, now, `${within}${key}.`);
    return [`${within}${key}`];
  });
}

async function rollback(
  name: string,
  options: UpdateOptions & { readonly to?: number },
  parts: UpdateParts,
): Promise<void> {
  const client = connect(options, parts.io);
  const path = parts.pathOf(name);
  const to = options.to ?? before(name, await client.get<RevisionView[]>(`${path}/revisions`));
  const cluster = await client.post<ClusterView>(`${path}/revisions/${to}/restore${queryOf(options)}`);
  await finish(name, cluster, options, client, parts);
}

function before(name: string, all: readonly RevisionView[]): number {
  const found = all.at(-2)?.revision;
  if (found === undefined) throw new Problem('CONFLICT', `cluster ${name} has had no other specification`);
  return found;
}

async function finish(
  name: string,
  cluster: ClusterView,
  options: UpdateOptions,
  client: ApiClient,
  { io, pathOf, print }: UpdateParts,
): Promise<void> {
  const look = async () => {
    const seen = await client.get<ClusterView>(pathOf(name));
    const { update, phase, waitingFor } = seen;
    const left = update === undefined ? phase : `${update.outdated} processes to be replaced`;
    const why = update?.failure ?? (waitingFor === undefined ? '' : `waiting for ${waitingFor}`);
    const note = `cluster ${name}, revision ${seen.revision}: ${left}${why === '' ? '' : `: ${why}`}`;
    if (phase === 'deleting') throw new Problem('CONFLICT', note);
    return update === undefined && (phase === 'running' || phase === 'ended') ? { done: seen, note } : { note };
  };
  print(options.wait ? await waitFor(look, options.timeout, io) : cluster, options, client, io);
}

function queryOf({ jobs }: UpdateOptions): string {
  return jobs === undefined ? '' : `?jobs=${jobs}`;
}
