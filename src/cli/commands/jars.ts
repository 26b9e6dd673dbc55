/** `flink-mesos jars …` */
import type { Command } from 'commander';
import type { JarView } from '../../api/views.ts';
import { type ClientIo, printJson, printLine } from '../io.ts';
import { type ClusterOption, type ConnectionOptions, connect, withCluster, withConnection } from '../options.ts';
import { renderTable, shortInstant } from '../table.ts';

export function addJarCommands(program: Command, io: ClientIo): void {
  const jars = program
    .command('jars')
    .description('jars of a cluster, or for application clusters: upload, list, forget');
  for (const parent of [jars, program]) {
    withShared(parent.command('upload').description('upload a jar').argument('<jar>', 'path of the file')).action(
      (file: string, options: JarOptions) => upload(file, options, io),
    );
  }
  withShared(jars.command('list', { isDefault: true }).description('list the jars of a cluster')).action(
    (options: JarOptions) => list(options, io),
  );
  withConnection(
    jars.command('forget').description('forget a jar that is meant for all clusters').argument('<jar-id>', 'its id'),
  ).action((id: string, options: ConnectionOptions) => forget(id, options, io));
}

interface JarOptions extends ClusterOption {
  readonly shared?: boolean;
}

function withShared(command: Command): Command {
  return withCluster(command).option('--shared', 'those that are meant for application clusters and for all others');
}

async function upload(file: string, options: JarOptions, io: ClientIo): Promise<void> {
  const jar = await connect(options, io).uploadJar(options.shared ? undefined : options.cluster, file);
  if (options.json) printJson(io, jar);
  else printLine(io, renderTable(columns, [jar]));
}

async function list(options: JarOptions, io: ClientIo): Promise<void> {
  const path = options.shared ? '/v1/jars' : `/v1/clusters/${encodeURIComponent(options.cluster)}/jars`;
  const none = options.shared ? 'There are no jars.' : `Cluster ${options.cluster} has no jars.`;
  const jars = await connect(options, io).get<JarView[]>(path);
  if (options.json) printJson(io, jars);
  else printLine(io, jars.length === 0 ? none : renderTable(columns, jars));
}

async function forget(id: string, options: ConnectionOptions, io: ClientIo): Promise<void> {
  const jar = await connect(options, io).delete<JarView>(`/v1/jars/${encodeURIComponent(id)}`);
  if (options.json) printJson(io, jar);
  else printLine(io, `Jar ${jar.id} is forgotten.`);
}

const columns = [
  { title: 'ID', of: ({ id }: JarView) => id },
  { title: 'NAME', of: ({ name }: JarView) => name },
  { title: 'BYTES', of: ({ bytes }: JarView) => bytes },
  { title: 'UPLOADED (UTC)', of: ({ uploadedAt }: JarView) => shortInstant(uploadedAt) },
];
