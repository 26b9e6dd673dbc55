/** `flink-mesos run-application`: a cluster for one program, which ends with it. */
import type { Command } from 'commander';
import _ from 'lodash';
import type { ClusterSpec, ClusterView } from '../../api/views.ts';
import { Problem } from '../../lib/problem.ts';
import type { ApiClient } from '../api-client.ts';
import { type ClientIo, printNote } from '../io.ts';
import {
  type ConnectionOptions,
  connect,
  type WaitOptions,
  wholeNumber,
  withConnection,
  withWait,
} from '../options.ts';
import { waitFor } from '../wait.ts';
import { type CreateOptions, fromOptions } from './cluster-spec.ts';
import { addSpecOptions, pathOf, print } from './clusters.ts';

interface ApplicationOptions extends CreateOptions, ConnectionOptions, WaitOptions {
  readonly cluster: string;
  readonly entryClass?: string;
  readonly parallelism?: number;
  readonly fromSavepoint?: string;
  readonly allowNonRestoredState?: boolean;
  readonly attached?: boolean;
}

type Application = NonNullable<ClusterSpec['application']>;

export function addApplicationCommand(program: Command, io: ClientIo): void {
  const command = program
    .command('run-application')
    .description('run a program in a cluster of its own, which ends with it')
    .argument('<jar>', 'a file, which is uploaded; a URI that agents fetch; or local:///PATH, which every agent has')
    .argument('[args...]', 'arguments of the program: everything after the jar')
    .passThroughOptions()
    .option('--cluster <name>', 'name of the cluster', 'default')
    .option('-c, --entry-class <class>', 'class with the main method (default: the one in the manifest)')
    .option('-p, --parallelism <n>', 'parallelism of its job', wholeNumber)
    .option('-s, --from-savepoint <path>', 'savepoint or retained checkpoint to start from')
    .option('-n, --allow-non-restored-state', 'skip state of the savepoint that the job has no place for')
    .option('--attached', 'wait until it has ended; anything but FINISHED is a failure');
  addSpecOptions(command);
  withWait(withConnection(command), 'its job runs').action((jar: string, args: string[], options: ApplicationOptions) =>
    runApplication(jar, args, options, io),
  );
}

async function runApplication(jar: string, args: string[], options: ApplicationOptions, io: ClientIo): Promise<void> {
  const client = connect(options, io);
  const application = {
    jar: await jarAt(jar, client, io),
    ..._.omitBy(
      {
        entryClass: options.entryClass,
        args: args.length === 0 ? undefined : args,
        parallelism: options.parallelism,
        savepointPath: options.fromSavepoint,
        allowNonRestoredState: options.allowNonRestoredState,
      },
      _.isUndefined,
    ),
  };
  const spec: ClusterSpec = { ...fromOptions(options.cluster, options), application };
  const created = await client.post<ClusterView>('/v1/clusters', spec);
  print(await follow(created, options, client, io), options, client, io);
}

/** `local:` is what Flink calls a file that the image has. */
async function jarAt(jar: string, client: ApiClient, io: ClientIo): Promise<Application['jar']> {
  if (jar.startsWith('local://')) return { path: jar.slice('local://'.length) };
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(jar)) return { uri: jar };
  const { id, name, bytes } = await client.uploadJar(undefined, jar);
  printNote(io, `uploaded ${name} (${bytes} bytes) as ${id}`);
  return { id };
}

async function follow(
  created: ClusterView,
  options: ApplicationOptions,
  client: ApiClient,
  io: ClientIo,
): Promise<ClusterView> {
  if (options.attached) {
    // A streaming job runs for as long as it likes.
    const cluster = await waitFor(() => look(created.name, client, hasEnded), Number.POSITIVE_INFINITY, io);
    const { state, failure = '' } = cluster.application ?? {};
    if (state === 'FINISHED') return cluster;
    throw new Problem('FLINK_REFUSED', `the application ended as ${state}${failure && `: ${failure}`}`);
  }
  return options.wait ? waitFor(() => look(created.name, client, runs), options.timeout, io) : created;
}

async function look(name: string, client: ApiClient, enough: (cluster: ClusterView) => boolean) {
  const cluster = await client.get<ClusterView>(pathOf(name));
  const { phase, application, waitingFor } = cluster;
  const note = `cluster ${name} is ${phase}, its job ${application?.state}${waitingFor === undefined ? '' : `: ${waitingFor}`}`;
  return enough(cluster) ? { done: cluster, note } : { note };
}

function runs({ phase, application }: ClusterView): boolean {
  return phase === 'ended' || application?.state === 'RUNNING';
}

function hasEnded({ phase, waitingFor }: ClusterView): boolean {
  return phase === 'ended' && waitingFor === undefined;
}
