/** `flink-mesos tasks files`, `tasks log`: what lies in a task's sandbox, and what its process writes. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import type { ClusterView, SandboxFileView, SandboxListView, SandboxPieceView } from '../../api/views.ts';
import { Problem } from '../../lib/problem.ts';
import { type ClientIo, printJson, printLine, printNote } from '../io.ts';
import { type ClusterOption, type ConnectionOptions, connect, withCluster, withConnection } from '../options.ts';
import { renderTable, shortInstant } from '../table.ts';

interface LogOptions extends ConnectionOptions {
  readonly file: string;
  readonly all?: boolean;
  readonly follow?: boolean;
}

const pollMs = 1_000;
/** What is shown of a long file without --all. */
const tailBytes = 16_384;

export function addTaskFileCommands(tasks: Command, io: ClientIo): void {
  withConnection(
    tasks
      .command('files')
      .description("list what lies in a task's sandbox")
      .argument('<id>')
      .argument('[path]', 'a directory in it', ''),
  ).action((id: string, path: string, options: ConnectionOptions) => list(id, path, options, io));
  withConnection(
    withLogOptions(tasks.command('log').description('print the end of what a task wrote').argument('<id>')),
  ).action((id: string, options: LogOptions) => log(id, options, io));
}

/** The same for a cluster, whose JobManager is meant where no task is named. */
export function addLogCommand(program: Command, io: ClientIo): void {
  const command = program
    .command('log')
    .description('print the end of the log of a cluster')
    .argument('[task]', 'one of its tasks (default: the JobManager)');
  withCluster(withLogOptions(command)).action(async (task: string | undefined, options: LogOptions & ClusterOption) =>
    log(task ?? (await jobManagerOf(options, io)), options, io),
  );
}

function withLogOptions(command: Command): Command {
  return command
    .option('--file <path>', 'another file of its sandbox: stderr, log/jobmanager.log', 'stdout')
    .option('--all', 'from its beginning')
    .option('-f, --follow', 'go on as it grows, until interrupted');
}

async function jobManagerOf(options: ClusterOption, io: ClientIo): Promise<string> {
  const path = `/v1/clusters/${encodeURIComponent(options.cluster)}`;
  const { jobManager, name } = await connect(options, io).get<ClusterView>(path);
  if (jobManager !== undefined) return jobManager.taskId;
  throw new Problem('NOT_READY', `cluster ${name} has no JobManager at present`);
}

function filesOf(id: string): string {
  return `/v1/tasks/${encodeURIComponent(id)}/files`;
}

async function list(id: string, path: string, options: ConnectionOptions, io: ClientIo): Promise<void> {
  const listed = await connect(options, io).get<SandboxListView>(`${filesOf(id)}?path=${encodeURIComponent(path)}`);
  if (options.json) return printJson(io, listed);
  printLine(io, listed.files.length === 0 ? 'There is no file.' : renderTable(columns, listed.files));
  if (listed.more > 0) printNote(io, `and ${listed.more} more`);
}

const columns = [
  { title: 'FILE', of: ({ path, directory }: SandboxFileView) => (directory ? `${path}/` : path) },
  { title: 'BYTES', of: ({ bytes, directory }: SandboxFileView) => (directory ? undefined : bytes) },
  { title: 'CHANGED', of: ({ modifiedAt }: SandboxFileView) => shortInstant(modifiedAt) },
];

async function log(id: string, { file, all, follow, ...options }: LogOptions, io: ClientIo): Promise<void> {
  const client = connect(options, io);
  let offset = all ? 0 : -tailBytes;
  while (!io.signal?.aborted) {
    const query = `path=${encodeURIComponent(file)}&offset=${offset}`;
    const piece = await client.get<SandboxPieceView>(`${filesOf(id)}/text?${query}`);
    if (piece.text !== '') io.stdout.write(piece.text);
    // A file that became shorter was begun anew.
    offset = piece.size < piece.offset ? 0 : piece.next;
    if (piece.next < piece.size && piece.text !== '') continue;
    if (!follow) return;
    await delay(pollMs, undefined, io.signal === undefined ? {} : { signal: io.signal }).catch(() => undefined);
  }
}
