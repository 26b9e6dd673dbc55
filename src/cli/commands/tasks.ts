/** `flink-mesos tasks …` */
import type { Command } from 'commander';
import type { TaskView } from '../../api/views.ts';
import { type ClientIo, printJson, printLine } from '../io.ts';
import { type ClusterOption, type ConnectionOptions, connect, withCluster, withConnection } from '../options.ts';
import { renderFields, renderTable, shortInstant } from '../table.ts';
import { addTaskFileCommands } from './task-files.ts';

export function addTaskCommands(program: Command, io: ClientIo): void {
  const tasks = program.command('tasks').description('Mesos tasks: list, show, restart, replace, their files');
  withCluster(
    tasks.command('list').description('list the tasks of a cluster').option('--all', 'the tasks of all clusters'),
  ).action((options: ListOptions) => list(options, io));
  withConnection(tasks.command('show').description('show one task').argument('<id>')).action(
    (id: string, options: ConnectionOptions) => show(id, options, io),
  );
  withConnection(
    tasks.command('restart').description('end a task, so that another one takes its place').argument('<id>'),
  ).action((id: string, options: ConnectionOptions) => restart(id, options, io));
  withConnection(
    tasks
      .command('replace')
      .description('end a task and give up its place, so that the next one goes elsewhere')
      .argument('<id>'),
  ).action((id: string, options: ConnectionOptions) => replace(id, options, io));
  addTaskFileCommands(tasks, io);
  withCluster(program.command('taskmanagers').description('list the TaskManagers of a cluster')).action(
    (options: ClusterOption) => list({ ...options, part: 'taskmanager' }, io),
  );
}

interface ListOptions extends ClusterOption {
  readonly all?: boolean;
  readonly part?: string;
}

async function list(options: ListOptions, io: ClientIo): Promise<void> {
  const path = options.all ? '/v1/tasks' : `/v1/clusters/${encodeURIComponent(options.cluster)}/tasks`;
  const found = await connect(options, io).get<TaskView[]>(path);
  const tasks = found.filter(
    ({ part, phase }) => options.part === undefined || (part === options.part && phase !== 'ended'),
  );
  if (options.json) printJson(io, tasks);
  else printLine(io, tasks.length === 0 ? 'There are no tasks.' : renderTable(columns, tasks));
}

const columns = [
  { title: 'ID', of: ({ id }: TaskView) => id },
  { title: 'CLUSTER', of: ({ cluster }: TaskView) => cluster },
  { title: 'PART', of: ({ part }: TaskView) => part },
  { title: 'STATE', of: ({ state }: TaskView) => state },
  { title: 'HOST', of: ({ hostname }: TaskView) => hostname },
  { title: 'PORTS', of: ({ ports }: TaskView) => portsOf(ports) },
  { title: 'WHY', of: ({ whyWaiting, message, reason }: TaskView) => whyWaiting ?? message ?? reason },
];

async function show(id: string, options: ConnectionOptions, io: ClientIo): Promise<void> {
  const task = await connect(options, io).get<TaskView>(`/v1/tasks/${encodeURIComponent(id)}`);
  if (options.json) printJson(io, task);
  else printLine(io, describe(task));
}

async function restart(id: string, options: ConnectionOptions, io: ClientIo): Promise<void> {
  const task = await connect(options, io).post<TaskView>(`/v1/tasks/${encodeURIComponent(id)}/restart`);
  if (options.json) printJson(io, task);
  else printLine(io, `Task ${task.id} is being ended; another one takes its place.`);
}

async function replace(id: string, options: ConnectionOptions, io: ClientIo): Promise<void> {
  const task = await connect(options, io).post<TaskView>(`/v1/tasks/${encodeURIComponent(id)}/replace`);
  if (options.json) printJson(io, task);
  else printLine(io, `Task ${task.id} is being ended; another one takes its part, elsewhere where it can.`);
}

function describe(task: TaskView): string {
  const { cpus, memMiB, diskMiB } = task.resources;
  return renderFields([
    ['id', task.id],
    ['cluster', task.cluster],
    ['part', task.part],
    ['state', task.state],
    ['requested', shortInstant(task.requestedAt)],
    ['launched', shortInstant(task.launchedAt)],
    ['running since', shortInstant(task.runningAt)],
    ['ended', shortInstant(task.endedAt)],
    ['agent', task.agentId],
    ['host', task.hostname],
    ['ports', portsOf(task.ports)],
    ['resources', `${cpus} cpus, ${memMiB} MiB memory, ${diskMiB} MiB disk`],
    ['waits because', task.whyWaiting],
    ['reason', task.reason],
    ['message', task.message],
  ]);
}

function portsOf(ports: TaskView['ports']): string {
  return Object.entries(ports ?? {})
    .map(([name, port]) => `${name}:${port}`)
    .join(' ');
}
