/** `flink-mesos why [TASK]`, `offers`, `agents`: what keeps tasks waiting, and what became of the offers. */
import type { Command } from 'commander';
import type { MesosAgentView, OfferRoundView, TaskWhyView } from '../../api/views.ts';
import { type ClientIo, printJson, printLine } from '../io.ts';
import { type ConnectionOptions, connect, withConnection } from '../options.ts';
import { renderFields, renderTable, shortInstant } from '../table.ts';

export function addWhyCommands(program: Command, io: ClientIo): void {
  withConnection(
    program.command('why').description('why tasks wait, with numbers').argument('[task]', 'id of one of them'),
  ).action((task: string | undefined, options: ConnectionOptions) => why(task, options, io));
  withConnection(program.command('offers').description('the last offers of Mesos and what became of them')).action(
    (options: ConnectionOptions) => offers(options, io),
  );
  withConnection(program.command('agents').description('the Mesos agents as their offers showed them')).action(
    (options: ConnectionOptions) => agents(options, io),
  );
}

async function why(task: string | undefined, options: ConnectionOptions, io: ClientIo): Promise<void> {
  const client = connect(options, io);
  if (task !== undefined) {
    const one = await client.get<TaskWhyView>(`/v1/tasks/${encodeURIComponent(task)}/why`);
    if (options.json) printJson(io, one);
    else printLine(io, describe(one));
    return;
  }
  const all = await client.get<TaskWhyView[]>('/v1/why');
  if (options.json) printJson(io, all);
  else printLine(io, all.length === 0 ? 'No task waits.' : renderTable(whyColumns, all));
}

const whyColumns = [
  { title: 'TASK', of: ({ task }: TaskWhyView) => task },
  { title: 'CLUSTER', of: ({ cluster }: TaskWhyView) => cluster },
  { title: 'PART', of: ({ part }: TaskWhyView) => part },
  { title: 'SINCE', of: ({ requestedAt }: TaskWhyView) => shortInstant(requestedAt) },
  { title: 'WHY', of: ({ why }: TaskWhyView) => why },
];

function describe(why: TaskWhyView): string {
  const { cpus, memMiB, diskMiB, ports, others = {} } = why.wanted;
  const further = Object.entries(others).map(([name, amount]) => `, ${amount} ${name}`);
  const fields = renderFields([
    ['task', why.task],
    ['cluster', why.cluster],
    ['part', why.part],
    ['role', why.role],
    ['waits since', shortInstant(why.requestedAt)],
    ['waits because', why.why],
    ['wanted', `${cpus} cpus, ${memMiB} MiB memory, ${diskMiB} MiB disk, ${ports} ports${further.join('')}`],
    ['last offer', shortInstant(why.lastOfferAt) ?? noneSince(why)],
    ['quota', quotaWords(why)],
    ['agents known', why.agents.known],
    ['with room', why.agents.fitting],
  ]);
  return why.ruledOut.length === 0 ? fields : `${fields}\n\n${renderTable(reasonColumns, why.ruledOut)}`;
}

function noneSince({ noOfferSince }: TaskWhyView): string {
  return noOfferSince === undefined ? 'none' : `none since the scheduler is subscribed, ${shortInstant(noOfferSince)}`;
}

function quotaWords({ quota, quotaUnknown }: TaskWhyView): string | undefined {
  if (quota === undefined) return quotaUnknown && `unknown: ${quotaUnknown}`;
  const amounts = Object.entries(quota.limits).map(([name, limit]) => `${quota.held[name] ?? 0} of ${limit} ${name}`);
  return `role ${quota.role} has ${amounts.join(', ')}`;
}

type RuledOut = TaskWhyView['ruledOut'][number];

const reasonColumns = [
  { title: 'AGENTS', of: ({ agents }: RuledOut) => agents },
  {
    title: 'RULED OUT BY',
    of: ({ reason, what }: RuledOut) => (reason === 'constraint' ? `constraint ${what}` : what),
  },
  { title: 'WANTED', of: ({ wanted }: RuledOut) => wanted },
  { title: 'BEST', of: ({ best }: RuledOut) => best },
  { title: 'AT', of: ({ bestAgent }: RuledOut) => bestAgent },
];

async function offers(options: ConnectionOptions, io: ClientIo): Promise<void> {
  const rounds = await connect(options, io).get<OfferRoundView[]>('/v1/offers');
  if (options.json) printJson(io, rounds);
  else printLine(io, rounds.length === 0 ? 'No offer has come.' : renderTable(offerColumns, rounds.flatMap(linesOf)));
}

interface OfferLine {
  readonly round: OfferRoundView;
  readonly offer?: OfferRoundView['offers'][number];
  readonly unlisted?: string;
}

function linesOf(round: OfferRoundView): OfferLine[] {
  const counted = Object.entries(round.unlisted).map(([outcome, count]) => `${count} more ${outcome}`);
  return [
    ...round.offers.map((offer) => ({ round, offer })),
    ...(counted.length === 0 ? [] : [{ round, unlisted: counted.join(', ') }]),
  ];
}

const offerColumns = [
  { title: 'ROUND', of: ({ round }: OfferLine) => round.number },
  { title: 'AT', of: ({ round }: OfferLine) => shortInstant(round.at) },
  { title: 'HOST', of: ({ offer }: OfferLine) => offer?.hostname },
  { title: 'ROLE', of: ({ offer }: OfferLine) => offer?.role },
  { title: 'CPUS', of: ({ offer }: OfferLine) => offer?.resources.cpus },
  { title: 'MEMORY', of: ({ offer }: OfferLine) => offer?.resources.memMiB },
  { title: 'DISK', of: ({ offer }: OfferLine) => offer?.resources.diskMiB },
  { title: 'PORTS', of: ({ offer }: OfferLine) => offer?.resources.ports },
  { title: 'OUTCOME', of: ({ offer, unlisted }: OfferLine) => offer?.outcome ?? unlisted },
  { title: 'WHY', of: ({ offer }: OfferLine) => offer?.why ?? offer?.tasks?.join(' ') },
];

async function agents(options: ConnectionOptions, io: ClientIo): Promise<void> {
  const all = await connect(options, io).get<MesosAgentView[]>('/v1/agents');
  if (options.json) printJson(io, all);
  else printLine(io, all.length === 0 ? 'No agent has offered anything.' : renderTable(agentColumns, all));
}

const agentColumns = [
  { title: 'AGENT', of: ({ agentId }: MesosAgentView) => agentId },
  { title: 'HOST', of: ({ hostname }: MesosAgentView) => hostname },
  { title: 'ZONE', of: ({ domain }: MesosAgentView) => domain && `${domain.region}/${domain.zone}` },
  {
    title: 'ATTRIBUTES',
    of: ({ attributes }: MesosAgentView) =>
      Object.entries(attributes)
        .map(([name, value]) => `${name}:${value}`)
        .join(' '),
  },
  {
    title: 'LAST OFFERED',
    of: ({ offered }: MesosAgentView) =>
      offered.map(({ role, resources: { cpus, memMiB } }) => `${cpus} cpus ${memMiB} MiB (${role})`).join(', '),
  },
  { title: 'TASKS', of: ({ tasks }: MesosAgentView) => tasks.length },
  { title: 'OURS', of: ({ ours: { cpus, memMiB } }: MesosAgentView) => `${cpus} cpus ${memMiB} MiB` },
  { title: 'KEPT PLACES', of: ({ places }: MesosAgentView) => places.length },
  { title: 'LEAVING', of: ({ leaving }: MesosAgentView) => shortInstant(leaving?.from) },
];
