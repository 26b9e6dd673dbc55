/** `endpoints`, `pod …`, `debug …`: what people of DC/OS ask every service, in the words that they know. */
import type { Command } from 'commander';
import { type ClientIo, printJson, printLine } from '../io.ts';
import { type ConnectionOptions, connect, withConnection } from '../options.ts';
import { renderFields, renderTable } from '../table.ts';
import { addPlanCommands } from './plans.ts';

interface Endpoint {
  readonly dns?: readonly string[];
  readonly address?: readonly string[];
  readonly vip?: string;
}

interface PodTask {
  readonly id?: string;
  readonly name: string;
  readonly status: string;
}

interface Pod {
  readonly name: string;
  readonly tasks: readonly PodTask[];
}

interface PodType {
  readonly name: string;
  readonly instances: readonly Pod[];
}

export function addOperatorCommands(program: Command, io: ClientIo): void {
  addPlanCommands(program, io);
  withConnection(
    program.command('endpoints').description('addresses within the cluster').argument('[name]', 'one of them'),
  ).action((name: string | undefined, options: ConnectionOptions) => endpoints(name, options, io));
  addPodCommands(program, io);
  addDebugCommands(program, io);
}

async function endpoints(name: string | undefined, options: ConnectionOptions, io: ClientIo): Promise<void> {
  const client = connect(options, io);
  if (name === undefined) return printNames(await client.get<string[]>('/v1/endpoints'), options, io);
  const endpoint = await client.get<Endpoint>(`/v1/endpoints/${encodeURIComponent(name)}`);
  if (options.json) return printJson(io, endpoint);
  const { dns = [], address = [], vip } = endpoint;
  printLine(
    io,
    renderFields([
      ['address', address.join(' ')],
      ['DNS', dns.join(' ')],
      ['VIP', vip],
    ]),
  );
}

const podActs = {
  restart: ['end its task; the next one takes its place', 'is being ended; another task takes its place'],
  replace: ['the same, on another agent', 'is being ended; another task takes its place elsewhere'],
  pause: ['end its task; nobody takes its place until it is resumed', 'is paused'],
  resume: ['launch what was paused', 'is resumed'],
} as const;

function addPodCommands(program: Command, io: ClientIo): void {
  const pod = program.command('pod').description('JobManagers and TaskManagers by names that outlive their tasks');
  withConnection(pod.command('list').description('list them')).action(async (options: ConnectionOptions) =>
    printNames(await connect(options, io).get<string[]>('/v1/pod'), options, io),
  );
  withConnection(pod.command('status').description('how they stand').argument('[pod]', 'one of them')).action(
    (name: string | undefined, options: ConnectionOptions) => podStatus(name, options, io),
  );
  withConnection(pod.command('info').description('what runs there, as JSON').argument('<pod>')).action(
    async (name: string, options: ConnectionOptions) =>
      printJson(io, await connect(options, io).get(`${podPath(name)}/info`)),
  );
  for (const act of ['restart', 'replace', 'pause', 'resume'] as const) addPodAct(pod, act, io);
}

function addPodAct(parent: Command, act: keyof typeof podActs, io: ClientIo): void {
  const [description, done] = podActs[act];
  withConnection(parent.command(act).description(description).argument('<pod>')).action(
    async (name: string, options: ConnectionOptions) => {
      const answer = await connect(options, io).post<{ pod: string }>(`${podPath(name)}/${act}`);
      if (options.json) printJson(io, answer);
      else printLine(io, `Pod ${answer.pod} ${done}.`);
    },
  );
}

async function podStatus(name: string | undefined, options: ConnectionOptions, io: ClientIo): Promise<void> {
  const client = connect(options, io);
  if (name !== undefined) {
    const pod = await client.get<Pod>(`${podPath(name)}/status`);
    return options.json ? printJson(io, pod) : printPods([pod], io);
  }
  const all = await client.get<{ readonly pods: readonly PodType[] }>('/v1/pod/status');
  if (options.json) printJson(io, all);
  else
    printPods(
      all.pods.flatMap(({ instances }) => instances),
      io,
    );
}

function printPods(pods: readonly Pod[], io: ClientIo): void {
  const rows = pods.flatMap(({ name, tasks }) => tasks.map((task) => ({ pod: name, ...task })));
  printLine(io, rows.length === 0 ? 'There is no pod.' : renderTable(podColumns, rows));
}

type PodRow = PodTask & { readonly pod: string };

const podColumns = [
  { title: 'POD', of: ({ pod }: PodRow) => pod },
  { title: 'STATUS', of: ({ status }: PodRow) => status },
  { title: 'TASK', of: ({ id }: PodRow) => id },
];

function addDebugCommands(program: Command, io: ClientIo): void {
  const debug = program.command('debug').description('configurations, state and offers of the service');
  const config = debug.command('config').description('the configurations that the service has had');
  const state = debug.command('state').description('what the service keeps');
  const looks: readonly (readonly [Command, string, string, string])[] = [
    [config, 'list', 'the ids of all', '/v1/configurations'],
    [config, 'target', 'the one that holds', '/v1/configurations/target'],
    [config, 'target-id', 'its id', '/v1/configurations/targetId'],
    [state, 'framework-id', 'the id of the framework', '/v1/state/frameworkId'],
    [state, 'properties', 'the names of what is kept', '/v1/state/properties'],
    [debug, 'offers', 'what became of the last offers', '/v2/debug/offers'],
    [debug, 'plans', 'all plans', '/v1/debug/plans'],
    [debug, 'task-statuses', 'the last word on each task', '/v1/debug/taskStatuses'],
    [debug, 'reservations', 'what is reserved at which agent', '/v1/debug/reservations'],
  ];
  // Where DC/OS' own plugins have them.
  const pod = debug.command('pod').description('pause and resume pods');
  for (const act of ['pause', 'resume'] as const) addPodAct(pod, act, io);
  for (const [parent, name, description, path] of looks) {
    const command = withConnection(parent.command(name).description(`${description}, as JSON`));
    // As DC/OS' own plugins spell them.
    if (name.includes('-')) command.alias(name.replaceAll('-', '_'));
    command.action(async (options: ConnectionOptions) => printJson(io, await connect(options, io).get(path)));
  }
  withConnection(state.command('property').description('one of them, as JSON').argument('<name>')).action(
    async (name: string, options: ConnectionOptions) =>
      printJson(io, await connect(options, io).get(`/v1/state/properties/${encodeURIComponent(name)}`)),
  );
  withConnection(
    state.command('refresh-cache').alias('refresh_cache').description('for scripts: nothing is cached here'),
  ).action(async (options: ConnectionOptions) =>
    printJson(io, await connect(options, io).put('/v1/state/refresh', undefined)),
  );
  withConnection(config.command('show').description('one of them, as JSON').argument('<id>')).action(
    async (id: string, options: ConnectionOptions) =>
      printJson(io, await connect(options, io).get(`/v1/configurations/${encodeURIComponent(id)}`)),
  );
}

function printNames(names: readonly string[], options: ConnectionOptions, io: ClientIo): void {
  if (options.json) printJson(io, names);
  else for (const name of names) printLine(io, name);
}

function podPath(pod: string): string {
  return `/v1/pod/${encodeURIComponent(pod)}`;
}
