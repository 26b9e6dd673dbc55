/** `flink-mesos jars …` */
import type { Command } from 'commander';
import type { JarView } from '../../api/views.ts';
import { type ClientIo, printJson, printLine } from '../io.ts';
import { type ClusterOption, connect, withCluster } from '../options.ts';
import { renderTable, shortInstant } from '../table.ts';

export function addJarCommands(program: Command, io: ClientIo): void {
  const jars = program.command('jars').description('jars of a cluster: upload, list');
  for (const parent of [jars, program]) {
    withCluster(parent.command('upload').description('upload a jar').argument('<jar>', 'path of the file')).action(
      (file: string, options: ClusterOption) => upload(file, options, io),
    );
  }
  withCluster(jars.command('list', { isDefault: true }).description('list the jars of a cluster')).action(
    (options: ClusterOption) => list(options, io),
  );
}

async function upload(file: string, options: ClusterOption, io: ClientIo): Promise<void> {
  const jar = await connect(options, io).uploadJar(options.cluster, file);
  if (options.json) printJson(io, jar);
  else printLine(io, renderTable(columns, [jar]));
}

async function list(options: ClusterOption, io: ClientIo): Promise<void> {
  const path = `/v1/clusters/${encodeURIComponent(options.cluster)}/jars`;
  const jars = await connect(options, io).get<JarView[]>(path);
  if (options.json) printJson(io, jars);
  else printLine(io, jars.length === 0 ? `Cluster ${options.cluster} has no jars.` : renderTable(columns, jars));
}

const columns = [
  { title: 'ID', of: ({ id }: JarView) => id },
  { title: 'NAME', of: ({ name }: JarView) => name },
  { title: 'BYTES', of: ({ bytes }: JarView) => bytes },
  { title: 'UPLOADED (UTC)', of: ({ uploadedAt }: JarView) => shortInstant(uploadedAt) },
];
